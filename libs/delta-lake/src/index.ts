/** Delta Lake tables for Node: read, append, replace, time travel. */
export type {
  AddFile,
  CommitInfo,
  DomainMetadata,
  FileStatistics,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from './actions/actions.ts';
export { CHANGE_TYPES, type ChangeType } from './changes/file-changes.ts';
export type { Changes, CommitSummary } from './changes/history.ts';
export type { TableOptions } from './context/context.ts';
export type { RowSource } from './data-files/row-input.ts';
export { RowIndexes } from './deletion-vector/row-indexes.ts';
export {
  DELTA_ERROR_CODES,
  DeltaError,
  type DeltaErrorCode,
  type DeltaErrorKind,
  hasCode,
} from './errors.ts';
export type { HousekeepingReport, StepOutcome } from './housekeeping/housekeeping.ts';
export type { LogCleanupOptions, LogCleanupReport } from './housekeeping/log-cleanup.ts';
export type { CheckFinding, CheckReport } from './operations/check/check.ts';
export type { AutoCompactionOptions, AutoCompactionPolicy } from './operations/optimize/auto-compaction.ts';
export type { CompactOptions } from './operations/optimize/compact.ts';
export type { FileGroup } from './operations/optimize/groups.ts';
export type { OptimizeMetrics } from './operations/optimize/metrics.ts';
export type { OptimizeOptions } from './operations/optimize/optimize.ts';
export type { OptimizeReport } from './operations/optimize/rewrite-groups.ts';
export type { Rewrite, Rewriting } from './operations/optimize/rewrite.ts';
export type { RestoreMetrics, RestoreResult } from './operations/restore.ts';
export type { AppendOptions } from './operations/rows/append.ts';
export type { Where } from './operations/rows/condition.ts';
export type { Matched, MergeOptions, NotMatched } from './operations/rows/merge.ts';
export type { OperationResult } from './operations/operation-result.ts';
export type { OperationOptions } from './operations/rows/operation.ts';
export type { OverwriteOptions } from './operations/rows/overwrite.ts';
export type { Assignments } from './operations/rows/update.ts';
export type { ColumnPath } from './operations/schema/columns.ts';
export type { Order } from './operations/sort/order.ts';
export type { ExpiryOptions, ExpiryReport } from './operations/vacuum/delete-expired.ts';
export type { VacuumOptions, VacuumReport } from './operations/vacuum/vacuum.ts';
export type {
  ByteSource,
  Compression,
  EncodedFile,
  ParquetCodec,
  ParquetWriter,
  ReadOptions,
  Row,
  WriterOptions,
} from './parquet/codec.ts';
export { type FileFacts, fileFacts } from './parquet/file-facts.ts';
export { type HyparquetCodec, hyparquetCodec } from './parquet/hyparquet-codec.ts';
export type {
  GivenColumnCondition as ColumnCondition,
  GivenCondition as Condition,
  GivenPredicate as Predicate,
} from './scan/predicate.ts';
export type { ScanFile } from './scan/scan-file.ts';
export { canonicalHeader, canonicalRow } from './schema/canonical.ts';
export type { ColumnMappingMode } from './schema/column-mapping.ts';
export { formatInstant } from './schema/instant.ts';
export {
  arrayOf,
  type ArrayType,
  type DataType,
  mapOf,
  type MapType,
  struct,
  type StructField,
  type StructType,
} from './schema/types.ts';
export { type CellInput, parsePartitionValue, type Value } from './schema/value.ts';
export type { ReadRowsOptions, Snapshot } from './snapshot/snapshot.ts';
export type { ColumnStatistics } from './statistics/statistics.ts';
export type { FileCacheOptions } from './storage/cache/file-cache.ts';
export { type Creation, creationIn } from './storage/local/creation.ts';
export { localStore } from './storage/local/local-store.ts';
export { memoryStore } from './storage/memory/memory-store.ts';
export type { LocalCopy, ObjectEntry, ObjectStore } from './storage/object-store.ts';
export { inParallel } from './storage/parallel.ts';
export {
  type S3Credentials,
  s3FromEnvironment,
  type S3Options,
  type S3RequestEvent,
  type S3RetryOptions,
  type SingleWriterOptions,
} from './storage/s3/options.ts';
export { s3Store, type S3Store } from './storage/s3/s3-store.ts';
export { type LockClaim, type LockObject, type Pacing, WriterLock } from './storage/s3/writer-lock.ts';
export { isAtomicEndpoint } from './storage/s3/writes.ts';
export { createTable, type TableSpec } from './table/create.ts';
export { openSnapshot, openTable } from './table/open.ts';
export type { PointInTime } from './table/point-in-time.ts';
export { DeltaTable } from './table/table.ts';
export type { CommitResult } from './transaction/commit.ts';
export { CONFLICT_REASONS, type ConflictReason } from './transaction/conflict.ts';
export type { CommitOptions, DataFile, TransactionSpec } from './transaction/draft.ts';
export type { Transaction } from './transaction/transaction.ts';
