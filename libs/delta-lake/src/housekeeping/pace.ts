import { setImmediate } from 'node:timers/promises';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';

/** Commits that one piece of housekeeping lets pass: where they never pause it would never end. */
const PATIENCE = 50;

/**
 * To be awaited between the steps of housekeeping: commits come first, so that none of them waits for more than one step.
 */
export function behindCommits(live: LiveSnapshot): () => Promise<void> {
  let patience = PATIENCE;
  return async () => {
    await setImmediate();
    if (live.isBusy && patience-- > 0) await live.idle();
  };
}

/**
 * The log is listed for its expired part, which on a local disk means all of its names, as often as this: what has expired
 * meanwhile may as well stay a little longer.
 */
const CLEANUP_VERSIONS = 1000;
const CLEANUP_MS = 3_600_000;

/** Whether the log is to be looked at: at a version and a time (epoch ms), after it was last cleaned up. */
export function isCleanupDue(last: LiveSnapshot['logCleanedUp'], version: number, nowMs: number): boolean {
  return (
    last === null || version - last.version >= CLEANUP_VERSIONS || Math.abs(nowMs - last.atMs) >= CLEANUP_MS
  );
}
