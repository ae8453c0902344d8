import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';

const FOLDER = '_contrail/batches/';
const RECORD = /^_contrail\/batches\/(\d{20})\.json$/;
const FINISHED = '_contrail/finished.json';
/** Records kept for people who look back; recovery needs the newest alone. */
const KEPT_RECORDS = 100;

/** The plan of one micro-batch, durable before anything of it runs: replaying it reads the same messages. */
export interface BatchRecord {
  readonly batch_id: number;
  readonly topic: string;
  readonly recorded_at_ms: number;
  readonly ranges: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[];
  /**
   * The newest batch that each table held when this one was planned; a table that is not named held none. A table gets no
   * commit of a batch that has no row for it. Absent in records of former versions, where each table held the batch before.
   */
  readonly tables?: NewestBatches;
}

/** The newest batch that each table holds, by the table's name. */
export type NewestBatches = Readonly<Record<string, number>>;

/** The newest record, or null in a fresh lake. @throws ContrailError `corrupt` when it cannot be read. */
export async function newestRecord(store: ObjectStore): Promise<BatchRecord | null> {
  const keys: string[] = [];
  for await (const { key } of store.list(FOLDER)) if (RECORD.test(key)) keys.push(key);
  const newest = keys.pop();
  if (newest === undefined) return null;
  // Former versions kept more of them.
  for (const old of keys.slice(0, -KEPT_RECORDS)) await store.delete(old);
  const text = Buffer.from(await store.get(newest)).toString('utf8');
  try {
    return JSON.parse(text, (key, value: unknown) =>
      key === 'start' || key === 'end' ? BigInt(String(value)) : value,
    ) as BatchRecord;
  } catch (cause) {
    throw new ContrailError(
      'corrupt',
      'batch-record-unreadable',
      `The batch record ${newest} in ${store.url} is not JSON.`,
      { cause },
    );
  }
}

/**
 * Makes a record durable. @throws ContrailError `conflict` when a record of that number is there: another pipeline
 * works on this lake.
 */
export async function record(store: ObjectStore, batch: BatchRecord): Promise<void> {
  const text = JSON.stringify(batch, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  if ((await store.putIfAbsent(keyOf(batch.batch_id), `${text}\n`)) === 'exists') {
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
