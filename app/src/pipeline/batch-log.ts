import type { ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';

const FOLDER = '_contrail/batches/';
/** Records kept for people who look back; recovery needs the newest alone. */
const KEPT_RECORDS = 1000;

/** The plan of one micro-batch, durable before anything of it runs: replaying it reads the same messages. */
export interface BatchRecord {
  readonly batch_id: number;
  readonly topic: string;
  readonly recorded_at_ms: number;
  readonly ranges: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[];
}

/** The newest record, or null in a fresh lake. @throws ContrailError `corrupt` when it cannot be read. */
export async function newestRecord(store: ObjectStore): Promise<BatchRecord | null> {
  let newest: string | null = null;
  for await (const { key } of store.list(FOLDER)) if (key.endsWith('.json')) newest = key;
  if (newest === null) return null;
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

const keyOf = (batchId: number): string => `${FOLDER}${String(batchId).padStart(20, '0')}.json`;
