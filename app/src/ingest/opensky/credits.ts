const DAY_MS = 86_400_000;

/** Credits that OpenSky gives per UTC day. Source: OpenSky REST API, "API credit usage". */
export const DAILY_CREDITS = { anonymous: 400, standard: 4_000 } as const;

/** The shortest pause between requests, ms: the answers do not change faster. Source: OpenSky's Python client. */
export const SHORTEST_INTERVAL_MS = { anonymous: 10_000, standard: 5_000 } as const;

/** What is known of an account's credits. */
export interface Credits {
  /** Credits left until the next refill. */
  readonly left: number;
  /** Credits that a refill brings: the account's kind says 400 or 4,000, and seeing more left teaches more. */
  readonly daily: number;
  /** The UTC day (days since the epoch) that `left` is about. */
  readonly day: number;
}

/** Before the first answer: a full day's worth, so that the first request is made at once. */
export function creditsAtStart(daily: number, now_ms: number): Credits {
  return { left: daily, daily, day: dayOf(now_ms) };
}

/**
 * After a request: what the server said is left (`X-Rate-Limit-Remaining`), else one cost less than before. More left
 * than a day should bring means a better account (an active feeder has 8,000): its allowance is raised to that.
 */
export function creditsAfter(
  credits: Credits,
  cost: number,
  remaining: number | null,
  now_ms: number,
): Credits {
  const current = refilled(credits, now_ms);
  const left = Math.max(0, remaining ?? current.left - cost);
  return { ...current, left, daily: Math.max(current.daily, left) };
}

/**
 * The credits at a time: full again when a UTC day has begun since. A clock that was set back to an earlier day takes what
 * is left with it, else the next refill would be missed; what really is left, the next answer says.
 */
export function refilled(credits: Credits, now_ms: number): Credits {
  const day = dayOf(now_ms);
  if (day === credits.day) return credits;
  return { ...credits, left: day > credits.day ? credits.daily : credits.left, day };
}

/**
 * How long to wait after a request until the next one, ms: the requests that can still be paid divide the time to the
 * refill (00:00 UTC) evenly, which is the freshest data that the account allows without going dark before midnight.
 * Never less than `shortest_ms`; when not even one request can be paid, the wait ends with the refill.
 */
export function pauseMs(credits: Credits, cost: number, now_ms: number, shortest_ms: number): number {
  const requests = Math.floor(refilled(credits, now_ms).left / cost);
  return Math.max(shortest_ms, Math.ceil((nextRefillMs(now_ms) - now_ms) / (requests + 1)));
}

/** Epoch ms of the next daily refill, 00:00 UTC. */
export function nextRefillMs(now_ms: number): number {
  return (dayOf(now_ms) + 1) * DAY_MS;
}

function dayOf(now_ms: number): number {
  return Math.floor(now_ms / DAY_MS);
}
