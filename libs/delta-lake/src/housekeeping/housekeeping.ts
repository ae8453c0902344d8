import { isPointerLost } from '../checkpoint/last-checkpoint.ts';
import { writeCheckpoint } from '../checkpoint/write.ts';
import { DeltaError } from '../errors.ts';
import { checksumKey } from '../log/names.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { serializeChecksum } from './checksum.ts';
import { cleanUpLog, isLogCleanupEnabled } from './log-cleanup.ts';
import { behindCommits, isCleanupDue } from './pace.ts';

/** How one step after a commit went. */
export type StepOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'not-due' }
  | { readonly kind: 'failed'; readonly error: DeltaError };

export interface HousekeepingReport {
  /** Not due if the table was opened without `checksums`. */
  readonly checksum: StepOutcome;
  readonly checkpoint: StepOutcome;
  /** Follows a checkpoint, once per 1,000 versions or hour, unless `delta.enableExpiredLogCleanup` is false. */
  readonly logCleanup: StepOutcome;
}

/**
 * Commits between checkpoints where `delta.checkpointInterval` is absent. Spark has 10, delta-rs 100. A reader pays
 * about ten microseconds per commit it replays, a writer pays for every live file at each checkpoint: a stream that
 * commits every few seconds into thousands of files is better off with 100.
 */
const DEFAULT_INTERVAL = 100;

/**
 * The most log objects that one cleanup deletes: a stream adds two per commit. A backlog is deleted in a few rounds,
 * one at each checkpoint, and no round takes long.
 */
const CLEANUP_LIMIT = 2500;

const NOT_DUE: StepOutcome = { kind: 'not-due' };

/**
 * Writes the checksum of a version and, where it is due, its checkpoint, and cleans up the log behind it; one version
 * after the other. Never rejects.
 */
export function startHousekeeping(
  live: LiveSnapshot,
  snapshot: Snapshot,
  txnId: string,
): Promise<HousekeepingReport> {
  // Serialize now, while this version is the newest and looking into it costs nothing.
  const checksum = live.context.checksums ? serializeChecksum(snapshot, txnId) : null;
  return live.background(async () => {
    const written =
      checksum === null
        ? NOT_DUE
        : await step(async () => {
            await live.context.store.putIfAbsent(checksumKey(snapshot.version), checksum);
          });
    const checkpoint =
      isDue(snapshot) || isPointerLost(live.context)
        ? await step(() => writeCheckpoint(live.context, snapshot, behindCommits(live)))
        : NOT_DUE;
    const logCleanup = checkpoint.kind === 'written' ? await cleanUp(live, snapshot) : NOT_DUE;
    return { checksum: written, checkpoint, logCleanup };
  });
}

async function cleanUp(live: LiveSnapshot, snapshot: Snapshot): Promise<StepOutcome> {
  const { version } = snapshot;
  const atMs = live.context.clock();
  if (!isLogCleanupEnabled(snapshot) || !isCleanupDue(live.logCleanedUp, version, atMs)) return NOT_DUE;
  return step(async () => {
    const options = { limit: CLEANUP_LIMIT, turn: behindCommits(live) };
    const { isComplete } = await cleanUpLog(live.context, snapshot, options);
    if (isComplete) live.logCleanedUp = { version, atMs };
  });
}

/** Whether a checkpoint belongs to this version: every `delta.checkpointInterval` commits. */
export function isDue(snapshot: Snapshot): boolean {
  const interval = Number(snapshot.configuration['delta.checkpointInterval'] ?? DEFAULT_INTERVAL);
  return (
    snapshot.version > 0 && Number.isInteger(interval) && interval > 0 && snapshot.version % interval === 0
  );
}

async function step(work: () => Promise<unknown>): Promise<StepOutcome> {
  try {
    await work();
    return { kind: 'written' };
  } catch (cause) {
    // The commit stands; these files only spare work. The caller sees what failed in the commit's report.
    if (cause instanceof DeltaError) return { kind: 'failed', error: cause };
    const reason = cause instanceof Error ? cause.message : String(cause);
    return {
      kind: 'failed',
      error: new DeltaError('internal', `Housekeeping failed: ${reason}.`, { cause }),
    };
  }
}
