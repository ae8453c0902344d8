import { readLastCheckpoint } from '../checkpoint/last-checkpoint.ts';
import type { TableContext } from '../context/context.ts';
import { DeltaError } from '../errors.ts';
import { LOG, retentionMs as statedRetentionMs } from '../features/retention.ts';
import { featuresOf } from '../features/table-features.ts';
import { type CheckpointFiles, CheckpointSets } from '../log/listing.ts';
import { LOG_FOLDER, type LogName, parseLogKey } from '../log/names.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { deleteObject } from '../storage/key.ts';
import { inParallel } from '../storage/parallel.ts';
import { leftoversOf } from './leftovers.ts';
import { isWhole, unreferencedSidecars } from './sidecars.ts';

const DAY_MS = 86_400_000;
const PARALLEL_DELETES = 16;
/** Twice as long as a writer may commit without reading what others have committed (`LiveSnapshot.isStale`). */
const LEAST_MS = 120_000;

/** What a cleanup of the log did. */
export interface LogCleanupReport {
  /** Log objects that were deleted: commits, checksums, checkpoints, compactions, sidecars, what killed writers left. */
  readonly deleted: number;
  /** The checkpoint that the log begins with from now on; null when no checkpoint was old enough. */
  readonly oldestVersion: number | null;
  /** False when the limit ended the run: the next one goes on. */
  readonly isComplete: boolean;
}

export interface LogCleanupOptions {
  /** Anything older may be deleted. Ms; default `delta.logRetentionDuration`. */
  readonly retentionMs?: number;
  /**
   * If the log has more than `versions` versions, the oldest may be deleted before their time, but none younger than
   * `leastMs`: a reader that is loading the table needs them, and so does a writer that has not read the log since. At
   * least two minutes.
   */
  readonly beyond?: { readonly versions: number; readonly leastMs: number };
  /** At most so many objects are deleted, the oldest first. Default: all that may go. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited before each deletion, so that more urgent work can come first. */
  readonly turn?: () => Promise<void>;
}

/**
 * Deletes what `delta.logRetentionDuration` no longer keeps. The cutoff commit is the newest that is not newer than the
 * retention; the newest checkpoint that is not newer than it, that checkpoint's commit, and everything after stay.
 * Deleted are older commits, checksums and checkpoints, compactions that begin at the cutoff or before, and sidecars
 * that no checkpoint names. Without such a checkpoint none of these is deleted. What killed writers left unfinished is
 * deleted after a day. The oldest objects are deleted first, so that a run that ends early leaves a shorter log without
 * a hole. A commit that is dated in the future counts as old as the next one that is not.
 *
 * A retention of a day or more is counted from midnight UTC, as the protocol says. A shorter one, or one that the
 * caller gives, is exact to the millisecond.
 * @throws DeltaError invalid-argument for a `beyond` that is refused
 * Source: Delta protocol, "Metadata Cleanup".
 */
export async function cleanUpLog(
  context: TableContext,
  snapshot: Snapshot,
  options: LogCleanupOptions = {},
): Promise<LogCleanupReport> {
  const { limit = Infinity, signal, turn } = options;
  const isExpired = expiry(context, snapshot, options);
  // A writer may die before it names its checkpoint. Readers then begin at an older one, which must be there.
  const named = (await readLastCheckpoint(context.store)) ?? Infinity;
  const found = await expired(context, isExpired, limit, named);
  const base = found.base !== null && (await isWhole(context, found.base)) ? found.base : null;
  const { keys, isEnd } = base === null ? { keys: [], isEnd: true } : found;
  const doomed = keys.slice(0, limit);
  const remove = async (key: string): Promise<void> => {
    await turn?.();
    await deleteObject(context.store, key);
  };
  const isCommit = (key: string): boolean => parseLogKey(key)?.kind === 'commit';
  const others = doomed.filter((key) => !isCommit(key));
  await inParallel(others, PARALLEL_DELETES, remove, signal);
  // One after the other: a reader that finds its own commit but not the next one must be at the newest version.
  await inParallel(doomed.filter(isCommit), 1, remove, signal);
  let isComplete = isEnd && doomed.length === keys.length;
  if (isComplete) {
    const hasSidecars = base !== null && featuresOf(snapshot.protocol).has('v2Checkpoint');
    const useless = [
      ...(hasSidecars ? await unreferencedSidecars(context) : []),
      ...(await leftoversOf(context, LOG_FOLDER)).map(({ key }) => key),
    ];
    isComplete = doomed.length + useless.length <= limit;
    const due = useless.slice(0, limit - doomed.length);
    await inParallel(due, PARALLEL_DELETES, remove, signal);
    doomed.push(...due);
  }
  return { deleted: doomed.length, oldestVersion: base?.version ?? null, isComplete };
}

