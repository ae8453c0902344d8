import type { S3RetryOptions } from './options.ts';

/** How one attempt ended: with an answer, or without a whole one (connection broken or refused, or no data). */
export type Attempt =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** S3's error code, empty when there is none. */
      readonly code: string;
      readonly retryAfter: string | null;
    }
  | { readonly kind: 'broken' };

/** All of {@link S3RetryOptions}, with defaults filled in. */
export type RetryLimits = Required<S3RetryOptions>;

/** Fills in what the caller left open. */
export function retryLimits(options: S3RetryOptions = {}): RetryLimits {
  return { attempts: 8, baseMs: 100, maxMs: 10_000, timeoutMs: 30_000, ...options };
}

const STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Answers below 500 that ask for another try. 409: two conditional writes met, and neither was carried out. */
const CODES: ReadonlySet<string> = new Set([
  'ConditionalRequestConflict',
  'OperationAborted',
  'RequestTimeout',
  'SlowDown',
  'ThrottlingException',
]);

/** The longest `Retry-After` that we wait for, ms; with a longer one the request fails. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * How long to wait before the next attempt, ms; null to give up. Full jitter: a random time up
 * to a bound that doubles, so that many clients which failed together do not return together; `Retry-After` is a lower
 * bound.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter"; RFC 9110, 10.2.3.
 */
export function pauseBefore(
  next: { readonly attempt: number; readonly last: Attempt },
  limits: RetryLimits,
  random: number,
  nowMs: number,
): number | null {
  const { attempt, last } = next;
  if (attempt > limits.attempts || !isPassing(last)) return null;
  const bound = Math.min(limits.maxMs, limits.baseMs * 2 ** (attempt - 2));
  const asked = last.kind === 'answered' ? retryAfterMs(last.retryAfter, nowMs) : 0;
  if (asked > LONGEST_RETRY_AFTER_MS) return null;
  return Math.max(random * bound, asked);
}

/** Whether another attempt may succeed. */
export function isPassing(attempt: Attempt): boolean {
  return attempt.kind === 'broken' || STATUSES.has(attempt.status) || CODES.has(attempt.code);
}

function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
