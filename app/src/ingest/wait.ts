import type { LiveComponents } from './components.ts';

/** A machine that was asleep notices within a minute that the time has come. */
const SLICE_MS = 60_000;

/**
 * Waits until the clock says `at_ms`, but by the monotonic clock never longer than `most_ms`: a clock that is set back does
 * not make the wait longer; one that is set on, or a machine that slept, ends it.
 */
export async function waitUntil(
  at_ms: number,
  most_ms: number,
  { clock, monotonic, sleep }: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>,
  signal?: AbortSignal,
): Promise<void> {
  const end_ms = monotonic() + most_ms;
  while (signal?.aborted !== true) {
    // Timers may fire early: only the clocks say that it is time.
    const left_ms = Math.min(at_ms - clock(), end_ms - monotonic());
    if (left_ms <= 0) return;
    await sleep(Math.max(1, Math.min(left_ms, SLICE_MS)), signal);
  }
}
