import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContrailError } from '../../errors.ts';
import type { EncodedBatch } from './batch.ts';
import { type Place, placeOf, requirePlace } from './place.ts';
import { fromSqlite, isBusy } from './sqlite-errors.ts';
import { openWriter } from './store.ts';

export interface WriterOptions {
  readonly file: string;
  readonly name: string;
  readonly partitions: number;
  readonly nowMs: number;
  /** Names the topic and its file in messages. */
  readonly label: string;
  /** How long a write waits for other processes' writes before it is `unavailable`. */
  readonly waitMs: number;
}

/** What a write changes; it runs inside the transaction. */
export type Change = (connection: DatabaseSync) => void;

/** Pause between two tries to get the write lock, on top of SQLite's own short wait. */
const RETRY_PAUSE_MS = 10;

/** The connection that writes: one transaction after another, each in the file at the path when its promise resolves. */
export class TopicWriter {
  /** The file as it was opened. */
  readonly place: Place | null;
  readonly #connection: DatabaseSync;
  readonly #options: WriterOptions;
  /** The write-ahead log with the latest writes. */
  #log: Place | null;
  /** The last write in the queue; never rejects. */
  #queue: Promise<void> = Promise.resolve();

  private constructor(connection: DatabaseSync, options: WriterOptions) {
    this.#connection = connection;
    this.#options = options;
    this.place = placeOf(options.file);
    this.#log = placeOf(`${options.file}-wal`);
  }

  /**
   * Opens a topic's file for writing, and creates it where it is missing.
   * @throws ContrailError as {@link openWriter}; `unavailable` when other processes keep it locked
   */
  static async open(options: WriterOptions): Promise<TopicWriter> {
    const { file, label, waitMs } = options;
    const connection = await whileBusy(`Opening ${label}`, waitMs, () => openWriter(file, options));
    return new TopicWriter(connection, options);
  }

  /**
   * Starts when all earlier writes are done, whether or not they succeeded. All of the change is durable when this
   * resolves, none of it when it rejects. A change that is given as a promise is awaited in its turn.
   */
  write(doing: string, change: Change | Promise<Change>, signal?: AbortSignal): Promise<void> {
    const result = this.#queue.then(async () => this.#transact(doing, await change, signal));
    // The caller gets the failure from `result`; the queue only keeps the order.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Waits for the writes in the queue, then closes the file. */
  async close(): Promise<void> {
    await this.#queue;
    this.#connection.close();
  }

  async #transact(doing: string, change: Change, signal: AbortSignal | undefined): Promise<void> {
    const connection = this.#connection;
    const { file, name, waitMs } = this.#options;
    await whileBusy(doing, waitMs, () => connection.exec('begin immediate'), signal);
    try {
      change(connection);
      // From here the change is durable and visible to every reader.
      connection.exec('commit');
      // The path is checked after the commit, so that acknowledged messages are in the file that the next program
      // opens.
      const log = `${file}-wal`;
      this.#log ??= placeOf(log);
      requirePlace(file, this.place, name);
      requirePlace(log, this.#log, name);
    } catch (error) {
      throw fromSqlite(error, doing);
    } finally {
      if (connection.isTransaction) connection.exec('rollback');
    }
  }
}

/** Tries again, without blocking this thread, while other processes hold the lock. */
async function whileBusy<T>(
  doing: string,
  waitMs: number,
  action: () => T,
  signal?: AbortSignal,
): Promise<T> {
  const tries = Math.max(1, Math.ceil(waitMs / (2 * RETRY_PAUSE_MS)));
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || attempt === tries) throw fromSqlite(error, doing);
    }
    await sleep(RETRY_PAUSE_MS);
  }
}

/** Gives batches the next offsets of their partitions and stores them. */
export function insertBatches(
  connection: DatabaseSync,
  batches: readonly EncodedBatch[],
  label: string,
): void {
  const claim = connection.prepare(
    'update partition set next_offset = next_offset + ?, bytes = bytes + ? where partition = ? returning next_offset',
  );
  claim.setReadBigInts(true);
  const insert = connection.prepare(
    `insert into batch (partition, first_offset, count, timestamp_ms, bytes, text_bytes, encoding, timestamps, payload)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const batch of batches) {
    const bytes = batch.payload.byteLength + (batch.timestamps?.byteLength ?? 0);
    const next = claim.get(batch.count, bytes, batch.partition)?.['next_offset'];
    if (typeof next !== 'bigint')
      throw new ContrailError(
        'topic-store-failed',
        `${label} has no partition ${batch.partition}. This is a bug; please report it.`,
      );
    insert.run(
      batch.partition,
      next - BigInt(batch.count),
      batch.count,
      batch.timestamp_ms,
      bytes,
      batch.text_bytes,
      batch.encoding,
      batch.timestamps,
      batch.payload,
    );
  }
}
