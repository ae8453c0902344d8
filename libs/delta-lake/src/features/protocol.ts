import type { Metadata, Protocol } from '../actions/actions.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { primitiveTypes, type StructType, walkFields } from '../schema/types.ts';
import { isOn } from './table-properties.ts';

/**
 * The reader features of tables that may be read. Source: Delta protocol, "Table Features"; legacy versions stand for
 * the features that they introduced, and such a feature only matters if the metadata uses it.
 */
export const READABLE: ReadonlySet<string> = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
  'vacuumProtocolCheck',
  // Such a table opens and its other columns can be read. Reading a column of the type itself is refused.
  'variantType',
  'variantType-preview',
  'variantShredding',
  'variantShredding-preview',
]);

/**
 * The writer features of tables that may be written: those that ask only for what this library does anyway, and those
 * that matter only when a table uses them. A protocol may list features that its table does not use.
 */
export const WRITABLE: ReadonlySet<string> = new Set([
  'timestampNtz',
  'vacuumProtocolCheck',
  'deletionVectors',
  'inCommitTimestamp',
  'rowTracking',
  'clustering',
  'v2Checkpoint',
  'typeWidening',
  'typeWidening-preview',
  'appendOnly',
  'invariants',
  'checkConstraints',
  'generatedColumns',
  'identityColumns',
  'changeDataFeed',
  'columnMapping',
  'domainMetadata',
  'allowColumnDefaults',
  'variantType',
  'variantType-preview',
  'variantShredding',
  'variantShredding-preview',
  'icebergCompatV1',
  'icebergCompatV2',
  'icebergCompatV3',
]);

/**
 * Refuses a table that this library cannot read.
 * @throws DeltaError unsupported-protocol, unsupported-feature (naming it), corrupt-log
 */
export function checkReadable(protocol: Protocol, metadata: Metadata, table: string): void {
  const { minReaderVersion, minWriterVersion } = protocol;
  if (minReaderVersion < 1 || minReaderVersion > 3) {
    throw new DeltaError(
      'unsupported-protocol',
      `Cannot read ${table}: it asks for reader version ${minReaderVersion}; this library reads versions 1 to 3.`,
      { facts: { table, minReaderVersion } },
    );
  }
  if (minReaderVersion === 3) {
    if (minWriterVersion < 7 || !protocol.readerFeatures) {
      throw new DeltaError(
        'corrupt-log',
        `The protocol of ${table} has reader version 3 without table features.`,
      );
    }
    for (const feature of protocol.readerFeatures) {
      if (!READABLE.has(feature)) throw unsupportedFeature(feature, 'read', table);
    }
  }
  if (metadata.format.provider !== 'parquet') {
    throw unsupportedFeature(`format ${metadata.format.provider}`, 'read', table);
  }
}

/**
 * Refuses a table that this library can read but must not write. {@link checkNewRows} has further rules for new rows.
 * @throws DeltaError unsupported-protocol, unsupported-feature (naming it)
 */
export function checkWritable(protocol: Protocol, { configuration }: Metadata, table: string): void {
  const { minWriterVersion } = protocol;
  if (minWriterVersion < 1 || minWriterVersion > 7) {
    throw new DeltaError(
      'unsupported-protocol',
      `Cannot write ${table}: it asks for writer version ${minWriterVersion}; this library writes versions 1 to 7.`,
      { facts: { table, minWriterVersion } },
    );
  }
  if (minWriterVersion === 7) {
    for (const feature of protocol.writerFeatures ?? []) {
      if (!WRITABLE.has(feature)) throw unsupportedFeature(feature, 'write', table);
    }
  }
  for (const [name, feature] of Object.entries(SWITCHES))
    if (isOn(configuration, name)) throw unsupportedFeature(feature, 'write', table);
}

/**
 * Refuses new rows or a new schema if the table has rules for rows that this library does not enforce. Rows that are
 * only copied to another file satisfied the rules before, and still do.
 * @throws DeltaError unsupported-feature, naming the feature that the table uses
 */
export function checkNewRows({ configuration }: Metadata, schema: StructType, table: string): void {
  const constraint = Object.keys(configuration).find((key) => key.startsWith('delta.constraints.'));
  if (constraint !== undefined) throw unsupportedFeature('checkConstraints', 'write', table);
  for (const { field } of walkFields(schema)) {
    const rule = COLUMN_RULES.find(([name]) => name in field.metadata);
    if (rule) throw unsupportedFeature(rule[1], 'write', table);
  }
  for (const type of primitiveTypes(schema))
    if (type === 'variant') throw unsupportedFeature('variantType', 'write', table);
}

/** Metadata of a column that makes a rule for its values, and the feature of that rule. */
const COLUMN_RULES = [
  ['delta.invariants', 'invariants'],
  ['delta.generationExpression', 'generatedColumns'],
  ['delta.identity.start', 'identityColumns'],
  ['CURRENT_DEFAULT', 'allowColumnDefaults'],
] as const;

const SWITCHES = {
  'delta.enableIcebergCompatV1': 'icebergCompatV1',
  'delta.enableIcebergCompatV2': 'icebergCompatV2',
  'delta.enableIcebergCompatV3': 'icebergCompatV3',
} as const;

/**
 * Refuses to take rows out of a table that accepts appends only.
 * @throws DeltaError append-only
 */
export function checkRemovable(metadata: Metadata, table: string): void {
  if (!isOn(metadata.configuration, 'delta.appendOnly')) return;
  throw new DeltaError('append-only', `Cannot remove rows of ${table}: delta.appendOnly is true.`, {
    facts: { table },
  });
}
