import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BUCKETS, type Bucket, type Credits } from './credits.ts';

/** What a restart must know, so that it spends nothing twice. */
export interface CreditRecord {
  /** Whose credits these are: `anonymous`, or the client id. */
  readonly account: string;
  readonly credits: Credits;
  /** When the last poll began; written before it is asked, so that a crash in between counts as spent. Epoch ms. */
  readonly polled_at_ms: number | null;
  /** Until when the server wants no request, epoch ms. */
  readonly limited_until_ms: number | null;
}

/** The content of a file; `problem` completes a sentence if it cannot be used. */
export interface Remembered {
  readonly record: CreditRecord | null;
  readonly problem: string | null;
}

/** Reads the record. A file that is not there holds none; one that cannot be used is said to, and never an error. */
export async function readCredits(path: string): Promise<Remembered> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { record: null, problem: code === 'ENOENT' ? null : `it cannot be read (${code ?? 'unknown'})` };
  }
  try {
    const record = toRecord(JSON.parse(text));
    return record === null
      ? { record, problem: 'it does not hold a record of credits' }
      : { record, problem: null };
  } catch {
    return { record: null, problem: 'it is not JSON, so it was cut off or changed' };
  }
}

/**
 * Writes the record, whole or not at all, also when the power fails. Answers why it could not, else null: a source
 * lives on without it.
 * @param makesFolder false: where the folder is not there, nothing is written
 */
export async function writeCredits(
  path: string,
  record: CreditRecord,
  makesFolder: boolean,
): Promise<string | null> {
  const draft = `${path}.${process.pid}`;
  try {
    if (makesFolder) await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, 'w');
    try {
      await file.writeFile(`${JSON.stringify(record)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !makesFolder) return null;
    // Best effort: a draft that stays on a full disk does no harm.
    await rm(draft, { force: true }).catch(() => undefined);
    return `it cannot be written (${code ?? 'unknown'})`;
  }
}

function toRecord(value: unknown): CreditRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { account, credits, polled_at_ms, limited_until_ms } = value as Partial<
    Record<keyof CreditRecord, unknown>
  >;
  const isWhole = typeof account === 'string' && isTimeOrNull(polled_at_ms) && isTimeOrNull(limited_until_ms);
  return isWhole && isCredits(credits) ? { account, credits, polled_at_ms, limited_until_ms } : null;
}

function isCredits(value: unknown): value is Credits {
  if (typeof value !== 'object' || value === null) return false;
  const { bucket, left, since_ms } = value as Partial<Record<keyof Credits, unknown>>;
  const isBucket = typeof bucket === 'string' && Object.keys(BUCKETS).includes(bucket as Bucket);
  return isBucket && Number.isSafeInteger(left) && (left as number) >= 0 && isTime(since_ms);
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 8.64e15;
const isTimeOrNull = (value: unknown): value is number | null => value === null || isTime(value);
