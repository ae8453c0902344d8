import { setImmediate as turn } from 'node:timers/promises';
import type { Entry, Extract } from 'tar-stream';

/** Source: POSIX pax: two blocks of zeros end a tar, and writers fill up with more of them. */
const BLOCK = 512;

/**
 * Lets a tar end only when its readers have had everything that is in it. The library drops what waits to be read as soon
 * as it knows that the tar is cut off, and so would lose rows that came well.
 */
export class TarReaders {
  /** How many readers wait for something, and how often one began to. */
  #waiting = 0;
  #reads = 0;
  #isClosed = false;
  #told = Promise.withResolvers<void>();
  #zeros = 0;

  /** Whether the bytes so far end with the mark of the end, which the library does not ask for. */
  get hasEnd(): boolean {
    return this.#zeros >= 2 * BLOCK;
  }

  async *entries(tar: Extract): AsyncGenerator<Entry> {
    const iterator = tar[Symbol.asyncIterator]();
    try {
      yield* this.#watched(iterator);
    } finally {
      this.#isClosed = true;
      this.#told.resolve();
      await iterator.return?.();
    }
  }

  /** The bytes of an entry; what its reader leaves is passed over, for to destroy an entry destroys the tar. */
  async *body(entry: Entry): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#watched(entry[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>);
    } finally {
      entry.resume();
    }
  }

  /** The bytes of the tar, whose end or error comes when all before it has been read. */
  async *whole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let failure: { readonly error: unknown } | null = null;
    try {
      for await (const chunk of bytes) {
        const last = chunk.findLastIndex((byte) => byte !== 0);
        this.#zeros = last < 0 ? this.#zeros + chunk.length : chunk.length - 1 - last;
        yield chunk;
      }
    } catch (error) {
      failure = { error };
    }
    await this.#haveAll();
    if (failure !== null) throw failure.error;
  }

  async *#watched<T>(iterator: AsyncIterator<T>): AsyncGenerator<T> {
    for (;;) {
      this.#waiting += 1;
      this.#reads += 1;
      this.#told.resolve();
      const next = await iterator.next().finally(() => (this.#waiting -= 1));
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Resolves when a reader waits and gets nothing: what there was would have come within a turn. */
  async #haveAll(): Promise<void> {
    for (let [reads, turns] = [-1, 0]; turns < 3 && !this.#isClosed; turns += 1) {
      this.#told = Promise.withResolvers();
      if (this.#waiting === 0) await this.#told.promise;
      if (reads !== this.#reads) [reads, turns] = [this.#reads, 0];
      await turn();
    }
  }
}
