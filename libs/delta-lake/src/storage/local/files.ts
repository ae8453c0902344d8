import { closeSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ObjectEntry } from '../object-store.ts';
import { errno, failure, isAbsent } from './failure.ts';

/**
 * A file up to this size is read synchronously: a commit of a kilobyte takes ten microseconds, a trip through the
 * thread pool ten times that, and replaying a log reads thousands of commits.
 */
const READ_IN_PLACE = new Uint8Array(65_536);

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file systems journal names themselves.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads a file that fits into the buffer, with three system calls; null if it does not fit. */
export function readSmall(path: string): Uint8Array | null {
  const file = openSync(path, 'r');
  try {
    const bytes = readSync(file, READ_IN_PLACE, 0, READ_IN_PLACE.length, 0);
    return bytes < READ_IN_PLACE.length ? READ_IN_PLACE.slice(0, bytes) : null;
  } finally {
    closeSync(file);
  }
}

/** The bytes `[start, end)` of a file, cut at its end. */
export async function readRange(path: string, start: number, end: number): Promise<Uint8Array> {
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

/** Which names a listing gives. */
export interface Wanted {
  /** Whether a file is listed; `folder` is the key of its folder, with a slash at the end. */
  readonly file: (name: string, folder: string) => boolean;
  /** Whether the files in a folder are listed. */
  readonly folder: (name: string) => boolean;
  /** Whether an empty folder is listed itself, by its key without a slash. */
  readonly empty?: (name: string, folder: string) => boolean;
}

/** The files below a folder whose keys begin with `prefix`, sorted, after `startAfter`. Links to folders are not followed. */
export async function* listFolder(
  root: string,
  folder: string,
  prefix: string,
  startAfter: string,
  wanted: Wanted,
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
    // Most of a long log sorts before `after`: drop that first. (The name of a folder may end within `after`.)
    .filter(({ name }) => (name > after || after.startsWith(name)) && name.startsWith(start))
    .filter((child) => (child.isDirectory() ? wanted.folder(child.name) : wanted.file(child.name, folder)))
    // A link to a folder is not an object, and its target may belong to others: the check of each file skips it. A
    // folder sorts as its name with a slash, as its keys do.
    .map((child) => `${folder}${child.name}${child.isDirectory() ? '/' : ''}`)
    .sort();
  for (const key of names) {
    if (key.endsWith('/') && isEmpty(root, key, wanted)) {
      const stat = lookAt(join(root, key), key);
      if (stat) yield { key: key.slice(0, -1), bytes: 0, modifiedAtMs: Math.floor(stat.mtimeMs) };
    } else if (key.endsWith('/')) {
      if (key > startAfter || startAfter.startsWith(key))
        yield* listFolder(root, key, prefix, startAfter, wanted);
    } else if (key > startAfter) {
      // A stat takes a few microseconds; a file that was deleted since readdir is left out.
      const stat = lookAt(join(root, key), key);
      if (stat?.isFile() === true) yield { key, bytes: stat.size, modifiedAtMs: Math.floor(stat.mtimeMs) };
    }
  }
}

function isEmpty(root: string, key: string, { empty }: Wanted): boolean {
  const name = basename(key);
  if (empty?.(name, key.slice(0, -name.length - 1)) !== true) return false;
  return readdirSync(join(root, key)).length === 0;
}

function lookAt(path: string, key: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A link that leads to itself.
    if (isAbsent(error) || errno(error) === 'ELOOP') return undefined;
    throw failure(error, 'list', path, key);
  }
}
