import { BUCKETS, type Credits, nextRefillMs, refilled } from './credits.ts';

/**
 * How credits are spent. `even`: all of them, evenly. `watch`: at the even pace of a whole day while nobody looks, faster
 * while somebody does. `save`: as `watch`, but half as often while nobody looks, so that more is there for those who look.
 */
export const CREDIT_MODES = ['watch', 'save', 'even'] as const;
export type CreditMode = (typeof CREDIT_MODES)[number];

/** What the governor decides from; all times by the server's clock. */
export interface Situation {
  readonly mode: CreditMode;
  readonly credits: Credits;
  /** Of one poll. */
  readonly cost: number;
  /** When the last poll began; null before the first. */
  readonly lastMs: number | null;
  readonly nowMs: number;
  /** The shortest time between two polls. */
  readonly gridMs: number;
  /** Since when somebody looks at the page; null: nobody does. */
  readonly watchedSinceMs: number | null;
}

/**
 * The shortest interval while somebody looks: with OpenSky's grid of 10 s and the time of the answer, positions are
 * less than a minute old.
 */
const FRESH_MS = 45_000;
/** Fast polls last at least this long, if there are enough credits. */
const PROMISED_MS = 30 * 60_000;
/** Where there are more credits than that, they are to last so long. */
const LONG_MS = 2 * 3_600_000;
/** Two clocks always differ: a request that needs the refill comes this much after it. */
const AFTER_REFILL_MS = 3_000;

/**
 * When to poll next, epoch ms; a time that has passed means now.
 *
 * The even pace is that at which a full bucket lasts exactly until it is filled again: 864 s for the world without an
 * account. Faster polls are paid from what the even pace (for `save`, the half of it) does not need until the refill; so
 * the polls never come further apart than that, and the bucket is never empty before.
 * Where less is left than the even pace needs, what is left is spread evenly.
 */
export function nextPollMs(situation: Situation): number {
  const { mode, cost, nowMs, gridMs, watchedSinceMs } = situation;
  const credits = refilled(situation.credits, nowMs);
  const refillMs = nextRefillMs(credits.bucket, nowMs);
  const payable = Math.floor(credits.left / cost);
  if (payable < 1) {
    return Math.max(refillMs + AFTER_REFILL_MS, Math.min(situation.lastMs ?? 0, nowMs) + gridMs);
  }
  if (situation.lastMs === null) return nowMs;

  const lastMs = Math.min(situation.lastMs, nowMs);
  const restMs = refillMs - lastMs;
  // What is payable falls between the last poll and the refill, so it makes one gap more.
  const spreadMs = Math.ceil(restMs / (payable + 1));
  if (mode === 'even') return lastMs + Math.max(gridMs, spreadMs);

  const unwatchedMs = Math.max(gridMs, slowMs(mode, credits, cost));
  const slowestMs = Math.max(unwatchedMs, spreadMs);
  if (watchedSinceMs === null) return lastMs + slowestMs;
  const spare = payable - (Math.ceil(restMs / unwatchedMs) - 1);
  if (spare < 1) return lastMs + slowestMs;
  const wanted = Math.max(gridMs, watchedPaceMs(spare, watchedSinceMs + PROMISED_MS - lastMs, restMs));
  return lastMs + Math.min(slowestMs, wanted);
}

/** The longest time between two polls, unless another program spends the account's credits, ms. */
export function slowMs(mode: CreditMode, { bucket }: Pick<Credits, 'bucket'>, cost: number): number {
  const { credits, periodMs } = BUCKETS[bucket];
  const evenMs = Math.ceil(periodMs / Math.floor(credits / cost));
  return mode === 'save' ? 2 * evenMs : evenMs;
}

/** The pace at which the spare polls serve a person best: fresh for the time that is promised, and no longer than they last. */
function watchedPaceMs(spare: number, promisedMs: number, restMs: number): number {
  const thinMs = Math.ceil(Math.min(promisedMs, restMs) / spare);
  if (thinMs > FRESH_MS) return thinMs;
  return Math.min(FRESH_MS, Math.ceil(Math.min(LONG_MS, restMs) / spare));
}