/** Whether writers clean up after their checkpoints (`delta.enableExpiredLogCleanup`, true when absent). */
export function isLogCleanupEnabled(snapshot: Snapshot): boolean {
  return snapshot.configuration['delta.enableExpiredLogCleanup']?.toLowerCase() !== 'false';
}

/** Whether a commit, by its version and its time, is not kept any more. */
type Expiry = (version: number, timeMs: number) => boolean;

function expiry(
  context: TableContext,
  snapshot: Snapshot,
  { retentionMs, beyond }: LogCleanupOptions,
): Expiry {
  const now = context.clock();
  const stated = retentionMs ?? statedRetentionMs(snapshot.configuration, LOG, context.store.url);
  const isDays = retentionMs === undefined && stated >= DAY_MS;
  const cutoff = isDays ? now - stated - ((now - stated) % DAY_MS) : now - stated;
  if (beyond === undefined) return (_, time) => time <= cutoff;
  if (!(beyond.leastMs >= LEAST_MS) || !(beyond.versions >= 0))
    throw new DeltaError(
      'invalid-argument',
      `Cannot clean up the log with "beyond" of ${beyond.versions} versions and ${beyond.leastMs} ms: leastMs must be at least ${LEAST_MS} ms.`,
    );
  return (version, time) =>
    time <= cutoff || (version < snapshot.version - beyond.versions && time <= now - beyond.leastMs);
}

/**
 * The expired part of the log, oldest first: what lies before the checkpoint `base`. The listing ends at the first
 * commit that must stay (`isEnd`), or once it has found more than `limit` objects to delete, so that a log of a million
 * objects is not listed whole to find a hundred.
 */
async function expired(
  context: TableContext,
  isExpired: Expiry,
  limit: number,
  newestBase: number,
): Promise<{
  readonly keys: readonly string[];
  readonly base: CheckpointFiles | null;
  readonly isEnd: boolean;
}> {
  const now = context.clock();
  const seen: { readonly key: string; readonly name: LogName }[] = [];
  const checkpoints = new CheckpointSets();
  let isEnd = true;
  let time = -Infinity;
  let last = -1;
  /** Where the files of the current version begin in `seen`. */
  let start = 0;
  for await (const { key, modifiedAtMs } of context.store.list(LOG_FOLDER)) {
    const name = parseLogKey(key);
    if (!name) continue;
    if (name.version !== seen.at(-1)?.name.version) start = seen.length;
    if (name.kind === 'commit') {
      // A time to come is of a clock that was wrong. The commit is no younger than the next one with a time that can be:
      // that one decides for both. Otherwise one such commit would keep all the log until its time has come.
      if (modifiedAtMs <= now) {
        // As for time travel: a commit is not older than the one before it, whatever its file says.
        time = Math.max(time + 1, modifiedAtMs);
        if (!isExpired(name.version, time)) break;
        last = name.version;
      }
    }
    checkpoints.take(name, key);
    seen.push({ key, name });
    // The checkpoint of a version is listed before its commit.
    if (name.kind === 'commit' && start > limit && checkpoints.complete().at(-1)?.version === last) {
      isEnd = false;
      break;
    }
  }
  const base =
    checkpoints.complete().findLast(({ version }) => version <= Math.min(last, newestBase)) ?? null;
  const keys = seen.filter(({ name: { kind, version } }) =>
    kind === 'compacted' ? version <= (base?.version ?? -1) : version < (base?.version ?? -1),
  );
  return { keys: keys.map(({ key }) => key), base, isEnd };
}
