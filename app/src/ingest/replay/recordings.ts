import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ContrailError, messageOf } from '../../errors.ts';
import { fileBytes } from '../input/file-bytes.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { type Answer, readAnswer } from '../opensky/answer.ts';

/** A recorded answer of `GET /states/all` in a file. */
export interface Recording {
  readonly path: string;
  /** Epoch seconds, the `time` of the answer. */
  readonly time: number;
}

/**
 * Finds the recordings of a file, or of a folder and all below it (`.json` and `.json.gz`; hidden files are passed
 * over), in order of their time, then path. Every file is read and checked, one at a time, and only its time is kept:
 * a folder may be far larger than memory.
 *
 * @throws ContrailError `invalid` / `replay-unreadable` when there is nothing, or a file is no such answer; it names
 * the file. So nothing of a folder is sent when any of its files is wrong.
 */
export async function findRecordings(path: string, signal?: AbortSignal): Promise<readonly Recording[]> {
  const recordings: Recording[] = [];
  for (const file of await listFiles(path)) {
    if (signal?.aborted === true) return [];
    const { time } = await readRecording(file);
    recordings.push({ path: file, time });
  }
  return recordings.toSorted((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1));
}

/**
 * Reads one recorded answer, in bounded memory.
 * @throws ContrailError `invalid` / `replay-unreadable` when the file cannot be read or is no such answer.
 */
export async function readRecording(path: string, label?: string): Promise<Answer> {
  try {
    return await readAnswer(fileBytes(path), { feed: 'replay', label });
  } catch (error) {
    if (error instanceof UnusableInputError) throw unreadable(path, error.reason, error);
    throw unreadable(path, messageOf(error), error);
  }
}

async function listFiles(path: string): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    for (const name of await readdir(path, { recursive: true })) {
      if (!/\.json(\.gz)?$/.test(name) || /(^|[\\/])\./.test(name)) continue;
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
      `The folder ${path} has no recorded answers: neither it nor its subfolders have files ending in .json or .json.gz.`,
      { facts: { path } },
    );
  }
  return paths;
}

function unreadable(path: string, found: string, cause?: unknown): ContrailError {
  return new ContrailError(
    'replay-unreadable',
    `The file ${path} is not a recorded answer of OpenSky's /states/all: ${found}. Nothing more is sent; repair or remove the file.`,
    { ...(cause !== undefined && { cause }), facts: { path } },
  );
}
