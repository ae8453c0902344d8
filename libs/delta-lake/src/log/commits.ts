import type { Commit } from '../actions/actions.ts';
import { ActionCollector, ofCommit, parseCommit } from '../actions/parse.ts';
import type { FileTexts } from '../actions/file-texts.ts';
import { DeltaError, hasCode } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { commitKey } from './names.ts';

/** How many commits are asked for at once while reading a log. */
const READ_AHEAD = 32;
/** Commits are held in memory, as they lie in the store, up to about this size; a larger one is read in pieces. */
const READ_AHEAD_BYTES = 4 * 2 ** 20;
const PIECE_BYTES = 2 * 2 ** 20;
/** What is made text and parsed at once of a large commit: what is left behind then dies young. */
const PARSED_BYTES = 2 ** 16;
const NEWLINE = 0x0a;

export interface ReadOptions {
  /** Sizes of commits, as far as they are known; others are taken for small. */
  readonly bytesOf?: ReadonlyMap<number, number>;
  /** Where the statistics of files are kept. */
  readonly texts?: FileTexts;
}

/** The commit `version`, or null when it is not there. */
export async function readCommit(
  store: ObjectStore,
  version: number,
  { bytesOf, texts }: ReadOptions = {},
): Promise<Commit | null> {
  const bytes = bytesOf?.get(version) ?? 0;
  try {
    if (bytes > READ_AHEAD_BYTES) return await readInPieces(store, version, bytes, texts ?? null);
    return parseCommit(
      store.url,
      version,
      asBuffer(await store.get(commitKey(version))).toString('utf8'),
      texts,
    );
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    throw error;
  }
}

async function readInPieces(
  store: ObjectStore,
  version: number,
  bytes: number,
  texts: FileTexts | null,
): Promise<Commit> {
  const collector = new ActionCollector(texts);
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for (let start = 0; start < bytes; start += PIECE_BYTES) {
      const end = Math.min(bytes, start + PIECE_BYTES);
      const piece = asBuffer(await store.get(commitKey(version), { start, end }));
      // The first line began in the piece before, the last one may go on in the next.
      const first = piece.indexOf(NEWLINE) + 1;
      const last = end === bytes ? piece.length : piece.lastIndexOf(NEWLINE) + 1;
      if (last > 0) {
        collector.takeLines(Buffer.concat([rest, piece.subarray(0, first || last)]).toString('utf8'));
        for (let from = first || last, to = from; from < last; from = to) {
          to = piece.indexOf(NEWLINE, Math.min(from + PARSED_BYTES, last - 1)) + 1 || last;
          collector.takeLines(piece.toString('utf8', from, to));
        }
      }
      rest = last > 0 ? piece.subarray(last) : Buffer.concat([rest, piece]);
    }
  } catch (error) {
    throw ofCommit(error, store.url, version);
  }
  return collector.commit(version);
}

function asBuffer(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/**
 * Commits `from` to `to`, in order, reading ahead.
 * @throws DeltaError corrupt-log when one of them is missing.
 */
export async function* readCommits(
  store: ObjectStore,
  from: number,
  to: number,
  options: ReadOptions = {},
): AsyncGenerator<Commit> {
  for await (const commits of readCommitBatches(store, from, to, options)) yield* commits;
}

/** {@link readCommits}, as many at a time as are read at a time. */
export async function* readCommitBatches(
  store: ObjectStore,
  from: number,
  to: number,
  options: ReadOptions = {},
): AsyncGenerator<readonly Commit[]> {
  for (let start = from; start <= to;) {
    const versions: number[] = [];
    let bytes = 0;
    for (let version = start; version <= to && versions.length < READ_AHEAD; version++) {
      bytes += options.bytesOf?.get(version) ?? 0;
      if (bytes > READ_AHEAD_BYTES && versions.length > 0) break;
      versions.push(version);
    }
    const found = await Promise.all(versions.map((version) => readCommit(store, version, options)));
    const commits = found.filter((commit) => commit !== null);
    if (commits.length < versions.length) {
      const version = versions[found.indexOf(null)];
      throw new DeltaError(
        'corrupt-log',
        `Commit ${version} of ${store.url} is missing, later ones are there.`,
        { facts: { table: store.url, version } },
      );
    }
    yield commits;
    start += versions.length;
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
