import { checkWritable } from '../actions/protocol.ts';
import { DELETED_FILES, durationMs } from '../checkpoint/retention.ts';
import type { TableContext } from '../context.ts';
import { DeltaError } from '../errors.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ObjectEntry } from '../storage/object-store.ts';
import { inParallel } from '../storage/parallel.ts';
import { commitDraft } from '../transaction/commit.ts';
import { Transaction } from '../transaction/transaction.ts';
import { listDataFolder } from './data-folder.ts';
import { filesInUse } from './files-in-use.ts';
import { leftoversOf } from './leftovers.ts';
import { removedUpTo, versionBefore, writeLastVacuum } from './removed-files.ts';

const HOUR_MS = 3_600_000;
const PARALLEL_DELETES = 16;

export interface VacuumOptions {
  /** Removed files younger than this stay. Ms; default `delta.deletedFileRetentionDuration`. */
  readonly retentionMs?: number;
  /**
   * Take a retention below `delta.deletedFileRetentionDuration`: files that readers of older versions, or commits
   * under way, still need may go. Default false: such a retention is refused.
   */
  readonly allowShortRetention?: boolean;
  /** Say what would go, and leave it. Default false. */
  readonly dryRun?: boolean;
  /**
   * `log`: only files that a commit still in the log removed; costs no listing of the data. `folder`: also what no
   * commit names, such as the files of failed writes and, after a day, what killed processes left unfinished, in the
   * log too. Default `folder`.
   */
  readonly scope?: 'log' | 'folder';
  readonly signal?: AbortSignal;
  /** Called after each deleted file. */
  readonly onProgress?: (done: { readonly deleted: number; readonly of: number }) => void;
}

/** What a vacuum deleted, or with `dryRun` would delete. */
export interface VacuumReport {
  readonly version: number;
  /** Epoch ms: what was removed, or written, at this time or later stays. */
  readonly cutoffMs: number;
  /** Keys relative to the table's root, sorted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly bytes: number;
}

/**
 * Deletes files that no version within the retention needs. What stays: live files, files that a tombstone younger
 * than the retention names, their deletion vectors, everything that is itself younger, and names that begin with `_`
 * or `.` (but for `_change_data` and partition folders). Two commits, `VACUUM START` and `VACUUM END`, tell the history;
 * none where nothing is to go.
 *
 * What is to go is decided by a snapshot that is read after the listing: a file that becomes part of the table
 * meanwhile is seen. Source: Delta Spark, VacuumCommand; Delta protocol, "vacuumProtocolCheck".
 * @throws DeltaError invalid-argument for a retention that is refused; unsupported-feature, unsupported-protocol
 */
export async function vacuum(live: LiveSnapshot, options: VacuumOptions = {}): Promise<VacuumReport> {
  const { context } = live;
  const before = await live.exclusive(() => live.refresh());
  checkWritable(before.protocol, before.metadata, before.schema, context.store.url);
  const retentionMs = retentionOf(context, before, options);
  const cutoffMs = context.clock() - retentionMs;
  const expired = await versionBefore(context, before, cutoffMs);
  const candidates =
    options.scope === 'log'
      ? await removedUpTo(context, expired, options.signal)
      : [...(await olderInFolder(context, before, cutoffMs)), ...(await leftoversOf(context, ''))];
  const snapshot = await live.exclusive(() => live.refresh());
  checkWritable(snapshot.protocol, snapshot.metadata, snapshot.schema, context.store.url);
  const inUse = await filesInUse(context, snapshot, cutoffMs);
  const doomed = candidates.filter(({ key }) => !inUse.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
  const report: VacuumReport = {
    version: snapshot.version,
    cutoffMs,
    files: doomed.map(({ key, bytes }) => ({ path: key, bytes })),
    bytes: doomed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  if (options.dryRun === true) return report;
  if (doomed.length > 0) {
    await tell(live, 'VACUUM START', startParameters(context, snapshot, options), {
      numFilesToDelete: doomed.length,
      sizeOfDataToDelete: report.bytes,
    });
    let deleted = 0;
    await inParallel(
      doomed,
      PARALLEL_DELETES,
      async ({ key }) => {
        await context.store.delete(key);
        deleted += 1;
        options.onProgress?.({ deleted, of: doomed.length });
      },
      options.signal,
    );
    await tell(
      live,
      'VACUUM END',
      { status: 'COMPLETED' },
      { numDeletedFiles: deleted, numVacuumedDirectories: 0 },
    );
  }
  if (expired !== null) await writeLastVacuum(context.store, expired);
  return report;
}

function retentionOf(context: TableContext, snapshot: Snapshot, options: VacuumOptions): number {
  const least = durationMs(snapshot.configuration, DELETED_FILES);
  const retentionMs = options.retentionMs ?? least;
  if (!Number.isFinite(retentionMs) || retentionMs < 0)
    throw new DeltaError('invalid-argument', `A retention of ${retentionMs} ms is no duration.`);
  if (retentionMs < least && options.allowShortRetention !== true) {
    throw new DeltaError(
      'invalid-argument',
      `Vacuum of ${context.store.url} refused: ${retentionMs / HOUR_MS} hours is less than the ${least / HOUR_MS} hours that the table keeps removed files (delta.deletedFileRetentionDuration), so readers of older versions and writers with open commits may lose files. Allow a short retention where there are none.`,
      { facts: { table: context.store.url, retentionMs, leastMs: least } },
    );
  }
  return retentionMs;
}

/** The files of the table's folder that are older than the cutoff. */
async function olderInFolder(
  context: TableContext,
  snapshot: Snapshot,
  cutoffMs: number,
): Promise<ObjectEntry[]> {
  const older: ObjectEntry[] = [];
  for await (const file of listDataFolder(context.store, snapshot.partitionColumns))
    if (file.modifiedAtMs < cutoffMs) older.push(file);
  return older;
}

function startParameters(
  context: TableContext,
  snapshot: Snapshot,
  options: VacuumOptions,
): Readonly<Record<string, string>> {
  return {
    retentionCheckEnabled: String(options.allowShortRetention !== true),
    defaultRetentionMillis: String(durationMs(snapshot.configuration, DELETED_FILES)),
    ...(options.retentionMs === undefined ? {} : { specifiedRetentionMillis: String(options.retentionMs) }),
  };
}

/** A commit without actions, for the history. */
async function tell(
  live: LiveSnapshot,
  operation: string,
  operationParameters: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, number>>,
): Promise<void> {
  const transaction = new Transaction(
    live.current,
    { operation, operationParameters, dataChange: false },
    (draft, options) => commitDraft(live, draft, options),
  );
  await transaction.setOperationMetrics(metrics).commit();
}
