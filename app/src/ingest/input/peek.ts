/** A stream whose first bytes were looked at; it still has all bytes. */
export interface Peeked {
  /** The first bytes; fewer than requested if there are no more. */
  readonly head: Uint8Array;
  /** All bytes, the first ones included. To be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Releases the rest of the stream. May be called at any time, and more than once. */
  close(): Promise<void>;
}

/**
 * Looks at the first bytes of a stream, so that somebody can say what it is. An error of it comes where the bytes are read,
 * after those that came before it.
 */
export async function peek(bytes: AsyncIterable<Uint8Array>, count: number): Promise<Peeked> {
  const iterator = bytes[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  const first: Uint8Array[] = [];
  let failure: { readonly error: unknown } | null = null;
  try {
    for (let length = 0; length < count;) {
      const next = await iterator.next();
      if (next.done === true) break;
      first.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    failure = { error };
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      if (failure !== null) throw failure.error;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    } finally {
      await close();
    }
  }
  return { head: Buffer.concat(first).subarray(0, count), bytes: all(), close };
}
