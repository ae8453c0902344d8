import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError } from '../../errors.ts';
import { fromKafka } from './kafka-errors.ts';

/** Callbacks for a caller that waits for Kafka. */
export interface PatienceListener {
  /** Called once when Kafka keeps failing, and again when the reason changes. */
  readonly onTrouble?: (error: ContrailError) => void;
  /** Called when it answers again, if `onTrouble` was called before. */
  readonly onRecovered?: () => void;
}

const PAUSES_MS = [200, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** Waits for brokers that do not answer: longer after each attempt, and reports it once. */
export class Patience {
  readonly #listener: PatienceListener;
  readonly #random: () => number;
  #told: string | null = null;

  constructor(listener: PatienceListener, random: () => number) {
    this.#listener = listener;
    this.#random = random;
  }

  /**
   * How long to wait after a failure, milliseconds. The first failure is not reported: a partition that changes its
   * leader, as in every restart of a broker, is available again within moments.
   * @param attempt how often it has failed so far; 1 for the first time
   */
  failed(error: ContrailError, attempt: number): number {
    if (attempt > 1 && this.#told !== error.code) {
      this.#told = error.code;
      this.#listener.onTrouble?.(error);
    }
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1] as number;
    return Math.round(pause * (0.8 + 0.4 * this.#random()));
  }

  succeeded(): void {
    if (this.#told === null) return;
    this.#told = null;
    this.#listener.onRecovered?.();
  }

  /**
   * Tries until it succeeds.
   * @param doing as {@link fromKafka} takes it
   * @throws whatever is not `unavailable`; the reason of the signal
   */
  async retry<T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        const result = await work();
        this.succeeded();
        return result;
      } catch (cause) {
        const error = fromKafka(cause, doing);
        if (!(error instanceof ContrailError) || error.kind !== 'unavailable') throw error;
        await wait(this.failed(error, attempt), undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** The promise, or the signal's reason as soon as it fires; the promise is then ignored. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const fired = Promise.withResolvers<never>();
  const onAbort = (): void => fired.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, fired.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    promise.catch(() => undefined);
  }
}
