import { statSync } from 'node:fs';
import { ContrailError } from '../../errors.ts';

/** Which file a path leads to: what stays with an open file and goes to no other one while it is open. */
export interface Place {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The file at a path, or null where there is none. */
export function placeOf(file: string): Place | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : { device: found.dev, inode: found.ino };
}

/**
 * Says that an open topic file is no longer the one at its path, or null when it is. SQLite goes on writing into a deleted
 * file without a word, and what is written there is lost when the program ends.
 * @param label names the topic and its path
 */
export function checkPlace(file: string, open: Place, label: string): ContrailError | null {
  const now = placeOf(file);
  if (now === null) {
    return new ContrailError(
      'topic-gone',
      `${label} was deleted or moved while this program had it open, and takes and gives nothing any more. Stop every program that uses it, ` +
        'then put the file and its -wal file back, or start with --data DIR: a new topic needs a new lake.',
    );
  }
  if (now.device === open.device && now.inode === open.inode) return null;
  return new ContrailError(
    'topic-replaced',
    `${label} was replaced by another file while this program had it open, and this one takes and gives nothing any more. Stop every ` +
      'program that uses it, and put the first one back; or start with --data DIR: a new topic needs a new lake.',
  );
}
