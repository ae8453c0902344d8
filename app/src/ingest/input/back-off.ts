const FIRST_MS = 5_000;
const LONGEST_MS = 300_000;

/**
 * How long to wait after the n-th failure in a row (from 1), ms: doubling from 5 s to 5 min, of which half is chance,
 * so that many programs that failed together do not come back together.
 * @param random Uniform in [0, 1).
 */
export function backOffMs(failures: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(whole / 2 + (whole / 2) * random);
}
