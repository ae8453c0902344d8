import type { Metadata } from '../../actions/actions.ts';
import { checkArgument } from '../../arguments.ts';
import { DeltaError } from '../../errors.ts';
import { requestedFeatures } from '../../features/table-features.ts';
import { checkProperties } from '../../features/table-properties.ts';
import { withColumnIds } from '../../schema/column-ids.ts';
import { serializeSchema } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { checkFeatures, checkKept } from './metadata.ts';

/**
 * Sets table properties. Those that begin with `delta.` are checked, and the protocol must already have the features
 * that they need. `delta.columnMapping.mode` can change from `none` to `name`: files stay, and columns can then have
 * any name.
 * @throws DeltaError invalid-argument for a value that is not allowed or a feature that is missing; unsupported-feature
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

/** When column mapping is turned on, the physical name of a column is the name that the existing files have for it. */
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
      `The property ${property} of ${table} cannot change from ${before} to ${after}.`,
      {
        facts: { table, property },
      },
    );
  }
  checkKept(snapshot);
  const mapped = withColumnIds(snapshot.schema, metadata, ({ name }) => name);
  return { ...mapped.metadata, schemaString: serializeSchema(mapped.schema) };
}
