/** The longest pause between two attempts, ms. */
const LONGEST_MS = 2_000;

/**
 * How long a writer stays away after it has lost the race for a version, ms: anything up to a bound that begins with what
 * the lost attempt took and doubles with each loss in a row. So writers who lost together do not come back together, on a store
 * that takes 2 ms as on one that takes 200.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
 * @param losses so far, from 1
 * @param random in [0, 1)
 */
export function pauseAfterLoss(losses: number, attemptMs: number, random: number): number {
  return random * Math.min(LONGEST_MS, Math.max(0, attemptMs) * 2 ** (losses - 1));
}
