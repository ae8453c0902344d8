import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DeltaError } from '../../errors.ts';
import type { ObjectPlaceFacts } from '../object-store.ts';
import { errno, failure, isAbsent } from './failure.ts';

/** Files that are checked before other work may run. A check takes a few microseconds. */
const AT_ONCE = 500;

/**
 * The identity of files, by key: the file system's number of a file, which is the same for all names that lead to it
 * (links, letter case, a folder that is mounted twice), and whether the name, with links resolved, is below the root.
 */
export async function placesOf(
  root: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ObjectPlaceFacts>> {
  const places = new Map<string, ObjectPlaceFacts>();
  const isBelow = new Map<string, boolean>();
  const trueRoot = realPath(root);
  if (trueRoot === null) return places;
  for (const [index, key] of keys.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const path = join(root, key);
    const stat = lookAt(path, key);
    if (!stat) continue;
    const folder = dirname(path);
    let isInside = isBelow.get(folder);
    if (isInside === undefined) {
      isInside = isAtOrBelow(trueRoot, realPath(folder));
      isBelow.set(folder, isInside);
    }
    // A file system without numbers says 0 for every file: then use the name with its links resolved.
    const identity = stat.ino === 0 ? (realPath(path) ?? path) : `${stat.dev}:${stat.ino}`;
    places.set(key, { identity, isBelowRoot: isInside });
  }
  return places;
}

/**
 * Refuses to delete a file outside the root that a link leads to. The last part of the key may be a link itself: then
 * the link is deleted.
 * @throws DeltaError invalid-argument
 */
export function checkInside(root: string, key: string): void {
  const folder = realPath(dirname(join(root, key)));
  // Nothing is there: nothing will be deleted.
  if (folder === null) return;
  const trueRoot = realPath(root);
  if (trueRoot !== null && isAtOrBelow(trueRoot, folder)) return;
  throw new DeltaError(
    'invalid-argument',
    `Cannot delete ${join(root, key)}: a link on its path leads to ${folder}, which is outside of ${root}.`,
    { facts: { key, folder } },
  );
}

function lookAt(path: string, key: string): { readonly dev: number; readonly ino: number } | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A link that leads to itself is not a file.
    if (isAbsent(error) || errno(error) === 'ELOOP') return undefined;
    throw failure(error, 'read', path, key);
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw failure(error, 'read', path, path);
  }
}

function isAtOrBelow(root: string, path: string | null): boolean {
  if (path === null) return false;
  return path === root || path.startsWith(root.endsWith('/') || root.endsWith('\\') ? root : join(root, '/'));
}
