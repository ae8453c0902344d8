import type { S3RetryOptions } from './options.ts';

/** How one attempt ended: with an answer, or without a whole one (connection torn or refused, silence). */
export type Attempt =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** S3's error code, empty when there is none. */
      readonly code: string;
      readonly retryAfter: string | null;
    }
  | { readonly kind: 'broken' };

/** All of {@link S3RetryOptions}, decided. */
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

/** How long a store may ask us to stay away before we rather fail, ms. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * How long to wait before the next attempt, ms; null when there is to be none. Full jitter: anything up to a bound that
 * doubles, so that many clients which failed together do not come back together; `Retry-After` is a lower bound.
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

/** Whether another try may end otherwise. */
export function isPassing(attempt: Attempt): boolean {
  return attempt.kind === 'broken' || STATUSES.has(attempt.status) || CODES.has(attempt.code);
}

function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
