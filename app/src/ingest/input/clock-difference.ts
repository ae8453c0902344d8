/** What one answer says of the time, epoch ms. */
export interface Times {
  /** Our clock, before the request and after the answer. */
  readonly askedMs: number;
  readonly receivedMs: number;
  /** The answer's own `time`; it speaks of the seconds before. */
  readonly feedMs: number;
  /** The `Date` header: the server's clock, without delay. Null where there is none. */
  readonly sentMs: number | null;
}

const NOTABLE_MS = 60_000;
/** The feed's own time is late by itself, sometimes by a minute. */
const NOTABLE_LATE_MS = 120_000;

/**
 * How far this machine's clock is behind the feed's, whole seconds; negative: ahead of it. Null if they agree within a
 * minute, the time that the answer travelled not counted.
 */
export function clockBehindS({ askedMs, receivedMs, feedMs, sentMs }: Times): number | null {
  const behindMs = Math.max(feedMs, sentMs ?? feedMs) - receivedMs;
  if (behindMs > NOTABLE_MS) return Math.round(behindMs / 1000);
  const aheadMs = askedMs - (sentMs ?? feedMs);
  if (aheadMs > (sentMs === null ? NOTABLE_LATE_MS : NOTABLE_MS)) return -Math.round(aheadMs / 1000);
  return null;
}

/** What a person is told of it. */
export function clockNotice(behindSeconds: number): string {
  const far =
    Math.abs(behindSeconds) < 120
      ? `${Math.abs(behindSeconds)} s`
      : `${Math.round(Math.abs(behindSeconds) / 60)} min`;
  return behindSeconds > 0
    ? `This machine's clock is ${far} behind the feed's: positions that are more than 10 min ahead of it go to quarantine. Set the clock.`
    : `This machine's clock is ${far} ahead of the feed's: all positions look that old. Set the clock.`;
}
