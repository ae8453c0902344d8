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
export function creditsAtStart(daily: number, nowMs: number): Credits {
  return { left: daily, daily, day: dayOf(nowMs) };
}

/**
 * After a request: what the server said is left (`X-Rate-Limit-Remaining`), else one cost less than before. More left
 * than a day should bring means a better account (an active feeder has 8,000): its allowance is raised to that.
 */
export function creditsAfter(
  credits: Credits,
  cost: number,
  remaining: number | null,
  nowMs: number,
): Credits {
  const current = refilled(credits, nowMs);
  const left = Math.max(0, remaining ?? current.left - cost);
  return { ...current, left, daily: Math.max(current.daily, left) };
}

/**
 * The credits at a time: full again when a UTC day has begun since. A clock that was set back to an earlier day takes what
 * is left with it, else the next refill would be missed; what really is left, the next answer says.
 */
export function refilled(credits: Credits, nowMs: number): Credits {
  const day = dayOf(nowMs);
  if (day === credits.day) return credits;
  return { ...credits, left: day > credits.day ? credits.daily : credits.left, day };
}

/**
 * How long to wait after a request until the next one, ms: the requests that can still be paid divide the time to the
 * refill (00:00 UTC) evenly, which is the freshest data that the account allows without going dark before midnight.
 * Never less than `shortestMs`; when not even one request can be paid, the wait ends with the refill.
 */
export function pauseMs(credits: Credits, cost: number, nowMs: number, shortestMs: number): number {
  const requests = Math.floor(refilled(credits, nowMs).left / cost);
  return Math.max(shortestMs, Math.ceil((nextRefillMs(nowMs) - nowMs) / (requests + 1)));
}

/** Epoch ms of the next daily refill, 00:00 UTC. */
export function nextRefillMs(nowMs: number): number {
  return (dayOf(nowMs) + 1) * DAY_MS;
}

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}
