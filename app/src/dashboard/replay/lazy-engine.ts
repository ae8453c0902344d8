import type { QueryEngine } from '../../engine/engine.ts';

/** An engine that nobody has asked for so long is closed, ms: its memory is free again. */
export const IDLE_MS = 60_000;

/** An engine that is opened when it is needed, and closed when it was not needed for a while. */
export class LazyEngine implements AsyncDisposable {
  readonly #open: () => Promise<QueryEngine>;
  #engine: Promise<QueryEngine> | null = null;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(open: () => Promise<QueryEngine>) {
    this.#open = open;
  }

  /** Runs something with the engine, which stays open for that long. */
  async use<T>(work: (engine: QueryEngine) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#users += 1;
    const opened = (this.#engine ??= this.#open());
    try {
      return await work(await opened);
    } catch (error) {
      // One that could not be opened is tried again.
      await opened.catch(() => (this.#engine = null));
      throw error;
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#idle = setTimeout(() => void this.#close(), IDLE_MS).unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#idle);
    await this.#close();
  }

  async #close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await (await engine?.catch(() => null))?.[Symbol.asyncDispose]();
  }
}
