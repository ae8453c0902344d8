import type { Metadata, Protocol } from '../../actions/actions.ts';
import { checkNewRows, checkWritable } from '../../features/protocol.ts';
import { requestedFeatures, withFeatures } from '../../features/table-features.ts';
import { checkProperties } from '../../features/table-properties.ts';
import { checkArgument } from '../../arguments.ts';
import { DeltaError } from '../../errors.ts';
import { withColumnIds } from '../../schema/column-ids.ts';
import { mergeSchemas, withColumn } from '../../schema/evolve.ts';
import { serializeSchema, type StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { conflictError } from '../../transaction/conflict.ts';
import { Transaction } from '../../transaction/transaction.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import { checkFeatures, checkKept, withSchema } from './metadata.ts';
import type { OperationResult } from '../rows/operation.ts';

/** What changes, and how the history tells it. */
export interface Alteration {
  readonly operation: string;
  readonly operationParameters: Readonly<Record<string, string>>;
  readonly metadata?: Metadata;
  readonly protocol?: Protocol;
}

/**
 * Adds columns, at the top level or in structs that are there (name the struct with the new fields alone). Rows that are
 * there have null in them, so they may always be null.
 * @throws DeltaError invalid-schema where the table has such a column with another type, unsupported-feature
 */
export async function addColumns(
  live: LiveSnapshot,
  columns: StructType,
  options: CommitOptions = {},
): Promise<OperationResult> {
  return alter(live, options, (snapshot) => {
    const schema = mergeSchemas(snapshot.schema, columns);
    if (schema === snapshot.schema) return null;
    const added = columns.fields.map((column) => ({ column }));
    return {
      operation: 'ADD COLUMNS',
      operationParameters: { columns: JSON.stringify(added) },
      metadata: withSchema(live.context, snapshot, schema),
    };
  });
}

/**
 * Lets a column be null; its path leads into structs.
 * @throws DeltaError invalid-argument when there is no such column, unsupported-feature
 */
export async function dropNotNull(
  live: LiveSnapshot,
  column: string | readonly string[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('dropNotNull', 'the column', column, 'path');
  const path = typeof column === 'string' ? [column] : column;
  return alter(live, options, (snapshot) => {
    const relaxed = withColumn(snapshot.schema, path, (field) => ({ ...field, nullable: true }));
    const schemaString = serializeSchema(relaxed);
    if (schemaString === serializeSchema(snapshot.schema)) return null;
    checkKept(snapshot);
    return {
      operation: 'CHANGE COLUMN',
      operationParameters: { column: JSON.stringify({ name: path.join('.'), nullable: true }) },
      metadata: { ...snapshot.metadata, schemaString },
    };
  });
}

/**
 * Sets table properties. Those that begin with `delta.` are checked, and what they need the protocol must have already.
 * `delta.columnMapping.mode` can go from `none` to `name`: files stay, columns can then be called anything.
 * @throws DeltaError invalid-argument for a value that makes no sense or a feature that is missing; unsupported-feature
 */
export async function setProperties(
  live: LiveSnapshot,
  properties: Readonly<Record<string, string>>,
  options: CommitOptions = {},
): Promise<OperationResult> {
  const table = live.context.store.url;
  checkArgument('setProperties', 'the properties', properties, 'record');
  checkProperties(properties, table);
  return alter(live, options, (snapshot) => {
    checkFeatures(snapshot.protocol, properties, snapshot.schema, table);
    const { configuration: wanted } = requestedFeatures(properties, [], table);
    const configuration = { ...snapshot.configuration, ...wanted };
    if (Object.entries(wanted).every(([name, value]) => snapshot.configuration[name] === value)) return null;
    return {
      operation: 'SET TBLPROPERTIES',
      operationParameters: { properties: JSON.stringify(wanted) },
      metadata: withMapping(snapshot, { ...snapshot.metadata, configuration }, table),
    };
  });
}

/**
 * Removes table properties, so that their defaults are in force.
 * @throws DeltaError invalid-argument for one that files or commits already depend on
 */
export async function unsetProperties(
  live: LiveSnapshot,
  names: readonly string[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  const table = live.context.store.url;
  checkArgument('unsetProperties', 'the names', names, 'texts');
  const kept = names.find((name) => /^delta\.(columnMapping|inCommitTimestamp|rowTracking)/.test(name));
  if (kept !== undefined) {
    throw new DeltaError('invalid-argument', `The table property ${kept} of ${table} cannot be removed.`, {
      facts: { table, property: kept },
    });
  }
  return alter(live, options, (snapshot) => {
    const present = names.filter((name) => name in snapshot.configuration);
    if (present.length === 0) return null;
    const left = Object.entries(snapshot.configuration).filter(([name]) => !names.includes(name));
    return {
      operation: 'UNSET TBLPROPERTIES',
      operationParameters: { properties: JSON.stringify(present), ifExists: 'true' },
      metadata: { ...snapshot.metadata, configuration: Object.fromEntries(left) },
    };
  });
}

/**
 * Gives the protocol features, by their names in the protocol, and those that they need: programs that do not know them
 * cannot write, or for some not even read, the table from then on. There is no way back.
 * @throws DeltaError unsupported-feature for one that this library does not write
 */
export async function addFeatures(
  live: LiveSnapshot,
  features: readonly string[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('addFeatures', 'the features', features, 'texts');
  const wanted = Object.fromEntries(features.map((feature) => [`delta.feature.${feature}`, 'supported']));
  return alter(live, options, (snapshot) => {
    const request = requestedFeatures(wanted, [], live.context.store.url);
    const protocol = withFeatures(snapshot.protocol, request.features);
    if (protocol === snapshot.protocol) return null;
    return {
      operation: 'UPGRADE PROTOCOL',
      operationParameters: { newProtocol: JSON.stringify(protocol) },
      protocol,
    };
  });
}

/** Commits a change of metadata or protocol; null: there is nothing to change. */
export async function alter(
  live: LiveSnapshot,
  options: CommitOptions,
  change: (snapshot: Snapshot) => Alteration | null,
): Promise<OperationResult> {
  const snapshot = await live.exclusive(() => live.refresh());
  checkWritable(snapshot.protocol, snapshot.metadata, live.context.store.url);
  checkNewRows(snapshot.metadata, snapshot.schema, live.context.store.url);
  const alteration = change(snapshot);
  if (!alteration) return { kind: 'unchanged', version: snapshot.version };
  const { metadata, protocol, ...spec } = alteration;
  const transaction = new Transaction(live, snapshot, spec);
  if (metadata) transaction.setMetadata(metadata);
  if (protocol) transaction.setProtocol(protocol);
  const result = await transaction.commit(options);
  if (result.kind === 'conflict') throw conflictError(spec.operation, live.context.store.url, result);
  return result.kind === 'committed' ? { ...result, metrics: {} } : result;
}

/** Where columns come to be mapped, the files that are there call them by their names. */
function withMapping(snapshot: Snapshot, metadata: Metadata, table: string): Metadata {
  const property = 'delta.columnMapping.mode';
  const [before, after] = [
    snapshot.configuration[property] ?? 'none',
    metadata.configuration[property] ?? 'none',
  ];
  if (before === after) return metadata;
  if (before !== 'none' || after !== 'name') {
    throw new DeltaError(
      'invalid-argument',
      `${property} of ${table} cannot go from ${before} to ${after}.`,
      {
        facts: { table, property },
      },
    );
  }
  checkKept(snapshot);
  const mapped = withColumnIds(snapshot.schema, metadata, ({ name }) => name);
  return { ...mapped.metadata, schemaString: serializeSchema(mapped.schema) };
}
