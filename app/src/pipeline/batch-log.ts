import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import { type BatchRecord, type NewestBatches, parseRecord, recordText } from './batch-record.ts';

const FOLDER = '_contrail/batches/';
const NAME = /^(\d{20})\.json$/;
const FINISHED = '_contrail/finished.json';
/** Records kept for people who look back; recovery needs the newest alone. */
const KEPT_RECORDS = 100;

/**
 * The newest record, or null in a fresh lake.
 * @param onStranger is told what lies among the records and is none
 * @throws ContrailError `corrupt` / `batch-record-unreadable`
 */
export async function newestRecord(
  store: ObjectStore,
  onStranger?: (key: string) => void,
): Promise<BatchRecord | null> {
  const keys: string[] = [];
  for await (const { key } of store.list(FOLDER)) {
    if (NAME.test(key.slice(FOLDER.length))) keys.push(key);
    else onStranger?.(key);
  }
  const newest = keys.pop();
  if (newest === undefined) return null;
  // Former versions kept more of them.
  for (const old of keys.slice(0, -KEPT_RECORDS)) await store.delete(old);
  const number = Number(NAME.exec(newest.slice(FOLDER.length))?.[1]);
  return parseRecord(
    Buffer.from(await store.get(newest)).toString('utf8'),
    number,
    `${newest} in ${store.url}`,
  );
}

/**
 * Makes a record durable. @throws ContrailError `conflict` when a record of that number is there: another pipeline
 * works on this lake.
 */
export async function record(store: ObjectStore, batch: BatchRecord): Promise<void> {
  if ((await store.putIfAbsent(keyOf(batch.batch_id), recordText(batch))) === 'exists') {
    throw new ContrailError(
      'conflict',
      'second-pipeline',
      `Micro-batch ${batch.batch_id} of ${store.url} is already planned: another pipeline works on this lake. Stop one of them.`,
    );
  }
  const old = batch.batch_id - KEPT_RECORDS;
  if (old > 0) await store.delete(keyOf(old));
}

/** A batch that every table holds that has rows of it. */
export interface FinishedBatch {
  readonly batch_id: number;
  readonly tables: NewestBatches;
}

/** Notes, at the end of a run, which batch is finished, so that the next run need not find out by running it again. */
export async function noteFinished(store: ObjectStore, finished: FinishedBatch): Promise<void> {
  await store.put(FINISHED, `${JSON.stringify(finished)}\n`);
}

/** What the last run noted; null when it did not, or when the note is lost: it is a hint. */
export async function notedFinished(store: ObjectStore): Promise<FinishedBatch | null> {
  try {
    return JSON.parse(Buffer.from(await store.get(FINISHED)).toString('utf8')) as FinishedBatch | null;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'object-not-found')) return null;
    throw error;
  }
}

const keyOf = (batchId: number): string => `${FOLDER}${String(batchId).padStart(20, '0')}.json`;
