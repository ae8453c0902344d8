import { randomUUID } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkKey, checkPrefix, isPlainKey } from '../key.ts';
import type { ObjectEntry, ObjectStore } from '../object-store.ts';
import { CLAIM, createByClaim } from './claim.ts';
import { type Creation, creationIn, mayLackLinks } from './creation.ts';
import { absent, errno, failure, ignoreAbsent, isAbsent } from './failure.ts';
import { listFolder, readRange, readSmall, syncFolder, type Wanted } from './files.ts';
import { inFlight, isInFlight } from './in-flight.ts';
import { checkInside, placesOf } from './places.ts';

const SYSTEM = { onWindows: process.platform === 'win32' };

const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;

/** A body that is in a file. */
interface FileBody {
  readonly path: string;
}

/**
 * Names that a write leaves behind if the process dies. Listings leave them out; {@link ObjectStore.leftovers} has
 * them.
 */
const TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/;
const IN_TEMPORARY = /\.[0-9a-f-]{36}\.tmp\//;

/** What a listing shows: everything but the store's own temporary files and folders. */
const LISTED: Wanted = {
  file: (name) => !TEMPORARY.test(name),
  folder: (name) => !TEMPORARY.test(name) && !CLAIM.test(name),
};
const LEFT: Wanted = {
  file: (name, folder) => TEMPORARY.test(name) || IN_TEMPORARY.test(folder),
  folder: (name) => !CLAIM.test(name),
  empty: (name, folder) => TEMPORARY.test(name) || IN_TEMPORARY.test(folder),
};

/**
 * A folder as an object store. Writes go to a temporary file next to the target, are fsynced, and then appear under
 * their name by link(2) (`putIfAbsent`: fails when the name exists) or rename(2) (`put`); the folder is fsynced last.
 * The folder is made at the first write. The first creation finds out whether the file system has hard links. Without
 * them, files are created by claims ({@link createByClaim}); if that is impossible too, `putIfAbsent` is refused
 * (unsupported-file-system).
 */
export function localStore(directory: string): ObjectStore {
  return storeIn(resolve(directory), { creation: null });
}

/** What all views of one store share: how its file system creates files, once that is known. */
interface Shared {
  creation: Creation | null;
}

function storeIn(root: string, shared: Shared): ObjectStore {
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
    const write = async (): Promise<void> => {
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
    };
    try {
      await inFlight(temporary, write);
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
      yield* listFolder(root, folder, prefix, startAfter, LISTED);
    },
    async *leftovers(prefix): AsyncGenerator<ObjectEntry> {
      checkPrefix(prefix, SYSTEM);
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      for await (const entry of listFolder(root, folder, prefix, '', LEFT))
        if (!isInFlight(entry.key)) yield entry;
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
      // The copy is the file itself: there is nothing to release.
      return { path, [Symbol.asyncDispose]: async () => undefined };
    },
    async putIfAbsent(key, body) {
      try {
        let outcome: 'created' | 'exists' = 'created';
        await place(key, body, async (temporary, target) => {
          if (shared.creation !== 'claims' && (await createByLink(temporary, target, shared))) return;
          outcome = await createByClaim(temporary, target, body);
        });
        return outcome;
      } catch (error) {
        if (shared.creation !== 'claims' && errno(error) === 'EEXIST') return 'exists';
        throw failure(error, 'write', join(root, key), key);
      }
    },
    async delete(key) {
      const path = pathOf(key);
      checkInside(root, key);
      try {
        if (/\.tmp(\/|$)/.test(key)) await removeUnfinished(root, key);
        else await unlink(path);
      } catch (error) {
        if (!isAbsent(error)) throw failure(error, 'delete', path, key);
      }
    },
    async places(keys) {
      return placesOf(root, keys.filter(isPlainKey));
    },
    at(prefix) {
      checkPrefix(prefix, SYSTEM);
      return storeIn(join(root, prefix), shared);
    },
  };
}

function* between(first: string, last: string): Generator<string> {
  for (let folder = dirname(last); folder.length >= first.length; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}

/** False if the file system has no links. Throws EEXIST when the name is taken. */
async function createByLink(temporary: string, target: string, shared: Shared): Promise<boolean> {
  try {
    // From here the object exists, whole: link(2) fails when the name is taken and never shows half a file.
    await link(temporary, target);
  } catch (error) {
    if (!mayLackLinks(error) || shared.creation !== null) throw error;
    shared.creation = await creationIn(dirname(target));
    if (shared.creation === 'links') throw error;
    return false;
  }
  shared.creation = 'links';
  await unlink(temporary).catch(ignoreAbsent);
  return true;
}

/** Deletes what an unfinished write has left: a file or an empty folder, and its parent folders that are then empty. */
async function removeUnfinished(root: string, key: string): Promise<void> {
  const path = join(root, key);
  const isFolder = TEMPORARY.test(key) || IN_TEMPORARY.test(key) ? statSync(path).isDirectory() : false;
  await (isFolder ? rmdir(path) : unlink(path));
  for (let above = dirname(key); TEMPORARY.test(above) || IN_TEMPORARY.test(above); above = dirname(above)) {
    try {
      await rmdir(join(root, above));
    } catch {
      // The folder holds more files, which are deleted by their own keys.
      return;
    }
  }
}
