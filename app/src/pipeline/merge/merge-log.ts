/** The records of merges, `_contrail/merges/<number>.json`. */
import type { ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import { type MergeRecord, parseMergeRecord, recordText } from './merge-record.ts';

const FOLDER = '_contrail/merges/';
const NAME = /^(\d{20})\.json$/;
/** Records that are kept for people. Only the newest is needed. */
const KEPT_RECORDS = 10;

async function numbers(store: ObjectStore): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { key } of store.list(FOLDER)) {
    const number = NAME.exec(key.slice(FOLDER.length))?.[1];
    if (number !== undefined) found.push(Number(number));
  }
  return found;
}

/** The newest record; null in a lake that never had a merge. @throws ContrailError `corrupt` / `merge-record-unreadable` */
export async function newestMerge(store: ObjectStore): Promise<MergeRecord | null> {
  const newest = (await numbers(store)).at(-1);
  if (newest === undefined) return null;
  const key = keyOf(newest);
  const text = Buffer.from(await store.get(key)).toString('utf8');
  return parseMergeRecord(text, newest, `${key} in ${store.url}`);
}

/**
 * Makes a record durable: from here its slice will be committed. Deletes old records.
 * @throws ContrailError `conflict` / `second-pipeline` when there is one of this number
 */
export async function writeMerge(store: ObjectStore, record: MergeRecord): Promise<void> {
  if ((await store.putIfAbsent(keyOf(record.merge_id), recordText(record))) === 'exists')
    throw new ContrailError(
      'second-pipeline',
      `Merge ${record.merge_id} of ${store.url} is already recorded: another command merges rows into this lake. Stop one of them.`,
    );
  for (const number of await numbers(store))
    if (number <= record.merge_id - KEPT_RECORDS) await store.delete(keyOf(number));
}

const keyOf = (number: number): string => `${FOLDER}${String(number).padStart(20, '0')}.json`;
