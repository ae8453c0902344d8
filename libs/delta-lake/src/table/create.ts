import type { Metadata } from '../actions/actions.ts';
import { parseCommit } from '../actions/parse.ts';
import { serializeCommit } from '../actions/serialize.ts';
import { checkOptions, checkText, type OptionRules } from '../arguments.ts';
import { contextOf, type TableOptions } from '../context/context.ts';
import { DeltaError, hasCode } from '../errors.ts';
import { BASE_PROTOCOL, requestedFeatures, withFeatures } from '../features/table-features.ts';
import { checkProperties, isOn } from '../features/table-properties.ts';
import { commitKey } from '../log/names.ts';
import { emptyState, replay } from '../replay/state.ts';
import { checkSchema } from '../schema/check-schema.ts';
import { freshPhysicalName, withColumnIds } from '../schema/column-ids.ts';
import { primitiveTypes, serializeSchema, type StructType } from '../schema/types.ts';
import { Snapshot } from '../snapshot/snapshot.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { ENGINE_INFO } from '../transaction/commit-info.ts';
import { openIn } from './open.ts';
import { DeltaTable } from './table.ts';

export interface TableSpec {
  readonly schema: StructType;
  readonly partitionColumns?: readonly string[];
  /** Table properties; those that begin with `delta.` must be known. They decide which table features the protocol has. */
  readonly configuration?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly description?: string;
  /**
   * `open`: opens an existing table, even if it was created at the same moment, whatever its schema. Default `error`.
   */
  readonly ifExists?: 'error' | 'open';
}

const TABLE_SPEC: OptionRules<TableSpec> = {
  schema: 'any',
  partitionColumns: 'texts',
  configuration: 'record',
  name: 'text',
  description: 'text',
  ifExists: ['error', 'open'],
};

/**
 * Creates an empty table: version 0 with protocol and metadata, the lowest protocol that schema and properties allow.
 * @throws DeltaError table-exists, invalid-schema, invalid-argument, unsupported-feature
 */
export async function createTable(
  location: string | ObjectStore,
  spec: TableSpec,
  options: TableOptions = {},
): Promise<DeltaTable> {
  checkOptions('createTable', spec, TABLE_SPEC);
  const context = contextOf(location, options);
  const { store } = context;
  const partitionColumns = spec.partitionColumns ?? [];
  const isMapped = (spec.configuration?.['delta.columnMapping.mode'] ?? 'none') !== 'none';
  checkSchema(spec.schema, partitionColumns, isMapped);
  for (const name of ['name', 'description'] as const)
    if (spec[name] !== undefined) checkText(`the ${name} of ${store.url}`, spec[name]);
  checkProperties(spec.configuration ?? {}, store.url);
  const request = requestedFeatures(spec.configuration ?? {}, primitiveTypes(spec.schema), store.url);
  const protocol = withFeatures(BASE_PROTOCOL, request.features);

  const existing = await openIn(context).catch((error: unknown) => {
    if (hasCode(error, 'not-a-table')) return null;
    throw error;
  });
  if (existing) return found(existing, spec);

  const now = context.clock();
  const { schema, metadata } = withColumnIds(spec.schema, request, freshPhysicalName(context.newId));
  const { configuration } = metadata;
  const metaData: Metadata = {
    id: context.newId(),
    ...(spec.name === undefined ? {} : { name: spec.name }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    format: { provider: 'parquet', options: {} },
    schemaString: serializeSchema(schema),
    partitionColumns,
    configuration,
    createdTime: now,
  };
  const commitInfo = {
    ...(isOn(configuration, 'delta.enableInCommitTimestamps') ? { inCommitTimestamp: now } : {}),
    timestamp: now,
    operation: 'CREATE TABLE',
    operationParameters: {
      partitionBy: JSON.stringify(partitionColumns),
      properties: JSON.stringify(configuration),
      ...(spec.description === undefined ? {} : { description: spec.description }),
    },
    isolationLevel: 'Serializable',
    isBlindAppend: true,
    operationMetrics: {},
    engineInfo: ENGINE_INFO,
    txnId: context.newId(),
  };
  const body = serializeCommit([{ commitInfo }, { protocol }, { metaData }]);
  // Refuse a table that this library could not read afterwards.
  const snapshot = new Snapshot(context, replay(emptyState(), [parseCommit(store.url, 0, body)]));
  if ((await store.putIfAbsent(commitKey(0), body)) === 'exists') return found(await openIn(context), spec);
  return new DeltaTable(context, snapshot);
}

function found(table: DeltaTable, spec: TableSpec): DeltaTable {
  if (spec.ifExists === 'open') return table;
  throw new DeltaError('table-exists', `There is already a table at ${table.location}.`, {
    facts: { table: table.location, version: table.cached().version },
  });
}
