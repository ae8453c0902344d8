import { DeltaError } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ByteSource } from './codec.ts';

/** Below this a file is fetched whole: one request instead of a footer, a footer again, and the columns. */
const FETCH_WHOLE_BYTES = 1_048_576;

/**
 * An object as a source for the Parquet codec. `expectedBytes`, the size if it is known, saves a request; a wrong value
 * does no harm.
 * @throws DeltaError object-not-found
 */
export async function sourceOf(
  store: ObjectStore,
  key: string,
  expectedBytes: number = Infinity,
): Promise<ByteSource> {
  if (expectedBytes > FETCH_WHOLE_BYTES) {
    const head = await store.head(key);
    if (!head) {
      throw new DeltaError('object-not-found', `There is no object ${store.url}/${key}.`, { facts: { key } });
    }
    const { bytes } = head;
    if (bytes > FETCH_WHOLE_BYTES) {
      return {
        bytes,
        read: (start, end) => store.get(key, { start, end }),
        localCopy: () => store.localCopy(key, { bytes }),
      };
    }
  }
  const whole = await store.get(key);
  return { bytes: whole.byteLength, read: async (start, end) => whole.subarray(start, end) };
}
