import { setImmediate } from 'node:timers/promises';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';

/** How many commits one step of housekeeping lets pass. Without a limit it would never end if commits never pause. */
const PATIENCE = 50;

/**
 * A function to await between the steps of housekeeping. It lets commits pass, so that no commit waits for more than
 * one step.
 */
export function behindCommits(live: LiveSnapshot): () => Promise<void> {
  let patience = PATIENCE;
  return async () => {
    await setImmediate();
    if (live.isBusy && patience-- > 0) await live.idle();
  };
}

/**
 * How many versions pass between two cleanups. A cleanup lists the log, on a local disk all of its names, and an
 * expired object does no harm if it stays a little longer.
 */
const CLEANUP_VERSIONS = 1000;
const CLEANUP_MS = 3_600_000;

/** Whether a cleanup is due at a version and a time (epoch ms). */
export function isCleanupDue(last: LiveSnapshot['logCleanedUp'], version: number, nowMs: number): boolean {
  return (
    last === null || version - last.version >= CLEANUP_VERSIONS || Math.abs(nowMs - last.atMs) >= CLEANUP_MS
  );
}
