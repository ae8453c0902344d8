/** What one answer says of the time, epoch ms. */
export interface Times {
  /** Our clock, before the request and after the answer. */
  readonly asked_ms: number;
  readonly received_ms: number;
  /** The answer's own `time`; it speaks of the seconds before. */
  readonly feed_ms: number;
  /** The `Date` header: the server's clock, without delay. Null where there is none. */
  readonly sent_ms: number | null;
}

const NOTABLE_MS = 60_000;
/** The feed's own time is late by itself, sometimes by a minute. */
const NOTABLE_LATE_MS = 120_000;

/**
 * How far this machine's clock is behind the feed's, whole seconds; negative: ahead of it. Null where they agree within a
 * minute, the time that the answer travelled not counted.
 */
export function clockBehindS({ asked_ms, received_ms, feed_ms, sent_ms }: Times): number | null {
  const behind_ms = Math.max(feed_ms, sent_ms ?? feed_ms) - received_ms;
  if (behind_ms > NOTABLE_MS) return Math.round(behind_ms / 1000);
  const ahead_ms = asked_ms - (sent_ms ?? feed_ms);
  if (ahead_ms > (sent_ms === null ? NOTABLE_LATE_MS : NOTABLE_MS)) return -Math.round(ahead_ms / 1000);
  return null;
}

/** What a person is told of it. */
export function clockNotice(behind_s: number): string {
  const far =
    Math.abs(behind_s) < 120 ? `${Math.abs(behind_s)} s` : `${Math.round(Math.abs(behind_s) / 60)} min`;
  return behind_s > 0
    ? `This machine's clock is ${far} behind the feed's: positions that are more than 10 min ahead of it go to quarantine. Set the clock.`
    : `This machine's clock is ${far} ahead of the feed's: all positions look that old. Set the clock.`;
}
