import { DeltaError, unsupportedFeature } from '../errors.ts';
import { columnMappingMode } from '../schema/column-mapping.ts';
import { type StructType, walkFields } from '../schema/types.ts';
import type { Metadata, Protocol } from './actions.ts';

/**
 * Which tables may be read and written. Source: Delta protocol, "Table Features"; legacy versions stand for the
 * features that they introduced, and such a feature only binds us where the metadata makes use of it.
 */
const READABLE: ReadonlySet<string> = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'vacuumProtocolCheck',
]);

/** Writer features that ask nothing more of us than what we do anyway, or that bind us only where in use. */
const WRITABLE: ReadonlySet<string> = new Set([
  'timestampNtz',
  'vacuumProtocolCheck',
  'appendOnly',
  'invariants',
  'checkConstraints',
  'generatedColumns',
  'identityColumns',
  'changeDataFeed',
  'columnMapping',
  'domainMetadata',
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
 * Refuses a table that this library can read but must not write.
 * @throws DeltaError unsupported-protocol, unsupported-feature (naming it)
 */
export function checkWritable(
  protocol: Protocol,
  metadata: Metadata,
  schema: StructType,
  table: string,
): void {
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
  if (columnMappingMode(protocol, metadata.configuration, table) !== 'none')
    throw unsupportedFeature('columnMapping', 'write', table);
  const used = usedWriterFeature(metadata, schema);
  if (used !== null) throw unsupportedFeature(used, 'write', table);
}

/** The first feature that the metadata makes use of and that a writer would have to enforce. */
function usedWriterFeature(metadata: Metadata, schema: StructType): string | null {
  const { configuration } = metadata;
  for (const [key, value] of Object.entries(configuration)) {
    if (key.startsWith('delta.constraints.')) return 'checkConstraints';
    if (value === 'true' && key in SWITCHES) return SWITCHES[key as keyof typeof SWITCHES];
  }
  if (configuration['delta.checkpoint.writeStatsAsJson'] === 'false')
    return 'delta.checkpoint.writeStatsAsJson=false';
  for (const { field, nested } of walkFields(schema)) {
    if ('delta.invariants' in field.metadata) return 'invariants';
    if ('delta.generationExpression' in field.metadata) return 'generatedColumns';
    if ('delta.identity.start' in field.metadata) return 'identityColumns';
    if ('CURRENT_DEFAULT' in field.metadata) return 'allowColumnDefaults';
    // Top-level NOT NULL is enforced from the files' statistics; of nested fields nobody counts the nulls.
    if (nested && !field.nullable) return 'nested NOT NULL';
  }
  return null;
}

const SWITCHES = {
  'delta.enableChangeDataFeed': 'changeDataFeed',
  'delta.enableDeletionVectors': 'deletionVectors',
  'delta.enableInCommitTimestamps': 'inCommitTimestamp',
  'delta.enableRowTracking': 'rowTracking',
  'delta.enableIcebergCompatV1': 'icebergCompatV1',
  'delta.enableIcebergCompatV2': 'icebergCompatV2',
} as const;

/** Table properties of the protocol and of Spark that a table made by this library may have. */
const CREATABLE: ReadonlySet<string> = new Set([
  'delta.appendOnly',
  'delta.checkpointInterval',
  'delta.logRetentionDuration',
  'delta.deletedFileRetentionDuration',
  'delta.enableExpiredLogCleanup',
  'delta.setTransactionRetentionDuration',
  'delta.dataSkippingNumIndexedCols',
  'delta.dataSkippingStatsColumns',
  'delta.isolationLevel',
  'delta.parquet.compression.codec',
  'delta.targetFileSize',
  'delta.tuneFileSizesForRewrites',
  'delta.autoOptimize.autoCompact',
  'delta.autoOptimize.optimizeWrite',
]);

/**
 * Protocol of a new table: (1,2), the widest readership, and table features only where the schema needs one.
 * @throws DeltaError unsupported-feature when a `delta.` property asks for something that is not implemented.
 */
export function protocolOf(
  configuration: Readonly<Record<string, string>>,
  types: Iterable<string>,
  table: string,
): Protocol {
  for (const key of Object.keys(configuration)) {
    if (key.startsWith('delta.') && !CREATABLE.has(key)) throw unsupportedFeature(key, 'write', table);
  }
  for (const type of types) {
    if (type !== 'timestamp_ntz') continue;
    return {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: ['appendOnly', 'invariants', 'timestampNtz'],
    };
  }
  return { minReaderVersion: 1, minWriterVersion: 2 };
}

/** Whether the table accepts appends only. */
export function isAppendOnly(metadata: Metadata): boolean {
  return metadata.configuration['delta.appendOnly']?.toLowerCase() === 'true';
}
