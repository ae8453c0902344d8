import { randomUUID } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkKey, checkPrefix, isPlainKey } from '../key.ts';
import type { ObjectEntry, ObjectStore } from '../object-store.ts';
import { absent, errno, failure, ignoreAbsent, isAbsent } from './failure.ts';
import { listFolder, readRange, readSmall } from './files.ts';
import { checkInside, placesOf } from './places.ts';

const SYSTEM = { onWindows: process.platform === 'win32' };

const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;

/** What is to be written is in this file. */
interface FileBody {
  readonly path: string;
}

/** Names that a write leaves behind when the process dies; listings leave them out, {@link ObjectStore.leftovers} has them. */
const TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/;

/**
 * A folder as an object store. Writes go to a temporary file next to the target, are fsynced, and then appear under
 * their name by link(2) (`putIfAbsent`: fails when the name exists) or rename(2) (`put`); the folder is fsynced
 * last. The folder is made at the first write.
 */
export function localStore(directory: string): ObjectStore {
  const root = resolve(directory);
  const url = pathToFileURL(root).href;
  const known = new Set<string>();
  const pathOf = (key: string): string => {
    checkKey(key, SYSTEM);
    return join(root, key);
  };

  const place = async (
    key: string,
    body: Uint8Array | string | FileBody,
    publish: (temporary: string, target: string) => Promise<void>,
  ): Promise<void> => {
    const target = pathOf(key);
    const folder = dirname(target);
    if (!known.has(folder)) {
      const first = await mkdir(folder, { recursive: true });
      // The names of new folders live in their parents: without this a power cut may lose the folder.
      if (first !== undefined) for (const parent of between(dirname(first), folder)) await syncFolder(parent);
      known.add(folder);
    }
    const temporary = join(
      folder,
      `.${randomUUID()}.tmp`.replace(/^\./, `.${target.slice(folder.length + 1)}.`),
    );
    try {
      const isFile = typeof body === 'object' && 'path' in body;
      if (isFile) await copyFile(body.path, temporary, COPYFILE_EXCL | COPYFILE_FICLONE);
      const file = await open(temporary, isFile ? 'r+' : 'wx');
      try {
        if (!isFile) await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      await publish(temporary, target);
      await syncFolder(folder);
    } catch (error) {
      if (errno(error) === 'ENOENT') known.delete(folder);
      await unlink(temporary).catch(ignoreAbsent);
      throw error;
    }
  };

  return {
    url,
    async get(key, range) {
      const path = pathOf(key);
      try {
        if (range) return await readRange(path, range.start, range.end);
        return readSmall(path) ?? (await readFile(path));
      } catch (error) {
        throw failure(error, 'read', path, key);
      }
    },
    async head(key) {
      const path = pathOf(key);
      try {
        const stat = statSync(path);
        return stat.isFile() ? { bytes: stat.size, modifiedAtMs: Math.floor(stat.mtimeMs) } : null;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw failure(error, 'read', path, key);
      }
    },
    async *list(prefix, { startAfter = '' } = {}): AsyncGenerator<ObjectEntry> {
      checkPrefix(prefix, SYSTEM);
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* listFolder(root, folder, prefix, startAfter, (name) => !TEMPORARY.test(name));
    },
    async *leftovers(prefix): AsyncGenerator<ObjectEntry> {
      checkPrefix(prefix, SYSTEM);
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* listFolder(root, folder, prefix, '', (name) => TEMPORARY.test(name));
    },
    async put(key, body) {
      try {
        await place(key, body, rename);
      } catch (error) {
        throw failure(error, 'write', join(root, key), key);
      }
    },
    async putFile(key, path) {
      try {
        await place(key, { path }, rename);
      } catch (error) {
        throw failure(error, 'write', join(root, key), key);
      }
    },
    async localCopy(key) {
      const path = pathOf(key);
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw absent(path, key);
      // The file itself: nothing to give back.
      return { path, [Symbol.asyncDispose]: async () => undefined };
    },
    async putIfAbsent(key, body) {
      try {
        await place(key, body, async (temporary, target) => {
          // From here the object exists, whole: link(2) fails when the name is taken and never shows half a file.
          await link(temporary, target);
          await unlink(temporary).catch(ignoreAbsent);
        });
        return 'created';
      } catch (error) {
        if (errno(error) === 'EEXIST') return 'exists';
        throw failure(error, 'write', join(root, key), key);
      }
    },
    async delete(key) {
      const path = pathOf(key);
      checkInside(root, key);
      try {
        await unlink(path);
      } catch (error) {
        if (!isAbsent(error)) throw failure(error, 'delete', path, key);
      }
    },
    async places(keys) {
      return placesOf(root, keys.filter(isPlainKey));
    },
    at(prefix) {
      checkPrefix(prefix, SYSTEM);
      return localStore(join(root, prefix));
    },
  };
}

function* between(first: string, last: string): Generator<string> {
  for (let folder = dirname(last); folder.length >= first.length; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file systems journal names themselves.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
