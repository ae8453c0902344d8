import { durationMs, LOG } from '../checkpoint/retention.ts';
import type { TableContext } from '../context.ts';
import { hasCode } from '../errors.ts';
import { type CheckpointFiles, CheckpointSets } from '../log/listing.ts';
import { LOG_FOLDER, type LogName, parseLogKey } from '../log/names.ts';
import { sourceOf } from '../parquet/source.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { inParallel } from '../storage/parallel.ts';

const DAY_MS = 86_400_000;
const PARALLEL_DELETES = 16;

/** What a cleanup of the log did. */
export interface LogCleanupReport {
  /** Log objects that were deleted: commits, checksums, checkpoints, compactions. */
  readonly deleted: number;
  /** The checkpoint that the log begins with from now on; null when there was none to clean up to. */
  readonly oldestVersion: number | null;
  /** False when the limit ended the run: the next one goes on. */
  readonly isComplete: boolean;
}

export interface LogCleanupOptions {
  /** At most so many objects are deleted, the oldest first. Default: all that may go. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Deletes what `delta.logRetentionDuration` no longer keeps. The cutoff commit is the newest that is not newer than
 * the retention; the newest checkpoint that is not newer than it, that checkpoint's commit, and everything after stay.
 * Older commits, checksums and checkpoints go, and compactions that begin at it or before. Without such a checkpoint
 * nothing goes. The oldest go first, so that a run that ends early leaves a shorter log and no hole.
 *
 * A retention of a day or more is counted from midnight UTC, as the protocol has it; a shorter one to the millisecond.
 * Source: Delta protocol, "Metadata Cleanup".
 */
export async function cleanUpLog(
  context: TableContext,
  snapshot: Snapshot,
  { limit = Infinity, signal }: LogCleanupOptions = {},
): Promise<LogCleanupReport> {
  const { keys, base, isEnd } = await expired(context, cutoffMs(context, snapshot), limit);
  if (base === null || !(await hasFooters(context, base)))
    return { deleted: 0, oldestVersion: null, isComplete: true };
  const doomed = keys.slice(0, limit);
  await inParallel(doomed, PARALLEL_DELETES, (key) => context.store.delete(key), signal);
  return {
    deleted: doomed.length,
    oldestVersion: base.version,
    isComplete: isEnd && doomed.length === keys.length,
  };
}

/** Whether writers clean up after their checkpoints (`delta.enableExpiredLogCleanup`, true when absent). */
export function isLogCleanupEnabled(snapshot: Snapshot): boolean {
  return snapshot.configuration['delta.enableExpiredLogCleanup']?.toLowerCase() !== 'false';
}

function cutoffMs(context: TableContext, snapshot: Snapshot): number {
  const retention = durationMs(snapshot.configuration, LOG);
  const cutoff = context.clock() - retention;
  return retention < DAY_MS ? cutoff : cutoff - (cutoff % DAY_MS);
}

/**
 * The expired part of the log, oldest first: what lies before the checkpoint `base`. The listing ends at the first
 * commit that must stay (`isEnd`), or where more than `limit` may go: a log of a million objects is not listed whole
 * to find a hundred.
 */
async function expired(
  context: TableContext,
  cutoff: number,
  limit: number,
): Promise<{
  readonly keys: readonly string[];
  readonly base: CheckpointFiles | null;
  readonly isEnd: boolean;
}> {
  const seen: { readonly key: string; readonly name: LogName }[] = [];
  const checkpoints = new CheckpointSets();
  let isEnd = true;
  let time = -Infinity;
  let last = -1;
  /** Where the files of the version at hand begin in `seen`. */
  let start = 0;
  for await (const { key, modifiedAtMs } of context.store.list(LOG_FOLDER)) {
    const name = parseLogKey(key);
    if (!name) continue;
    if (name.version !== seen.at(-1)?.name.version) start = seen.length;
    if (name.kind === 'commit') {
      // As for time travel: a commit is not older than the one before it, whatever its file says.
      time = Math.max(time + 1, modifiedAtMs);
      if (time > cutoff) break;
      last = name.version;
    }
    checkpoints.take(name, key);
    seen.push({ key, name });
    // The checkpoint of a version is listed before its commit.
    if (name.kind === 'commit' && start > limit && checkpoints.complete().at(-1)?.version === last) {
      isEnd = false;
      break;
    }
  }
  const base = checkpoints.complete().findLast(({ version }) => version <= last) ?? null;
  const keys = seen.filter(({ name: { kind, version } }) =>
    kind === 'compacted' ? version <= (base?.version ?? -1) : version < (base?.version ?? -1),
  );
  return { keys: keys.map(({ key }) => key), base, isEnd };
}

/** Whether the checkpoint that is to be the log's beginning has readable footers: nothing may rest on a torn one. */
async function hasFooters(context: TableContext, { keys }: CheckpointFiles): Promise<boolean> {
  for (const key of keys.filter((candidate) => candidate.endsWith('.parquet'))) {
    try {
      await context.parquet.rowCount(await sourceOf(context.store, key));
    } catch (error) {
      if (hasCode(error, 'corrupt-file') || hasCode(error, 'object-not-found')) return false;
      throw error;
    }
  }
  return true;
}
