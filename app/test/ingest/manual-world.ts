import type { LiveComponents } from '../../src/ingest/components.ts';

/** Components whose time passes only when a test says so, while sockets and files go on as they do. */
export class ManualWorld implements Omit<LiveComponents, 'fetch'> {
  #passed = 0;
  readonly #start: number;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  readonly #timeouts: { readonly atMs: number; readonly fire: () => void }[] = [];

  /** @param start ISO 8601 */
  constructor(start: string) {
    this.#start = Date.parse(start);
  }

  readonly clock = (): number => this.#start + this.#passed;
  readonly monotonic = (): number => this.#passed;
  readonly random = (): number => 0.5;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      this.#sleepers.push({ atMs: this.#passed + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });

  readonly timeout = (ms: number): AbortSignal => {
    const controller = new AbortController();
    this.#timeouts.push({ atMs: this.#passed + ms, fire: () => controller.abort() });
    return controller.signal;
  };

  /** Time passes; what slept until then goes on, and has had a turn when this resolves. */
  async pass(ms: number): Promise<void> {
    this.#passed += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#passed);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { atMs, fire } of this.#timeouts) if (atMs <= this.#passed) fire();
    for (const { wake } of due) wake();
    await turn();
  }
}

/** Everything that is ready now has run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
