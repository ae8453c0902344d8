import type { Metadata, Protocol } from '../actions/actions.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import { primitiveTypes, type StructType, walkFields } from '../schema/types.ts';
import { isOn } from './table-properties.ts';

/**
 * The reader features of tables that may be read. Source: Delta protocol, "Table Features"; legacy versions stand for
 * the features that they introduced, and such a feature only binds us where the metadata makes use of it.
 */
export const READABLE: ReadonlySet<string> = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
  'vacuumProtocolCheck',
  // Such a table opens, and its other columns are read: a column of the type is refused where it is asked for.
  'variantType',
  'variantType-preview',
  'variantShredding',
  'variantShredding-preview',
]);

/**
 * The writer features of tables that may be written: those that ask nothing more than what this library does anyway,
 * and those that bind it only where in use. A protocol may list many that its table has no column for.
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
 * Refuses a table that this library can read but whose files and log it must not touch. Where rows come that were not there
 * before, {@link checkNewRows} has more to say.
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
 * Refuses new rows, or another schema, where the table makes rules for them that this library does not enforce. Rows that
 * stay as they are, whichever file they are in, keep to the rules as they did.
 * @throws DeltaError unsupported-feature, naming what the table makes use of
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

/** What in a column's metadata makes a rule for its values, and the feature that it belongs to. */
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
