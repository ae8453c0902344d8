/** How often a receiver makes a new answer, as observed by the times that its answers say. */
export interface Pace {
  /** Of the newest answer, epoch ms by the receiver's clock. */
  readonly newestMs: number;
  /** Between the last answers, newest last, ms. */
  readonly gapsMs: readonly number[];
}

const REMEMBERED = 5;
const [SHORTEST_MS, LONGEST_MS] = [1_000, 60_000];

/** With one more answer. A step that is no pace (back, or far on) is not remembered as one. */
export function paceAfter(pace: Pace | null, timeMs: number): Pace {
  if (pace === null) return { newestMs: timeMs, gapsMs: [] };
  const gapMs = timeMs - pace.newestMs;
  const isPace = gapMs > 0 && gapMs <= 10 * LONGEST_MS;
  const gapsMs = isPace ? [...pace.gapsMs, gapMs].slice(-REMEMBERED) : pace.gapsMs;
  return { newestMs: timeMs, gapsMs };
}

/** The usual time between two answers, ms: the median, from 1 s to 1 min; 1 s, as receivers write, while unknown. */
export function paceMs(pace: Pace | null): number {
  const sorted = (pace?.gapsMs ?? []).toSorted((a, b) => a - b);
  return bounded(sorted[sorted.length >>> 1] ?? SHORTEST_MS);
}

/**
 * How long to wait after an answer before asking for the next one, ms. Shorter than the shortest of the last gaps: one who
 * asks as seldom as answers seemed to change would never see that they change more often again.
 */
export function waitMs(pace: Pace | null): number {
  const gapsMs = pace?.gapsMs ?? [];
  return gapsMs.length === 0 ? SHORTEST_MS : bounded(0.75 * Math.min(...gapsMs));
}

const bounded = (ms: number): number => Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms));

/** Without a new time for this long, the receiver's time counts as standing still, ms. */
export const frozenAfterMs = (pace: Pace | null): number => Math.max(10_000, 3 * paceMs(pace));
