import type { Commit } from '../actions/actions.ts';
import { parseCommit } from '../actions/parse.ts';
import { DeltaError, hasCode } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { commitKey } from './names.ts';

/** How many commits are asked for at once while reading a log. */
const READ_AHEAD = 32;

/** The commit `version`, or null when it is not there. */
export async function readCommit(store: ObjectStore, version: number): Promise<Commit | null> {
  let body: Uint8Array;
  try {
    body = await store.get(commitKey(version));
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    throw error;
  }
  return parseCommit(version, Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
}

/**
 * Commits `from` to `to`, in order, reading ahead.
 * @throws DeltaError corrupt-log when one of them is missing.
 */
export async function* readCommits(store: ObjectStore, from: number, to: number): AsyncGenerator<Commit> {
  for (let start = from; start <= to; start += READ_AHEAD) {
    const versions = Array.from({ length: Math.min(READ_AHEAD, to - start + 1) }, (_, i) => start + i);
    const commits = await Promise.all(versions.map((version) => readCommit(store, version)));
    for (const [i, commit] of commits.entries()) {
      if (!commit) {
        throw new DeltaError(
          'corrupt-log',
          `Commit ${start + i} of ${store.url} is missing, later ones are there.`,
          {
            facts: { table: store.url, version: start + i },
          },
        );
      }
      yield commit;
    }
  }
}

/**
 * The commits after `version`, found by asking for the next one: one small read when there is none, however long
 * the log is. The window doubles, so that a long tail is read in parallel.
 */
export async function readTail(store: ObjectStore, version: number): Promise<Commit[]> {
  const tail: Commit[] = [];
  for (let window = 1; ; window = Math.min(window * 2, READ_AHEAD)) {
    const first = version + tail.length + 1;
    const commits = await Promise.all(Array.from({ length: window }, (_, i) => readCommit(store, first + i)));
    for (const commit of commits) {
      // A later commit of the window may have come into being after this one was found absent: next time.
      if (!commit) return tail;
      tail.push(commit);
    }
  }
}
