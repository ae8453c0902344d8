/** From the first wait to the longest, ms. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** For services on the internet. */
const PATIENT: BackOff = { firstMs: 5_000, longestMs: 300_000 };

/**
 * How long to wait after the n-th failure in a row (from 1), ms: doubling from the first wait to the longest (5 s to
 * 5 min unless told), of which half is chance, so that many programs that failed together do not come back together.
 * @param random Uniform in [0, 1).
 */
export function backOffMs(
  failures: number,
  random: number,
  { firstMs, longestMs }: BackOff = PATIENT,
): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(whole / 2 + (whole / 2) * random);
}
