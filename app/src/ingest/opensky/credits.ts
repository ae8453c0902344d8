/**
 * What OpenSky gives to each kind of account. Source: OpenSky REST API, "API credit usage". It does not say when a day or
 * an hour begins: 00:00 UTC and the full hour are taken for it, and the server's count corrects it.
 */
export const BUCKETS = {
  anonymous: { credits: 400, periodMs: 86_400_000 },
  standard: { credits: 4_000, periodMs: 86_400_000 },
  feeder: { credits: 8_000, periodMs: 86_400_000 },
  licensed: { credits: 14_400, periodMs: 3_600_000 },
} as const;
export type Bucket = keyof typeof BUCKETS;
const BY_SIZE: readonly Bucket[] = ['anonymous', 'standard', 'feeder', 'licensed'];

/** Steps of an answer's `time`, ms: the answer to a second question in one step is the same. Source: the same, "Limitations". */
export const GRID_MS = { anonymous: 10_000, standard: 5_000 } as const;

/** What is known of an account's credits. */
export interface Credits {
  readonly bucket: Bucket;
  /** Credits left until the next refill. */
  readonly left: number;
  /** When the day or hour began that `left` is about, epoch ms. */
  readonly since_ms: number;
}

/** Before the first answer: a full bucket, so that the first request is made at once. */
export function creditsAtStart(bucket: Bucket, nowMs: number): Credits {
  return { bucket, left: BUCKETS[bucket].credits, since_ms: periodStart(bucket, nowMs) };
}

/**
 * After a request: what the server said is left (`X-Rate-Limit-Remaining`), else one cost less than before.
 *
 * More left than the bucket holds means a larger one (an active feeder shows by more than 4,000, some requests after it
 * became one). A first answer after a refill that has less, by more than the request, means a smaller one.
 */
export function creditsAfter(
  credits: Credits,
  cost: number,
  remaining: number | null,
  nowMs: number,
): Credits {
  const current = refilled(credits, nowMs);
  const left = Math.max(0, remaining ?? current.left - cost);
  if (remaining === null || remaining === 0) return { ...current, left };
  const isFull = current.left === BUCKETS[current.bucket].credits && current.since_ms > credits.since_ms;
  const bucket =
    isFull || left > BUCKETS[current.bucket].credits ? smallestThatHolds(left + cost) : current.bucket;
  return bucket === current.bucket
    ? { ...current, left }
    : { bucket, left, since_ms: periodStart(bucket, nowMs) };
}

/**
 * The credits at a time: full again when a day or hour has begun since. A clock that was set back takes what is left with
 * it, else the next refill would be missed; what really is left, the next answer says.
 */
export function refilled(credits: Credits, nowMs: number): Credits {
  const { bucket, left } = credits;
  const since_ms = periodStart(bucket, nowMs);
  if (since_ms === credits.since_ms) return credits;
  return { bucket, left: since_ms > credits.since_ms ? BUCKETS[bucket].credits : left, since_ms };
}

/** Epoch ms of the next refill. */
export const nextRefillMs = (bucket: Bucket, nowMs: number): number =>
  periodStart(bucket, nowMs) + BUCKETS[bucket].periodMs;

/** Whether credits are given by the day, else by the hour. */
export const isDaily = (bucket: Bucket): boolean => BUCKETS[bucket].periodMs > 3_600_000;

const periodStart = (bucket: Bucket, nowMs: number): number =>
  Math.floor(nowMs / BUCKETS[bucket].periodMs) * BUCKETS[bucket].periodMs;

const smallestThatHolds = (credits: number): Bucket =>
  BY_SIZE.find((bucket) => credits <= BUCKETS[bucket].credits) ?? 'licensed';
