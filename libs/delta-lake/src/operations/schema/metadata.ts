import type { Metadata, Protocol } from '../../actions/actions.ts';
import type { TableContext } from '../../context/context.ts';
import { DeltaError, unsupportedFeature } from '../../errors.ts';
import { featuresOf, requestedFeatures } from '../../features/table-features.ts';
import { checkSchema } from '../../schema/check-schema.ts';
import { freshPhysicalName, withColumnIds } from '../../schema/column-ids.ts';
import { lostType, primitiveTypes, serializeSchema, type StructType } from '../../schema/types.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/**
 * The metadata of a table with another schema: new fields of a mapped table get ids and physical names.
 * @throws DeltaError invalid-schema; unsupported-feature if the present schema has a type that would be lost;
 * invalid-argument where the schema needs a feature that the protocol lacks
 */
export function withSchema(
  context: TableContext,
  snapshot: Snapshot,
  schema: StructType,
  partitionColumns: readonly string[] = snapshot.partitionColumns,
): Metadata {
  checkKept(snapshot);
  checkSchema(schema, partitionColumns, snapshot.columnMapping !== 'none');
  checkFeatures(snapshot.protocol, {}, schema, context.store.url);
  const { schema: withIds, metadata } = withColumnIds(
    schema,
    snapshot.metadata,
    freshPhysicalName(context.newId),
  );
  return { ...metadata, schemaString: serializeSchema(withIds), partitionColumns };
}

/**
 * Refuses to replace a schema that says more than this library can write.
 * @throws DeltaError unsupported-feature, naming what would be lost
 */
export function checkKept({ metadata, table }: Snapshot): void {
  const lost = lostType(metadata.schemaString);
  if (lost !== null) throw unsupportedFeature(lost, 'write', table);
}

/**
 * Refuses what needs a feature that the protocol lacks. Adding a feature is a separate step, because older programs
 * then cannot use the table any more.
 * @throws DeltaError invalid-argument when the feature could be added, unsupported-feature when it could not; both name it
 */
export function checkFeatures(
  protocol: Protocol,
  configuration: Readonly<Record<string, string>>,
  schema: StructType,
  table: string,
): void {
  const present = featuresOf(protocol);
  const { features } = requestedFeatures(configuration, primitiveTypes(schema), table);
  for (const feature of features) {
    if (present.has(feature)) continue;
    throw new DeltaError(
      'invalid-argument',
      `The table ${table} lacks the feature "${feature}", which this needs; add it first (addFeatures).`,
      { facts: { table, feature } },
    );
  }
}
