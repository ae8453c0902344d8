import { readFile, writeFile } from 'node:fs/promises';
import { DeltaError } from '../../errors.ts';
import { temporaryCopy } from '../cache/temporary-copy.ts';
import { checkKey, checkPrefix } from '../key.ts';
import type { ObjectEntry, ObjectStore } from '../object-store.ts';

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
}

/** An object store in memory, for tests and short-lived tables. Views made by `at` share its objects. */
export function memoryStore(options: { readonly clock?: () => number } = {}): ObjectStore {
  return view(new Map(), '', options.clock ?? Date.now);
}

function view(objects: Map<string, StoredObject>, root: string, clock: () => number): ObjectStore {
  const url = `memory://store/${root}`.slice(0, -1);
  const nameOf = (key: string): string => {
    checkKey(key);
    return root + key;
  };
  const write = (key: string, body: Uint8Array | string): void => {
    const name = nameOf(key);
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body.slice();
    objects.set(name, { bytes, modifiedAtMs: clock() });
  };
  return {
    url,
    async get(key, range) {
      const found = objects.get(nameOf(key));
      if (!found) {
        throw new DeltaError('object-not-found', `There is no object ${url}/${key}.`, { facts: { key } });
      }
      return range ? found.bytes.slice(range.start, range.end) : found.bytes.slice();
    },
    async head(key) {
      const found = objects.get(nameOf(key));
      return found ? { bytes: found.bytes.byteLength, modifiedAtMs: found.modifiedAtMs } : null;
    },
    async *list(prefix, { startAfter = '' } = {}): AsyncGenerator<ObjectEntry> {
      checkPrefix(prefix);
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(root + prefix) && key > root + startAfter)
        .sort();
      for (const key of keys) {
        const found = objects.get(key);
        if (!found) continue;
        yield {
          key: key.slice(root.length),
          bytes: found.bytes.byteLength,
          modifiedAtMs: found.modifiedAtMs,
        };
      }
    },
    async put(key, body) {
      write(key, body);
    },
    async putFile(key, path) {
      write(key, await readFile(path));
    },
    async localCopy(key) {
      const bytes = await this.get(key);
      return temporaryCopy((path) => writeFile(path, bytes));
    },
    async putIfAbsent(key, body) {
      if (objects.has(nameOf(key))) return 'exists';
      write(key, body);
      return 'created';
    },
    async delete(key) {
      objects.delete(nameOf(key));
    },
    at(prefix) {
      checkPrefix(prefix);
      return view(objects, prefix === '' ? root : `${root}${prefix.replace(/\/$/, '')}/`, clock);
    },
  };
}
