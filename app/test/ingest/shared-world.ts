import type { LiveComponents } from '../../src/ingest/components.ts';
import { turn } from './manual-world.ts';

/** One time for several loops: it passes when all of them sleep, up to the first that is to wake. So no test waits. */
export class SharedWorld implements Omit<LiveComponents, 'fetch'> {
  readonly #start: number;
  #passed = 0;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  /** @param start ISO 8601 */
  constructor(start: string) {
    this.#start = Date.parse(start);
  }

  readonly clock = (): number => this.#start + this.#passed;
  readonly monotonic = (): number => this.#passed;
  readonly random = (): number => 0.5;
  /** Answers come at once. */
  readonly timeout = (): AbortSignal => new AbortController().signal;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = { atMs: this.#passed + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => (this.#sleepers.delete(sleeper), resolve()), { once: true });
    });

  /** What a live source needs of this world, with a network. */
  asking(fetch: LiveComponents['fetch']): LiveComponents {
    const { clock, monotonic, random, sleep, timeout } = this;
    return { clock, monotonic, random, sleep, timeout, fetch };
  }

  /** Lets so many loops live for a while; each sleeps when this resolves. */
  async live(ms: number, loops: number): Promise<void> {
    const end = this.#passed + ms;
    for (;;) {
      while (this.#sleepers.size < loops) await turn();
      const next = Math.min(...[...this.#sleepers].map(({ atMs }) => atMs));
      if (next > end) return;
      this.#passed = Math.max(this.#passed, next);
      for (const sleeper of this.#sleepers) {
        if (sleeper.atMs > this.#passed) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
  }
}
