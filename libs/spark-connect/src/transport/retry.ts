import type { Clock } from '../clock.ts';
import { isRetryable, type RpcFailure } from './rpc-failure.ts';

/** How often and how long to wait for a server that does not answer. */
export interface RetryOptions {
  /** Attempts after the first. */
  readonly maxRetries?: number;
  readonly initialBackoffMs?: number;
  readonly maxBackoffMs?: number;
  readonly backoffMultiplier?: number;
  /** A random part, at most this long, is added to each wait of at least `minJitterThresholdMs`. */
  readonly jitterMs?: number;
  readonly minJitterThresholdMs?: number;
  /** The server may ask for a wait longer than `maxBackoffMs`, but at most for this. */
  readonly maxServerDelayMs?: number;
}

/** Those of Spark's own clients (`retries.py`, `DefaultPolicy`): at least ten minutes of patience in all. */
export const DEFAULT_RETRY: Required<RetryOptions> = {
  maxRetries: 15,
  initialBackoffMs: 50,
  maxBackoffMs: 60_000,
  backoffMultiplier: 4,
  jitterMs: 500,
  minJitterThresholdMs: 2000,
  maxServerDelayMs: 600_000,
};

/**
 * The waits of one series of attempts. Make a new one for each series: after a success the waits start from the
 * beginning.
 */
export class Backoff {
  readonly #options: Required<RetryOptions>;
  readonly #clock: Clock;
  #retries = 0;
  #nextMs: number;

  constructor(options: RetryOptions, clock: Clock) {
    this.#options = { ...DEFAULT_RETRY, ...options };
    this.#clock = clock;
    this.#nextMs = this.#options.initialBackoffMs;
  }

  /** The next wait in milliseconds, or undefined when there have been enough attempts. */
  nextWaitMs(serverDelayMs = 0): number | undefined {
    const options = this.#options;
    if (this.#retries >= options.maxRetries) return undefined;
    this.#retries += 1;
    const wait = Math.max(this.#nextMs, Math.min(serverDelayMs, options.maxServerDelayMs));
    this.#nextMs = Math.min(options.maxBackoffMs, this.#nextMs * options.backoffMultiplier);
    return Math.round(
      wait >= options.minJitterThresholdMs ? wait + this.#clock.random() * options.jitterMs : wait,
    );
  }

  /**
   * Waits before the next attempt; false, without waiting, when there have been enough.
   * @throws the signal's reason.
   */
  async wait(failure?: RpcFailure, signal?: AbortSignal): Promise<boolean> {
    const ms = this.nextWaitMs(failure?.retryAfterMs);
    if (ms === undefined) return false;
    await this.#clock.sleep(ms, signal);
    return true;
  }
}

/**
 * Runs a call until it succeeds, fails in a way that a second attempt cannot change, or has been tried often enough.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  backoff: Backoff,
  signal?: AbortSignal,
): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!isRetryable(error) || !(await backoff.wait(error, signal))) throw error;
    }
  }
}
