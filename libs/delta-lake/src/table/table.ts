import { tableKey } from '../actions/path.ts';
import { checkOptions } from '../arguments.ts';
import { type Changes, changesOf, commitStampOf, type CommitSummary, historyOf } from '../changes/history.ts';
import { readChanges } from '../changes/read-changes.ts';
import type { TableContext } from '../context/context.ts';
import type { RowSource } from '../data-files/row-input.ts';
import { cleanUpLog, type LogCleanupOptions, type LogCleanupReport } from '../housekeeping/log-cleanup.ts';
import { type CheckOptions, type CheckReport, checkSnapshot } from '../operations/check/check.ts';
import type { OperationResult } from '../operations/operation-result.ts';
import { autoCompact, type AutoCompactionOptions } from '../operations/optimize/auto-compaction.ts';
import { compact, type CompactOptions } from '../operations/optimize/compact.ts';
import type { FileGroup } from '../operations/optimize/groups.ts';
import { type OptimizeOptions, optimize } from '../operations/optimize/optimize.ts';
import type { OptimizeReport } from '../operations/optimize/rewrite-groups.ts';
import { restore, type RestoreResult } from '../operations/restore.ts';
import { type AppendOptions, appendRows } from '../operations/rows/append.ts';
import type { Where } from '../operations/rows/condition.ts';
import { deleteRows } from '../operations/rows/delete.ts';
import { type MergeOptions, mergeRows } from '../operations/rows/merge.ts';
import type { OperationOptions } from '../operations/rows/operation.ts';
import { type OverwriteOptions, overwriteRows } from '../operations/rows/overwrite.ts';
import { replaceRows } from '../operations/rows/replace-where.ts';
import { type Assignments, updateRows } from '../operations/rows/update.ts';
import { addColumns } from '../operations/schema/add-columns.ts';
import { addFeatures } from '../operations/schema/add-features.ts';
import type { ColumnPath } from '../operations/schema/columns.ts';
import { dropColumns } from '../operations/schema/drop-columns.ts';
import { dropNotNull } from '../operations/schema/drop-not-null.ts';
import { renameColumn } from '../operations/schema/rename-column.ts';
import { setProperties } from '../operations/schema/set-properties.ts';
import { unsetProperties } from '../operations/schema/unset-properties.ts';
import { widenColumn } from '../operations/schema/widen-column.ts';
import { deleteExpired, type ExpiryOptions, type ExpiryReport } from '../operations/vacuum/delete-expired.ts';
import { vacuum, type VacuumOptions, type VacuumReport } from '../operations/vacuum/vacuum.ts';
import type { Row } from '../parquet/codec.ts';
import { checkPredicate } from '../scan/check-predicate.ts';
import type { GivenPredicate } from '../scan/predicate.ts';
import type { StructType } from '../schema/types.ts';
import { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { snapshotAt, versionAt } from '../snapshot/time-travel.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { conflictError } from '../transaction/conflict.ts';
import {
  COMMIT_OPTIONS,
  type CommitOptions,
  TRANSACTION_SPEC,
  type TransactionSpec,
} from '../transaction/draft.ts';
import { Transaction } from '../transaction/transaction.ts';
import {
  APPEND_OPTIONS,
  AUTO_COMPACTION_OPTIONS,
  COMPACT_OPTIONS,
  EXPIRY_OPTIONS,
  HISTORY_OPTIONS,
  LOG_CLEANUP_OPTIONS,
  MERGE_OPTIONS,
  OPERATION_OPTIONS,
  OPTIMIZE_OPTIONS,
  OVERWRITE_OPTIONS,
  CHECK_OPTIONS,
  VACUUM_OPTIONS,
} from './option-rules.ts';
import { type PointInTime, pointInTime } from './point-in-time.ts';

/**
 * A Delta table. It holds the newest snapshot that it has seen and updates it from the tail of the log, so reads and
 * commits are cheap on a long-lived object. Any number of objects and processes may use one table at once.
 */
export class DeltaTable implements AsyncDisposable {
  readonly store: ObjectStore;
  /** Where the table is, for messages: a URL. */
  readonly location: string;
  readonly #context: TableContext;
  readonly #live: LiveSnapshot;

  /** Use `openTable` or `createTable`. */
  constructor(context: TableContext, snapshot: Snapshot) {
    this.store = context.store;
    this.location = context.store.url;
    this.#context = context;
    this.#live = new LiveSnapshot(context, snapshot);
  }

  /** The newest snapshot, after reading what others have committed since: one small read when they have not. */
  snapshot(): Promise<Snapshot> {
    return this.#live.exclusive(() => this.#live.refresh());
  }

  /** The newest snapshot that this object has seen. No I/O. */
  cached(): Snapshot {
    return this.#live.current;
  }

  /**
   * The table as it was at a version, or at an instant: the newest version that was not committed later; an instant
   * after the newest version is the newest version.
   * @throws DeltaError no-such-version when it is not, or no longer, in the log
   */
  async snapshotAt(at: PointInTime): Promise<Snapshot> {
    const version = await this.#versionOf('snapshotAt', at);
    if (version === this.#live.current.version) return this.#live.current;
    return snapshotAt(this.#context, version);
  }

  async #versionOf(call: string, at: PointInTime): Promise<number> {
    const point = pointInTime(call, at);
    if ('version' in point) return point.version;
    return versionAt(this.#context, await this.snapshot(), point.timestampMs);
  }

  /** Starts a transaction on the newest snapshot that this object has seen ({@link cached}). No I/O. */
  startTransaction(spec: TransactionSpec): Transaction {
    checkOptions('startTransaction', spec, TRANSACTION_SPEC);
    const snapshot = this.#live.current;
    const { reads } = spec;
    const isAll = reads === undefined || reads === 'whole-table';
    const checked = isAll ? spec : { ...spec, reads: checkPredicate(reads, snapshot) };
    return new Transaction(this.#live, snapshot, checked);
  }

  /**
   * Appends rows, in batches or all at once: a blind append, which conflicts only with changes of protocol or metadata.
   * @throws DeltaError invalid-argument for a value that its column cannot hold, or a column that the table does not
   * have; not-null-violated, invalid-schema, unsupported-feature, store-failed
   */
  async append(rows: RowSource, options: AppendOptions = {}): Promise<OperationResult> {
    checkOptions('append', options, APPEND_OPTIONS);
    return appendRows(this.#live, rows, options);
  }

  /** Replaces all rows, or those of the partitions that the new ones fall into. @throws as {@link append}; append-only */
  async overwrite(rows: RowSource, options: OverwriteOptions = {}): Promise<OperationResult> {
    checkOptions('overwrite', options, OVERWRITE_OPTIONS);
    return overwriteRows(this.#live, rows, options);
  }

  /**
   * Replaces the rows that satisfy a predicate by rows that satisfy it too.
   * @throws as {@link append}; append-only; invalid-argument for a row outside the predicate
   */
  async replaceWhere(
    predicate: GivenPredicate,
    rows: RowSource,
    options: OperationOptions = {},
  ): Promise<OperationResult> {
    checkOptions('replaceWhere', options, OPERATION_OPTIONS);
    return replaceRows(this.#live, predicate, rows, options);
  }

  /** Deletes the rows that satisfy a condition. @throws DeltaError append-only, and what reading and writing throw */
  async delete(where: Where, options: OperationOptions = {}): Promise<OperationResult> {
    checkOptions('delete', options, OPERATION_OPTIONS);
    return deleteRows(this.#live, where, options);
  }

  /** Sets columns of the rows that satisfy a condition. @throws as {@link append} and {@link delete} */
  async update(set: Assignments, where: Where, options: OperationOptions = {}): Promise<OperationResult> {
    checkOptions('update', options, OPERATION_OPTIONS);
    return updateRows(this.#live, set, where, options);
  }

  /**
   * Merges rows by key: by default an upsert.
   * @throws as {@link append} and {@link delete}; duplicate-key when two source rows have one key
   */
  async merge(source: RowSource, options: MergeOptions): Promise<OperationResult> {
    checkOptions('merge', options, MERGE_OPTIONS);
    return mergeRows(this.#live, source, options);
  }

  /** Adds columns; see {@link addColumns}. @throws DeltaError invalid-schema, invalid-argument, unsupported-feature */
  async addColumns(columns: StructType, options: CommitOptions = {}): Promise<OperationResult> {
    checkOptions('addColumns', options, COMMIT_OPTIONS);
    return addColumns(this.#live, columns, options);
  }

  /** Lets a column (a name, or a path into structs) be null. @throws DeltaError invalid-argument, unsupported-feature */
  async dropNotNull(
    column: string | readonly string[],
    options: CommitOptions = {},
  ): Promise<OperationResult> {
    checkOptions('dropNotNull', options, COMMIT_OPTIONS);
    return dropNotNull(this.#live, column, options);
  }

  /** Renames a column; see {@link renameColumn}. @throws DeltaError invalid-argument, invalid-schema */
  async renameColumn(
    column: ColumnPath,
    name: string,
    options: CommitOptions = {},
  ): Promise<OperationResult> {
    checkOptions('renameColumn', options, COMMIT_OPTIONS);
    return renameColumn(this.#live, column, name, options);
  }

  /** Drops columns; see {@link dropColumns}. @throws DeltaError invalid-argument */
  async dropColumns(columns: readonly ColumnPath[], options: CommitOptions = {}): Promise<OperationResult> {
    checkOptions('dropColumns', options, COMMIT_OPTIONS);
    return dropColumns(this.#live, columns, options);
  }

  /** Gives a column a wider type; see {@link widenColumn}. @throws DeltaError invalid-argument */
  async widenColumn(column: ColumnPath, type: string, options: CommitOptions = {}): Promise<OperationResult> {
    checkOptions('widenColumn', options, COMMIT_OPTIONS);
    return widenColumn(this.#live, column, type, options);
  }

  /** Sets table properties; see {@link setProperties}. @throws DeltaError invalid-argument, unsupported-feature */
  async setProperties(
    properties: Readonly<Record<string, string>>,
    options: CommitOptions = {},
  ): Promise<OperationResult> {
    checkOptions('setProperties', options, COMMIT_OPTIONS);
    return setProperties(this.#live, properties, options);
  }

  /** Removes table properties, so that their defaults apply. @throws DeltaError invalid-argument */
  async unsetProperties(names: readonly string[], options: CommitOptions = {}): Promise<OperationResult> {
    checkOptions('unsetProperties', options, COMMIT_OPTIONS);
    return unsetProperties(this.#live, names, options);
  }

  /** Adds features to the protocol, for good; see {@link addFeatures}. @throws DeltaError unsupported-feature */
  async addFeatures(features: readonly string[], options: CommitOptions = {}): Promise<OperationResult> {
    checkOptions('addFeatures', options, COMMIT_OPTIONS);
    return addFeatures(this.#live, features, options);
  }

  /** The commits that are still in the log, newest first. */
  async *history(options: { readonly limit?: number } = {}): AsyncGenerator<CommitSummary> {
    checkOptions('history', options, HISTORY_OPTIONS);
    yield* historyOf(this.store, (await this.snapshot()).version, options.limit);
  }

  /**
   * What the commit `version` did.
   * @throws DeltaError no-such-version when it is not, or no longer, in the log
   */
  async changes(version: number): Promise<Changes> {
    return changesOf(this.store, version);
  }

  /**
   * A stamp that identifies the commit `version`: when it was written, and its size. A table that was deleted and
   * created again at the same place has another stamp, whatever its versions and id. Compare it with `===`.
   * @returns null when the commit is not, or no longer, in the log
   */
  async commitStamp(version: number): Promise<string | null> {
    return commitStampOf(this.store, version);
  }

  /**
   * The rows that the versions `first` to `last` (the newest when absent) inserted, deleted and updated, in the order
   * of the versions: the table's columns as of `last` with `_change_type` ({@link ChangeType}), `_commit_version` and
   * `_commit_timestamp`. If a commit lists its changed rows (change data feed), they are given as listed; otherwise
   * they follow from the files that were added and removed.
   * @throws DeltaError no-such-version, invalid-argument, missing-file, corrupt-file, unsupported-feature
   */
  async *changesBetween(first: number, last?: number): AsyncGenerator<readonly Row[]> {
    yield* readChanges(this.#context, first, last ?? (await this.snapshot()).version);
  }

  /** Audits the newest snapshot; see {@link CheckReport}. Reads every live file, or with `pages: false` its footer alone. */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    checkOptions('check', options, CHECK_OPTIONS);
    return checkSnapshot(this.#context, await this.snapshot(), options);
  }

  /**
   * Compacts small files, or rewrites partitions in an order; no row changes. See {@link OptimizeOptions}.
   * @throws DeltaError invalid-argument; unsupported-feature, unsupported-protocol
   */
  async optimize(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    checkOptions('optimize', options, OPTIMIZE_OPTIONS);
    return optimize(this.#live, options);
  }

  /**
   * Compacts small files if a policy says that it is time. Meant for a writer, after its commits. It uses the snapshot
   * that this object has, and costs next to nothing when nothing is due.
   */
  async autoCompact(options: AutoCompactionOptions = {}): Promise<OptimizeReport> {
    checkOptions('autoCompact', options, AUTO_COMPACTION_OPTIONS);
    return autoCompact(this.#live, options);
  }

  /**
   * Compacts groups of files that the caller chooses from the snapshot that this object has. Each group lies in one
   * partition.
   * @throws as {@link optimize}
   */
  async compact(
    choose: (snapshot: Snapshot) => readonly FileGroup[],
    options: CompactOptions,
  ): Promise<OptimizeReport> {
    checkOptions('compact', options, COMPACT_OPTIONS);
    return compact(this.#live, choose, options);
  }

  /**
   * Makes the table what it was at a version or an instant, in one commit; history and application ids stay.
   * @throws DeltaError no-such-version; missing-file when vacuum has deleted files of that version, naming them; conflict
   */
  async restore(to: PointInTime): Promise<Exclude<RestoreResult, { readonly kind: 'conflict' }>> {
    const result = await restore(this.#live, pointInTime('restore', to));
    if (result.kind === 'conflict') throw conflictError('RESTORE', this.location, result);
    return result;
  }

  /**
   * Deletes the files of the table's folder that no version within the retention needs; see {@link VacuumOptions}.
   * @throws DeltaError invalid-argument for a retention that is refused; unsupported-feature, unsupported-protocol
   */
  async vacuum(options: VacuumOptions = {}): Promise<VacuumReport> {
    checkOptions('vacuum', options, VACUUM_OPTIONS);
    return vacuum(this.#live, options);
  }

  /**
   * Deletes removed files whose retention is over, going by the tombstones of the newest version. Cheap enough for a
   * writer to do every few commits. See {@link ExpiryOptions}.
   * @throws DeltaError unsupported-feature, unsupported-protocol
   */
  async deleteExpired(options: ExpiryOptions = {}): Promise<ExpiryReport> {
    checkOptions('deleteExpired', options, EXPIRY_OPTIONS);
    return deleteExpired(this.#live, options);
  }

  /**
   * Folders of the table, with a slash at the end, that gained or lost a file since an instant (epoch ms), by the
   * snapshot that this object has; `''` for files at the root. A writer that was killed and repeated its work has left
   * files in them, and `vacuum({ scope: 'folder', folders })` finds those without listing the whole table. No I/O.
   */
  recentFolders(sinceMs: number): string[] {
    const { files, tombstones } = this.#live.current.state;
    const folders = new Set<string>();
    const take = (path: string, timeMs: number): void => {
      const key = timeMs >= sinceMs ? tableKey(this.location, path) : null;
      if (key !== null) folders.add(key.slice(0, key.lastIndexOf('/') + 1));
    };
    for (const { path, modificationTime } of files.values()) take(path, modificationTime);
    for (const { path, deletionTimestamp } of tombstones.values()) take(path, deletionTimestamp);
    return [...folders].sort();
  }

  /**
   * Deletes the part of the log that `delta.logRetentionDuration` no longer keeps. Commits do this themselves after a
   * checkpoint, a limited number of files at a time, unless `delta.enableExpiredLogCleanup` is false.
   */
  async cleanUpLog(options: LogCleanupOptions = {}): Promise<LogCleanupReport> {
    checkOptions('cleanUpLog', options, LOG_CLEANUP_OPTIONS);
    return cleanUpLog(this.#context, await this.snapshot(), options);
  }

  /** Resolves when the checksums and checkpoints of all commits so far are written, or have failed. */
  settled(): Promise<void> {
    return this.#live.settled();
  }

  /** Awaits {@link settled} and closes what was opened for this table. On S3 this releases the writer's lock. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    await this.#context.close();
  }
}
