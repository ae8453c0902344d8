import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ContrailError, messageOf } from '../../errors.ts';
import type { PackedMessages } from '../../topic/packed-messages.ts';
import { fileBytes } from '../input/file-bytes.ts';
import { peek } from '../input/peek.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { oddRowsNotice, readAnswer } from '../opensky/answer.ts';
import { oddEntriesNotice, readAnswer as readReceiver, toPoll } from '../readsb/answer.ts';
import { toMessages } from '../to-messages.ts';
import { isLineFile, timeOfLines } from './lines.ts';

/** A recorded answer in a file. */
export interface Recording {
  readonly path: string;
  /** Epoch seconds, with a fraction where the answer has one: when it was made. */
  readonly time: number;
}

/** What a recorded answer holds. */
export interface Played {
  readonly time: number;
  readonly messages: PackedMessages;
  readonly vectors: number;
  readonly others: number;
  /** The notice about what is not in the expected form; null without any. */
  readonly odd: string | null;
}

/**
 * Finds the recordings of a file, or of a folder and all below it (`.json` for answers, `.sbs` for lines of a receiver,
 * each packed with `.gz` or `.zst` or not; hidden files are passed over), in order of their time, then path. Every file is read and checked, one at a time, and only its time is kept:
 * a folder may be far larger than memory.
 *
 * @throws ContrailError `invalid` / `replay-unreadable` when there is nothing, or a file is no such answer; it names
 * the file. So nothing of a folder is sent when any of its files is wrong.
 */
export async function findRecordings(path: string, signal?: AbortSignal): Promise<readonly Recording[]> {
  const recordings: Recording[] = [];
  for (const file of await listFiles(path)) {
    if (signal?.aborted === true) return [];
    const time = isLineFile(file)
      ? await timeOfLines(file).catch((error: unknown) => {
          throw unreadableFile(file, error);
        })
      : (await readRecording(file)).time;
    recordings.push({ path: file, time });
  }
  return recordings.toSorted((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1));
}

/**
 * Reads one recorded answer, in bounded memory: of OpenSky, or of a receiver or service.
 * @throws ContrailError `invalid` / `replay-unreadable` when the file cannot be read or is no such answer.
 */
export async function readRecording(path: string, label?: string): Promise<Played> {
  try {
    const { head, bytes } = await peek(fileBytes(path), HEAD_BYTES);
    const writtenMs = await writtenAt(path);
    if (!RECEIVER.test(Buffer.from(head).toString('latin1'))) {
      const written_s = Math.floor(writtenMs / 1000);
      const answer = await readAnswer(bytes, { feed: 'replay', label, written_s });
      return { ...answer, odd: answer.isDated ? oddRowsNotice(answer) : UNDATED };
    }
    const answer = await readReceiver(bytes, 'replay', writtenMs);
    const { messages, real, malformed } = toMessages(toPoll(answer), 0, false, label);
    const odd = oddEntriesNotice(answer);
    return { time: answer.timeMs / 1000, messages, vectors: real, others: malformed, odd };
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

const HEAD_BYTES = 4096;
/** The first list that a receiver or a service names, where no state vectors of OpenSky come before it; or a list alone. */
const RECEIVER = /^(?:\u00ef\u00bb\u00bf)?\s*\[|^(?:(?!"states"\s*:)[^])*?"(aircraft|ac)"\s*:\s*(\[|null)/;
const UNDATED = 'it tells no time of its own, so that of the file counts.';

/** As `contrail record` calls its files. */
const NAMED = /(?:^|[\\/])(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[^\\/]*$/;

/** When a recording was made that does not say so: by its name, which survives a copy, else by when the file was written. Epoch ms. */
async function writtenAt(path: string): Promise<number> {
  const named = Date.parse(path.replace(NAMED, '\n$1-$2-$3T$4:$5:$6.$7Z').split('\n')[1] ?? '');
  return Number.isNaN(named) ? Math.round((await stat(path)).mtimeMs) : named;
}

async function listFiles(path: string): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    for (const name of await readdir(path, { recursive: true })) {
      if (!/\.(json|sbs)(\.gz|\.zst)?$/.test(name) || /(^|[\\/])\./.test(name)) continue;
      const file = join(path, name);
      // A folder may be called so, and a pipe would never end.
      if ((await stat(file)).isFile()) paths.push(file);
    }
  } catch (error) {
    throw new ContrailError(
      'replay-unreadable',
      `There is no file or folder ${path} to replay: ${messageOf(error)}.`,
      { cause: error, facts: { path } },
    );
  }
  if (paths.length === 0) {
    throw new ContrailError(
      'replay-unreadable',
      `The folder ${path} has no recordings: neither it nor its subfolders have files ending in .json, .json.gz or .json.zst (answers), nor in .sbs, .sbs.gz or .sbs.zst (lines of a receiver).`,
      { facts: { path } },
    );
  }
  return paths;
}

/** What reading a file has thrown, for a person. */
export const unreadableFile = (path: string, error: unknown): ContrailError =>
  unreadable(path, error instanceof UnusableInputError ? error.reason : messageOf(error), error);

function unreadable(path: string, found: string, cause?: unknown): ContrailError {
  return new ContrailError(
    'replay-unreadable',
    `The file ${path} is not a recorded answer of OpenSky's /states/all, a receiver or a service, nor recorded lines: ${found}. Nothing more is sent; repair or remove the file.`,
    { ...(cause !== undefined && { cause }), facts: { path } },
  );
}
