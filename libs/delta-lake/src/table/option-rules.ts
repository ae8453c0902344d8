import type { OptionRules } from '../arguments.ts';
import type { CheckOptions } from '../operations/check/check.ts';
import type { TableOptions } from '../context/context.ts';
import type { TableSpec } from './create.ts';
import type { ExpiryOptions } from '../operations/vacuum/expiry.ts';
import type { LogCleanupOptions } from '../housekeeping/log-cleanup.ts';
import type {
  AutoCompactionOptions,
  CompactOptions,
  OptimizeOptions,
} from '../operations/optimize/optimize.ts';
import type { VacuumOptions } from '../operations/vacuum/vacuum.ts';
import type { ReadRowsOptions } from '../snapshot/snapshot.ts';
import type { S3Options } from '../storage/s3/options.ts';
import type { PointInTime } from './table.ts';
import type { CommitOptions, DataFile, TransactionSpec } from '../transaction/draft.ts';
import type { AppendOptions } from '../operations/rows/append.ts';
import type { MergeOptions } from '../operations/rows/merge.ts';
import type { OperationOptions } from '../operations/rows/operation.ts';
import type { OverwriteOptions } from '../operations/rows/overwrite.ts';

/** What the options of every call of the library have to be. `any` is looked at more closely where it is used. */

export const S3_OPTIONS: OptionRules<S3Options> = {
  endpoint: 'text',
  region: 'text',
  pathStyle: 'flag',
  credentials: 'any',
  conditionalPut: 'flag',
  singleWriter: 'any',
  retry: { attempts: 'size', baseMs: 'number', maxMs: 'number', timeoutMs: 'number' },
  retryUntil: 'signal',
  maxRequests: 'size',
  partBytes: 'size',
  cache: { folder: 'text', maxBytes: 'number', clock: 'function' },
  signal: 'signal',
  onRequest: 'function',
  fetch: 'function',
  clock: 'function',
  random: 'function',
};

export const TABLE_OPTIONS: OptionRules<TableOptions> = {
  parquet: 'object',
  clock: 'function',
  newId: 'function',
  random: 'function',
  wait: 'function',
  s3: S3_OPTIONS,
  checksums: 'flag',
};

export const TABLE_SPEC: OptionRules<TableSpec> = {
  schema: 'any',
  partitionColumns: 'texts',
  configuration: 'record',
  name: 'text',
  description: 'text',
  ifExists: ['error', 'open'],
};

export const POINT_IN_TIME: OptionRules<PointInTime> = { version: 'any', timestampMs: 'number' };

export const COMMIT_OPTIONS: OptionRules<CommitOptions> = { signal: 'signal', retries: 'count' };

export const OPERATION_OPTIONS: OptionRules<OperationOptions> = {
  ...COMMIT_OPTIONS,
  transaction: { appId: 'text', version: 'any' },
  userMetadata: 'text',
  targetBytes: 'size',
};

export const APPEND_OPTIONS: OptionRules<AppendOptions> = { ...OPERATION_OPTIONS, mergeSchema: 'any' };

export const OVERWRITE_OPTIONS: OptionRules<OverwriteOptions> = {
  ...APPEND_OPTIONS,
  partitions: ['all', 'dynamic'],
  overwriteSchema: { schema: 'any', partitionColumns: 'texts' },
};

export const MERGE_OPTIONS: OptionRules<MergeOptions> = {
  ...OPERATION_OPTIONS,
  on: 'texts',
  whenMatched: 'any',
  whenNotMatched: 'any',
};

export const TRANSACTION_SPEC: OptionRules<TransactionSpec> = {
  operation: 'text',
  operationParameters: 'record',
  reads: 'any',
  dataChange: 'flag',
  copiesRows: 'flag',
  keepsRows: 'flag',
};

export const DATA_FILE: OptionRules<DataFile> = {
  path: 'text',
  bytes: 'any',
  rows: 'any',
  modifiedAtMs: 'number',
  partition: 'object',
  statistics: 'object',
  isChecked: 'flag',
};

export const READ_ROWS_OPTIONS: OptionRules<ReadRowsOptions> = { columns: 'texts', predicate: 'any' };

export const HISTORY_OPTIONS: OptionRules<{ readonly limit?: number }> = { limit: 'any' };

export const OPTIMIZE_OPTIONS: OptionRules<OptimizeOptions> = {
  rewrite: 'function',
  signal: 'signal',
  onProgress: 'function',
  targetBytes: 'size',
  predicate: 'any',
  order: { kind: ['sort', 'z-order'], columns: 'texts' },
};

export const AUTO_COMPACTION_OPTIONS: OptionRules<AutoCompactionOptions> = {
  rewrite: 'function',
  signal: 'signal',
  onProgress: 'function',
  minFiles: 'size',
  maxBytes: 'size',
  minAgeMs: 'number',
};

export const COMPACT_OPTIONS: OptionRules<CompactOptions> = {
  rewrite: 'function',
  signal: 'signal',
  onProgress: 'function',
  targetBytes: 'size',
};

export const EXPIRY_OPTIONS: OptionRules<ExpiryOptions> = {
  retentionMs: 'number',
  beyond: { files: 'count', leastMs: 'number' },
  limit: 'count',
  signal: 'signal',
};

export const CHECK_OPTIONS: OptionRules<CheckOptions> = { pages: 'flag' };

export const VACUUM_OPTIONS: OptionRules<VacuumOptions> = {
  retentionMs: 'number',
  allowShortRetention: 'flag',
  dryRun: 'flag',
  scope: ['log', 'folder'],
  folders: 'texts',
  signal: 'signal',
  onProgress: 'function',
};

export const LOG_CLEANUP_OPTIONS: OptionRules<LogCleanupOptions> = {
  retentionMs: 'number',
  beyond: { versions: 'count', leastMs: 'number' },
  limit: 'count',
  signal: 'signal',
  turn: 'function',
};
