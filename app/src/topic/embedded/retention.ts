import type { DatabaseSync } from 'node:sqlite';
import { pragma } from './store.ts';

/** How much a topic keeps. The limit that is reached first drops the oldest stored batches. */
export interface Retention {
  /** Batches whose newest message is older than this are dropped. Milliseconds. */
  readonly maxAgeMs: number;
  /** Stored (compressed) bytes of all batches together. */
  readonly maxBytes: number;
}

/** The newest `id` in use; 0 when no batch is stored. */
export function newestId(connection: DatabaseSync): number {
  const row = connection.prepare('select max(id) as id from batch').get() as { readonly id: number | null };
  return row.id ?? 0;
}

/** Batches that one append may drop, however few batches it adds. */
const MIN_DROPS = 16;
/** Batches that it may drop for each batch that it adds, so that retention keeps up with any writer. */
const DROPS_PER_BATCH = 4;
/** Free pages that stay in the file for the next appends; the others are returned to the file system. */
const SPARE_PAGES = 512;
/** Pages that one append returns. */
const MAX_PAGES_RETURNED = 1024;

interface Candidate {
  readonly id: number;
  readonly partition: number;
  readonly timestamp_ms: number;
  readonly bytes: number;
  readonly is_newest: number;
}

/**
 * Drops whole stored batches that are past a limit, in the order in which they were appended, and returns freed disk
 * space. Runs inside the caller's write transaction, so readers see it together with the append. The batches of the
 * same transaction stay, whatever their timestamps, and so does the newest batch of each partition. The work is bounded
 * by the number of batches appended.
 * @param appended how many batches the transaction stored, and the newest `id` before them (0 when there was none)
 * @returns the number of batches dropped
 */
export function applyRetention(
  connection: DatabaseSync,
  retention: Retention,
  nowMs: number,
  partitions: number,
  appended: { readonly batches: number; readonly afterId: number },
): number {
  const limit = Math.max(MIN_DROPS, DROPS_PER_BATCH * appended.batches);
  const total = connection.prepare('select sum(bytes) as bytes from partition').get() as {
    readonly bytes: number;
  };
  let excess = total.bytes - retention.maxBytes;
  const oldest = connection
    .prepare(
      `select batch.id, batch.partition, batch.timestamp_ms, batch.bytes,
              batch.first_offset + batch.count = partition.next_offset as is_newest
       from batch join partition using (partition)
       where batch.id <= ?
       order by batch.id
       limit ?`,
    )
    // The newest batches of quiet partitions may be the oldest of all: look past them.
    .all(appended.afterId, limit + partitions) as unknown as readonly Candidate[];
  const drop = connection.prepare('delete from batch where id = ?');
  const account = connection.prepare('update partition set bytes = bytes - ? where partition = ?');
  let dropped = 0;
  for (const batch of oldest) {
    if (batch.is_newest === 1) continue;
    const isTooOld = nowMs - batch.timestamp_ms > retention.maxAgeMs;
    if ((!isTooOld && excess <= 0) || dropped === limit) break;
    drop.run(batch.id);
    account.run(batch.bytes, batch.partition);
    excess -= batch.bytes;
    dropped++;
  }
  returnSpace(connection);
  return dropped;
}

/**
 * Returns free pages to the file system. Later appends fill free pages first, so only a surplus is worth moving: more
 * than the spare pages and a quarter of the file.
 */
function returnSpace(connection: DatabaseSync): void {
  const free = pragma(connection, 'freelist_count');
  const surplus = free - Math.max(SPARE_PAGES, Math.floor(pragma(connection, 'page_count') / 4));
  // `exec`, because the pragma returns one page per step.
  if (surplus > 0) connection.exec(`pragma incremental_vacuum(${Math.min(surplus, MAX_PAGES_RETURNED)})`);
}
