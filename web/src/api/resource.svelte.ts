import { getJson, Refused } from './request.ts';

/**
 * The answer of one JSON route, reactive. A reload keeps the old answer on the screen until the new one has arrived,
 * and after a failure, unless the server refuses ({@link Refused}). An answer that arrives after a later request was
 * sent is dropped.
 */
export class Resource<T> {
  data: T | null = $state.raw(null);
  /** Why the last load failed, one sentence; null after a success. */
  error: string | null = $state(null);
  loading = $state(false);
  #path = '';
  #running: AbortController | null = null;

  /** Requests a path. If the path is new, the old answer is cleared first, because it is for something else. */
  async load(path: string): Promise<void> {
    if (path !== this.#path) this.data = null;
    this.#path = path;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    try {
      const data = await getJson<T>(globalThis.fetch.bind(globalThis), path, running.signal);
      if (this.#running !== running) return;
      this.data = data;
      this.error = null;
    } catch (error) {
      if (this.#running !== running) return;
      if (error instanceof Refused) this.data = null;
      this.error = error instanceof Error ? error.message : String(error);
    }
    this.loading = false;
  }

  /** Requests the same path again. */
  async reload(): Promise<void> {
    if (this.#path !== '') await this.load(this.#path);
  }

  clear(): void {
    this.#running?.abort();
    this.#running = null;
    this.#path = '';
    this.data = null;
    this.error = null;
    this.loading = false;
  }
}
