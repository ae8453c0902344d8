/** The longest pause between two attempts, ms. */
const LONGEST_MS = 2_000;

/**
 * How long a writer waits after it has lost the race for a version, ms: a random time up to a bound. The bound begins
 * with the duration of the lost attempt and doubles with each loss in a row. So writers that lost together do not
 * return together, whether the store takes 2 ms or 200.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
 * @param losses so far, from 1
 * @param random in [0, 1)
 */
export function pauseAfterLoss(losses: number, attemptMs: number, random: number): number {
  return random * Math.min(LONGEST_MS, Math.max(0, attemptMs) * 2 ** (losses - 1));
}
