import { getJson, Refused } from './request.ts';

/** A server that has not answered within this time is not waited for, ms. */
const ANSWER_WITHIN_MS = 30_000;
const SILENT = 'The server has not answered within 30 s.';

/** How a route answers only what is new: what is added to its path for an answer that is there, and how the next one continues it. */
export interface Continued<T> {
  readonly since: (data: T) => string;
  readonly whole: (known: T | null, answer: T) => T;
}

/**
 * The answer of one JSON route, reactive. A load of the path that is being loaded follows when that has come. A reload keeps the old answer on the screen until the new one has arrived,
 * and after a failure, unless the server refuses ({@link Refused}). An answer that arrives after a later request was
 * sent is dropped.
 */
export class Resource<T> {
  data: T | null = $state.raw(null);
  /** Why the last load failed, one sentence; null after a success. */
  error: string | null = $state(null);
  loading = $state(false);
  #path = '';
  /** As `data`, but not reactive: a load within an effect must not depend on what it brings. */
  #known: T | null = null;
  #running: AbortController | null = null;
  /** The same is wanted once more: it may have changed since the server answered. */
  #isWanted = false;
  readonly #continued: Continued<T> | null;

  constructor(continued: Continued<T> | null = null) {
    this.#continued = continued;
  }

  /** Requests a path. If the path is new, the old answer is cleared first, because it is for something else. */
  async load(path: string): Promise<void> {
    if (path !== this.#path) this.#set(null);
    else if (this.#running !== null) {
      this.#isWanted = true;
      return;
    }
    this.#path = path;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#isWanted = false;
    this.loading = true;
    const timer = setTimeout(() => running.abort(new Error(SILENT)), ANSWER_WITHIN_MS);
    try {
      const known = this.#known;
      const since = known === null ? '' : (this.#continued?.since(known) ?? '');
      const data = await getJson<T>(globalThis.fetch.bind(globalThis), path + since, running.signal);
      if (this.#running !== running) return;
      this.#set(this.#continued?.whole(known, data) ?? data);
      this.error = null;
    } catch (error) {
      if (this.#running !== running) return;
      if (error instanceof Refused) this.#set(null);
      this.error = error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
    this.#running = null;
    this.loading = false;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    await this.load(path);
  }

  /** Requests the same path again. */
  async reload(): Promise<void> {
    if (this.#path !== '') await this.load(this.#path);
  }

  clear(): void {
    this.#running?.abort();
    this.#running = null;
    this.#path = '';
    this.#set(null);
    this.error = null;
    this.loading = false;
  }

  #set(data: T | null): void {
    this.#known = data;
    this.data = data;
  }
}
