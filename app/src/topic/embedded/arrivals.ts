import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks at whether another process has written. A look costs some microseconds. */
const LOOK_MS = 50;

/** What a wait asks the topic's file. */
export interface Look {
  /** A number that changes when another process has written. Null: there is no file yet. */
  readonly changes: () => number | null;
  /** Whether there are messages behind what the waiter knows. */
  readonly isBehind: () => Promise<boolean>;
}

/** Those who wait for messages: an append of this process wakes them at once, one of another process within {@link LOOK_MS}. */
export class Arrivals {
  readonly #waiting = new Set<() => void>();

  wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when there are messages, when the signal fires, or after `ms`. */
  async wait({ changes, isBehind }: Look, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#waiting.add(wake);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      const until = performance.now() + ms;
      let seen = changes();
      if (signal?.aborted === true || (await isBehind())) return;
      for (let left = ms; left > 0 && !woken.signal.aborted; left = until - performance.now()) {
        await sleep(Math.min(left, LOOK_MS), undefined, { signal: woken.signal }).catch(() => undefined);
        const now = changes();
        if (now !== seen && (await isBehind())) return;
        seen = now;
      }
    } finally {
      this.#waiting.delete(wake);
      signal?.removeEventListener('abort', wake);
    }
  }
}
