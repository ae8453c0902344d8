import { arrayOf, mapOf, struct, type StructType } from '../../schema/types.ts';

const STRINGS = mapOf('string', 'string');

const DELETION_VECTOR = struct({
  storageType: 'string',
  pathOrInlineDv: 'string',
  offset: 'integer',
  sizeInBytes: 'integer',
  cardinality: 'long',
});

/**
 * Columns of a V1 checkpoint; each row has exactly one that is not null. Source: Delta protocol, "Checkpoint Schema".
 */
export const CHECKPOINT_SCHEMA: StructType = struct({
  txn: struct({ appId: 'string', version: 'long', lastUpdated: 'long' }),
  add: struct({
    path: 'string',
    partitionValues: STRINGS,
    size: 'long',
    modificationTime: 'long',
    dataChange: 'boolean',
    tags: STRINGS,
    deletionVector: DELETION_VECTOR,
    baseRowId: 'long',
    defaultRowCommitVersion: 'long',
    clusteringProvider: 'string',
    stats: 'string',
  }),
  remove: struct({
    path: 'string',
    deletionTimestamp: 'long',
    dataChange: 'boolean',
    extendedFileMetadata: 'boolean',
    partitionValues: STRINGS,
    size: 'long',
    deletionVector: DELETION_VECTOR,
    baseRowId: 'long',
    defaultRowCommitVersion: 'long',
  }),
  metaData: struct({
    id: 'string',
    name: 'string',
    description: 'string',
    format: struct({ provider: 'string', options: STRINGS }),
    schemaString: 'string',
    partitionColumns: arrayOf('string'),
    configuration: STRINGS,
    createdTime: 'long',
  }),
  protocol: struct({
    minReaderVersion: 'integer',
    minWriterVersion: 'integer',
    readerFeatures: arrayOf('string'),
    writerFeatures: arrayOf('string'),
  }),
  domainMetadata: struct({ domain: 'string', configuration: 'string', removed: 'boolean' }),
});

/**
 * Columns of a V2 checkpoint that holds all its actions itself. Source: Delta protocol, "V2 Spec".
 */
export const V2_SCHEMA: StructType = {
  type: 'struct',
  fields: [
    ...CHECKPOINT_SCHEMA.fields,
    ...struct({
      checkpointMetadata: struct({ version: 'long', tags: STRINGS }),
      sidecar: struct({ path: 'string', sizeInBytes: 'long', modificationTime: 'long', tags: STRINGS }),
    }).fields,
  ],
};

/**
 * The columns that are read of a checkpoint file if it has them: those of V1, and V2's names of files with more
 * actions.
 */
export const READABLE_SCHEMA: StructType = {
  type: 'struct',
  fields: [...CHECKPOINT_SCHEMA.fields, ...struct({ sidecar: struct({ path: 'string' }) }).fields],
};
