import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DeltaError } from '../../errors.ts';
import type { ObjectEntry, ObjectStore } from '../object-store.ts';

/**
 * Up to here a file is read in place: a commit of a kilobyte comes in ten microseconds, a trip through the thread
 * pool takes ten times that, and replaying a log reads thousands of them.
 */
const READ_IN_PLACE = new Uint8Array(65_536);

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

  const place = async (
    key: string,
    body: Uint8Array | string | FileBody,
    publish: (temporary: string, target: string) => Promise<void>,
  ): Promise<void> => {
    const target = join(root, key);
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
      const path = join(root, key);
      try {
        if (range) return await readRange(path, range.start, range.end);
        return readSmall(path) ?? (await readFile(path));
      } catch (error) {
        throw failure(error, 'read', path, key);
      }
    },
    async head(key) {
      const path = join(root, key);
      try {
        const stat = statSync(path);
        return stat.isFile() ? { bytes: stat.size, modifiedAtMs: Math.floor(stat.mtimeMs) } : null;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw failure(error, 'read', path, key);
      }
    },
    async *list(prefix, { startAfter = '' } = {}): AsyncGenerator<ObjectEntry> {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      yield* listFolder(root, folder, prefix, startAfter, (name) => !TEMPORARY.test(name));
    },
    async *leftovers(prefix): AsyncGenerator<ObjectEntry> {
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
      const path = join(root, key);
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
      try {
        await unlink(join(root, key));
      } catch (error) {
        if (!isAbsent(error)) throw failure(error, 'delete', join(root, key), key);
      }
    },
    at(prefix) {
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

/** A file that fits into {@link READ_IN_PLACE}, with three system calls; null when it does not. */
function readSmall(path: string): Uint8Array | null {
  const file = openSync(path, 'r');
  try {
    const bytes = readSync(file, READ_IN_PLACE, 0, READ_IN_PLACE.length, 0);
    return bytes < READ_IN_PLACE.length ? READ_IN_PLACE.slice(0, bytes) : null;
  } finally {
    closeSync(file);
  }
}

async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = new Uint8Array(Math.max(0, end - start));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}

async function* listFolder(
  root: string,
  folder: string,
  prefix: string,
  startAfter: string,
  isWanted: (fileName: string) => boolean,
): AsyncGenerator<ObjectEntry> {
  let children;
  try {
    children = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return;
    throw failure(error, 'list', join(root, folder), folder);
  }
  const start = prefix.slice(folder.length);
  const after = startAfter.startsWith(folder) ? startAfter.slice(folder.length) : '';
  const names = children
    // Most of a long log lies before: that goes first. (The name of a folder may end within `after`.)
    .filter(({ name }) => (name > after || after.startsWith(name)) && name.startsWith(start))
    .filter((child) => child.isDirectory() || isWanted(child.name))
    // A folder sorts as its name with a slash, as its keys do.
    .map((child) => `${folder}${child.name}${child.isDirectory() ? '/' : ''}`)
    .sort();
  for (const key of names) {
    if (key.endsWith('/')) {
      if (key > startAfter || startAfter.startsWith(key))
        yield* listFolder(root, key, prefix, startAfter, isWanted);
    } else if (key > startAfter) {
      // A stat is a few microseconds; a file that went since readdir is left out.
      const stat = statSync(join(root, key), { throwIfNoEntry: false });
      if (stat) yield { key, bytes: stat.size, modifiedAtMs: Math.floor(stat.mtimeMs) };
    }
  }
}

function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function isAbsent(error: unknown): boolean {
  const code = errno(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}

function failure(error: unknown, verb: string, path: string, key: string): DeltaError {
  if (verb === 'read' && (isAbsent(error) || errno(error) === 'EISDIR')) {
    return absent(path, key, error);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new DeltaError('store-failed', `Cannot ${verb} ${path}: ${reason}.`, {
    cause: error,
    facts: { key, path },
  });
}

function absent(path: string, key: string, cause?: unknown): DeltaError {
  return new DeltaError('object-not-found', `There is no file ${path}.`, { cause, facts: { key, path } });
}
