import type { OptionRules } from '../arguments.ts';
import type { LogCleanupOptions } from '../housekeeping/log-cleanup.ts';
import type { CheckOptions } from '../operations/check/check.ts';
import type { AutoCompactionOptions } from '../operations/optimize/auto-compaction.ts';
import type { CompactOptions } from '../operations/optimize/compact.ts';
import type { OptimizeOptions } from '../operations/optimize/optimize.ts';
import type { AppendOptions } from '../operations/rows/append.ts';
import type { MergeOptions } from '../operations/rows/merge.ts';
import type { OperationOptions } from '../operations/rows/operation.ts';
import type { OverwriteOptions } from '../operations/rows/overwrite.ts';
import type { ExpiryOptions } from '../operations/vacuum/delete-expired.ts';
import type { VacuumOptions } from '../operations/vacuum/vacuum.ts';
import { COMMIT_OPTIONS } from '../transaction/draft.ts';

/**
 * The rules for the options of a table's calls. The code that uses an `any` option checks it. Rules for options that
 * deeper rooms check are in those rooms.
 */

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
