import { setImmediate } from 'node:timers/promises';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

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

/** When the log of a table was last cleaned up by this process. */
export class CleanupPace {
  #last: { readonly version: number; readonly atMs: number } | null = null;

  /** Whether the log of a snapshot is to be looked at now. */
  isDue({ version }: Snapshot, nowMs: number): boolean {
    return (
      this.#last === null ||
      version - this.#last.version >= CLEANUP_VERSIONS ||
      Math.abs(nowMs - this.#last.atMs) >= CLEANUP_MS
    );
  }

  /** Notes that nothing was left to be cleaned up at a snapshot. */
  done({ version }: Snapshot, nowMs: number): void {
    this.#last = { version, atMs: nowMs };
  }
}
