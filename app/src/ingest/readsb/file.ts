import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileBytes } from '../input/file-bytes.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { readAnswer } from './answer.ts';
import type { Reading } from './client.ts';

/** Where receivers put their file in a folder that is named instead. */
const IN_FOLDERS = ['aircraft.json', 'data/aircraft.json', 'data.json'] as const;

/** A receiver's file, read again when it changes. */
export class ReceiverFile {
  readonly place: string;
  /** A look costs next to nothing. */
  readonly lookMs = 250;
  readonly #path: string;
  /** Of what was read last: a program that replaces its file changes the inode, one that writes into it the time or size. */
  #seen: Pick<BigIntStats, 'mtimeNs' | 'size' | 'ino'> | null = null;

  /** @param path A `.json` or `.json.gz` file, or the folder where a receiver's program keeps it. */
  constructor(path: string) {
    this.#path = path;
    this.place = path;
  }

  /** Never throws: a file that cannot be read now may be there in a moment. */
  async read(): Promise<Reading> {
    try {
      const found = await this.#find();
      if (typeof found === 'string') return unavailable(found);
      const { path, stats } = found;
      const seen = this.#seen;
      const isSame =
        seen !== null && seen.mtimeNs === stats.mtimeNs && seen.size === stats.size && seen.ino === stats.ino;
      if (isSame) return { kind: 'unchanged' };
      const answer = await readAnswer(fileBytes(path), 'readsb', Number(stats.mtimeMs));
      // Note it only now, so that a file that was cut off is read again even if its times do not change.
      this.#seen = stats;
      return { kind: 'answer', answer, sentMs: null };
    } catch (error) {
      const reason = error instanceof UnusableInputError ? error.reason : reasonOf(error);
      return unavailable(reason);
    }
  }

  /** The file, or why it cannot be read. */
  async #find(): Promise<{ readonly path: string; readonly stats: BigIntStats } | string> {
    const stats = await statOf(this.#path);
    if (stats?.isFile() === true) return { path: this.#path, stats };
    if (stats === null) return missing(this.#path);
    if (!stats.isDirectory()) return 'it is no file';
    for (const name of IN_FOLDERS) {
      const path = join(this.#path, name);
      const inside = await statOf(path);
      if (inside?.isFile() === true) return { path, stats: inside };
    }
    return `the folder holds no ${IN_FOLDERS[0]}`;
  }
}

const unavailable = (reason: string): Reading => ({
  kind: 'unavailable',
  reason,
  retryAfterMs: null,
  isPassing: true,
});

async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return null;
    throw error;
  }
}

function missing(path: string): string {
  const isAddress = /^[\w.-]+(:\d+)?(\/|$)/.test(path) && /[.:]\d/.test(path);
  return `there is no such file${isAddress ? `; if it is an address, write readsb:http://${path}` : ''}`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  switch (code) {
    case 'Z_BUF_ERROR':
    case 'Z_DATA_ERROR':
      return 'it is packed wrongly or cut off';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read it';
    default:
      return typeof message === 'string' ? message : String(error);
  }
}
