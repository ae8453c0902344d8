import type { LiveComponents } from './components.ts';

/** After sleep, a machine notices within a minute that the time has come. */
const SLICE_MS = 60_000;

/**
 * Waits until the clock says `atMs`, but by the monotonic clock never longer than `mostMs`: a clock that is set back does
 * not make the wait longer; one that is set on, or a machine that slept, ends it.
 */
export async function waitUntil(
  atMs: number,
  mostMs: number,
  { clock, monotonic, sleep }: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>,
  signal?: AbortSignal,
): Promise<void> {
  const endMs = monotonic() + mostMs;
  while (signal?.aborted !== true) {
    // Timers may fire early: only the clocks say that it is time.
    const leftMs = Math.min(atMs - clock(), endMs - monotonic());
    if (leftMs <= 0) return;
    await sleep(Math.max(1, Math.min(leftMs, SLICE_MS)), signal);
  }
}
