import { statSync } from 'node:fs';
import { ContrailError } from '../../errors.ts';
import { REPAIR } from '../next-steps.ts';

/** The identity of the file at a path. It stays with an open file, and no other file gets it while that is open. */
export interface Place {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The file at a path, or null if there is none. */
export function placeOf(file: string): Place | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : { device: found.dev, inode: found.ino };
}

/**
 * Says that an open topic file is no longer the one at its path, or null when it is. SQLite silently goes on writing
 * into a deleted file, and those writes are lost when the program ends.
 * @param label names the topic and its path
 */
export function checkPlace(file: string, open: Place, label: string): ContrailError | null {
  const now = placeOf(file);
  if (now === null) {
    return new ContrailError(
      'topic-gone',
      `${label} was deleted or moved while this program had it open, so it can no longer be read or written. Stop every program that uses it, ` +
        `then put the file and its -wal file back. ${REPAIR}`,
    );
  }
  if (now.device === open.device && now.inode === open.inode) return null;
  return new ContrailError(
    'topic-replaced',
    `${label} was replaced by another file while this program had it open, so it can no longer be read or written. Stop every ` +
      `program that uses it, and put the first file back. ${REPAIR}`,
  );
}

/**
 * Refuses to go on with a file of a topic that is no longer at its path.
 * @param open the file as it was opened; null: it was not there yet
 * @throws ContrailError `corrupt` / `topic-gone`, `topic-replaced`
 */
export function requirePlace(file: string, open: Place | null, topic: string): void {
  const problem = open === null ? null : checkPlace(file, open, `${file} of topic "${topic}"`);
  if (problem !== null) throw problem;
}
