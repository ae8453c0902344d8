import type { ObjectStore } from '@contrail/delta-lake';

/** Calls of a store and bytes that went through it, in both directions. */
export interface StoreCalls {
  get: number;
  head: number;
  list: number;
  put: number;
  delete: number;
  bytes_read: number;
  bytes_written: number;
}

export const noCalls = (): StoreCalls => ({
  get: 0,
  head: 0,
  list: 0,
  put: 0,
  delete: 0,
  bytes_read: 0,
  bytes_written: 0,
});

/** What a store and its views share. */
interface Life {
  readonly calls: StoreCalls;
  readonly clock: () => number;
  /** Write times of objects, by their full keys. */
  readonly times: Map<string, number>;
}

/** A store whose write times come from a given clock, and whose calls are counted. */
export function livedStore(inner: ObjectStore, life: Life, prefix = ''): ObjectStore {
  const { calls, clock, times } = life;
  const wrote = (key: string, body: Uint8Array | string): void => {
    calls.put += 1;
    calls.bytes_written += Buffer.byteLength(body);
    times.set(prefix + key, clock());
  };
  const timeOf = (key: string, real: number): number => times.get(prefix + key) ?? real;
  return {
    ...inner,
    get: async (key, range) => {
      calls.get += 1;
      const bytes = await inner.get(key, range);
      calls.bytes_read += bytes.byteLength;
      return bytes;
    },
    head: async (key) => {
      calls.head += 1;
      const found = await inner.head(key);
      return found === null ? null : { ...found, modifiedAtMs: timeOf(key, found.modifiedAtMs) };
    },
    async *list(folder, options) {
      let listed = 0;
      for await (const entry of inner.list(folder, options)) {
        // S3 answers a thousand at a time.
        if (listed++ % 1000 === 0) calls.list += 1;
        yield { ...entry, modifiedAtMs: timeOf(entry.key, entry.modifiedAtMs) };
      }
      if (listed === 0) calls.list += 1;
    },
    put: async (key, body) => {
      await inner.put(key, body);
      wrote(key, body);
    },
    putIfAbsent: async (key, body) => {
      const outcome = await inner.putIfAbsent(key, body);
      wrote(key, body);
      return outcome;
    },
    putFile: async (key, path) => {
      calls.put += 1;
      await inner.putFile(key, path);
    },
    delete: async (key) => {
      calls.delete += 1;
      times.delete(prefix + key);
      await inner.delete(key);
    },
    at: (below) => livedStore(inner.at(below), life, `${prefix}${below}/`),
  };
}
