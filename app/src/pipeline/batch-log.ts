import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import { type BatchRecord, type NewestBatches, parseRecord, recordText } from './batch-record.ts';

const FOLDER = '_contrail/batches/';
const NAME = /^(\d{20})\.json$/;
/** The name of an amendment of a record. It sorts before the record, so that the newest record is the last name. */
const AMENDMENT = /^(\d{20})\.(\d{4,})\.json$/;
const FINISHED = '_contrail/finished.json';
/** Records that are kept for people; recovery needs only the newest. */
const KEPT_RECORDS = 100;

/**
 * The newest record with its newest amendment, or null in a new lake.
 * @param onStranger is called for files in the folder that are not records
 * @throws ContrailError `corrupt` / `batch-record-unreadable`
 */
export async function newestRecord(
  store: ObjectStore,
  onStranger?: (key: string) => void,
): Promise<BatchRecord | null> {
  const newest = (await listRecords(store, onStranger)).at(-1);
  return newest === undefined ? null : readRecord(store, newest);
}

/** The newest record that can be read, and what is wrong with newer ones. */
export interface ReadableRecord {
  readonly record: BatchRecord | null;
  /** The error of the newest record; null if it can be read, or there is none. */
  readonly damage: ContrailError | null;
  /** The number of the newest record, readable or not; 0 for none. */
  readonly newest: number;
}

/** Goes back to the newest record that can be read. */
export async function readableRecord(store: ObjectStore): Promise<ReadableRecord> {
  const names = await listRecords(store);
  const newest = names.at(-1)?.batchId ?? 0;
  let damage: ContrailError | null = null;
  for (const name of names.toReversed()) {
    try {
      return { record: await readRecord(store, name), damage, newest };
    } catch (error) {
      if (!(error instanceof ContrailError)) throw error;
      damage ??= error;
    }
  }
  return { record: null, damage, newest };
}

interface RecordName {
  readonly batchId: number;
  /** The key of its newest amendment, or its own. */
  readonly key: string;
}

/** The records by their numbers. */
async function listRecords(
  store: ObjectStore,
  onStranger?: (key: string) => void,
): Promise<readonly RecordName[]> {
  const records: RecordName[] = [];
  const amendments = new Map<number, { readonly key: string; readonly number: number }>();
  for await (const { key } of store.list(FOLDER)) {
    const name = key.slice(FOLDER.length);
    const [, amended, count] = AMENDMENT.exec(name) ?? [];
    const [, planned] = NAME.exec(name) ?? [];
    if (planned !== undefined) records.push({ batchId: Number(planned), key });
    else if (amended === undefined) onStranger?.(key);
    else if (Number(count) > (amendments.get(Number(amended))?.number ?? -1))
      amendments.set(Number(amended), { key, number: Number(count) });
  }
  return records.map(({ batchId, key }) => ({ batchId, key: amendments.get(batchId)?.key ?? key }));
}

const readRecord = async (store: ObjectStore, { batchId, key }: RecordName): Promise<BatchRecord> =>
  parseRecord(Buffer.from(await store.get(key)).toString('utf8'), batchId, `${key} in ${store.url}`);

/** Deletes old records: earlier versions kept more, and a deletion may have failed. */
export async function trimRecords(store: ObjectStore): Promise<void> {
  const found: { readonly key: string; readonly batchId: number }[] = [];
  for await (const { key } of store.list(FOLDER)) {
    const name = key.slice(FOLDER.length);
    const batchId = NAME.exec(name)?.[1] ?? AMENDMENT.exec(name)?.[1];
    if (batchId !== undefined) found.push({ key, batchId: Number(batchId) });
  }
  const oldest = Math.max(...found.map(({ batchId }) => batchId)) - KEPT_RECORDS;
  for (const { key, batchId } of found) if (batchId <= oldest) await store.delete(key);
}

/**
 * Makes a record durable. @throws ContrailError `conflict` when a record of that number exists: another pipeline works
 * on this lake.
 */
export async function writeRecord(store: ObjectStore, batch: BatchRecord): Promise<void> {
  await put(store, batch, keyOf(batch.batch_id));
  const old = batch.batch_id - KEPT_RECORDS;
  if (old > 0) await store.delete(keyOf(old));
}

/**
 * Makes an amendment of the newest record durable; from here on it replaces the record. Allowed only while no table has
 * the batch.
 * @throws ContrailError `conflict` / `second-pipeline`
 */
export const amend = (store: ObjectStore, batch: BatchRecord): Promise<void> =>
  put(store, batch, keyOf(batch.batch_id, batch.amendment));

async function put(store: ObjectStore, batch: BatchRecord, key: string): Promise<void> {
  if ((await store.putIfAbsent(key, recordText(batch))) !== 'exists') return;
  throw new ContrailError(
    'second-pipeline',
    `Micro-batch ${batch.batch_id} of ${store.url} is already planned: another pipeline works on this lake. Stop one of them.`,
  );
}

/** A batch that every table holds that has rows of it. */
export interface FinishedBatch {
  readonly batch_id: number;
  readonly tables: NewestBatches;
}

/** Notes at the end of a run which batch is finished, so that the next run need not run it again to find out. */
export async function noteFinished(store: ObjectStore, finished: FinishedBatch): Promise<void> {
  await store.put(FINISHED, `${JSON.stringify(finished)}\n`);
}

/** The note of the last run; null if there is none. It is only a hint. */
export async function notedFinished(store: ObjectStore): Promise<FinishedBatch | null> {
  try {
    const note: unknown = JSON.parse(Buffer.from(await store.get(FINISHED)).toString('utf8'));
    const isNote = typeof note === 'object' && note !== null && 'tables' in note && note.tables !== null;
    return isNote && typeof note.tables === 'object' ? (note as FinishedBatch) : null;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'object-not-found')) return null;
    throw error;
  }
}

function keyOf(batchId: number, amendment?: number): string {
  const suffix = amendment === undefined ? '' : `.${String(amendment).padStart(4, '0')}`;
  return `${FOLDER}${String(batchId).padStart(20, '0')}${suffix}.json`;
}
