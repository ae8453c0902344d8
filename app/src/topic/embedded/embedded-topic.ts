/**
 * The embedded topic, for a single machine: one SQLite file, no service. Why SQLite, and what it costs:
 * docs/decisions/0002.
 *
 * Where the port's promises are kept:
 * - durable: `synchronous = full`, so the commit in {@link EmbeddedTopic.append} returns after the sync (store.ts)
 * - one append becomes visible in one commit, with its offsets and with what retention dropped
 * - offsets: read and advanced inside the write transaction; SQLite lets one process write at a time
 * - order: appends of one topic object are queued and run in order
 * - an acknowledged append is in the file at the path: this is checked after each commit (place.ts)
 * - readers use their own connection and short statements: they neither block the writer nor wait for it
 */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ContrailError } from '../../errors.ts';
import { kindDiffers } from '../../flight/kind.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import { expiredIn, requireRanges } from '../range.ts';
import { closed, partitionsDiffer, readOnly } from '../refusals.ts';
import type {
  Message,
  MessageChunk,
  OffsetRange,
  Stoppable,
  Topic,
  TopicDescription,
  TopicGap,
  TopicIdentity,
} from '../topic.ts';
import { Arrivals } from './arrivals.ts';
import { encodeBatch, toBatches } from './batch.ts';
import type { EncodedBatch } from './batch.ts';
import { damagedStretches } from './damage.ts';
import { checkPlace, type Place, placeOf } from './place.ts';
import { damaged, markBefore, readChunk, readOffsets, textBytesIn } from './read.ts';
import { applyRetention, newestId } from './retention.ts';
import type { Retention } from './retention.ts';
import { fromSqlite, isBusy } from './sqlite-errors.ts';
import {
  openReader,
  openWriter,
  pragma,
  readProperties,
  readWords,
  topicExists,
  topicFile,
} from './store.ts';

export interface EmbeddedTopicOptions {
  /** Folder of the topic's files; created when missing, unless `readOnly`. On a local file system. */
  readonly directory: string;
  readonly name: string;
  /** Fixed when the topic is created; a topic with another number is refused. */
  readonly partitions: number;
  /** Epoch milliseconds, for the time of creation and for retention by age. */
  readonly clock: () => number;
  readonly retention: Retention;
  /** Only reads, and creates nothing. Where no topic exists yet, it reads as empty until another process creates it. */
  readonly readOnly?: boolean;
  /** How long a write waits for other processes' writes before it is `unavailable`. Milliseconds, default 10 000. */
  readonly writeWaitMs?: number;
}

/** The description of an embedded topic; `simulated` is null until it was declared. */
export interface EmbeddedTopicDescription extends TopicDescription {
  /**
   * Epoch ms; `null` for a topic that was opened `readOnly` and does not exist yet. Differs when a topic was replaced.
   */
  readonly created_at_ms: number | null;
}

/** Pause between two tries to get the write lock, on top of SQLite's own short wait. */
const RETRY_PAUSE_MS = 10;

export class EmbeddedTopic implements Topic {
  readonly name: string;
  readonly partitions: number;
  readonly #file: string;
  readonly #options: EmbeddedTopicOptions;
  #writer: DatabaseSync | null = null;
  #reader: DatabaseSync | null = null;
  /** The open file, and the writer's write-ahead log with the latest appends. */
  #place: Place | null = null;
  #log: Place | null = null;
  #isClosed = false;
  /** The last write in the queue; never rejects. */
  #queue: Promise<void> = Promise.resolve();
  readonly #arrivals = new Arrivals();

  private constructor(options: EmbeddedTopicOptions) {
    this.name = options.name;
    this.partitions = options.partitions;
    this.#options = options;
    this.#file = topicFile(options.directory, options.name);
  }

  /**
   * Opens a topic, and creates it if it is missing (unless `readOnly`).
   * @throws ContrailError `invalid`: a name or number of partitions that is not allowed, `topic-partitions-differ` when
   * the topic exists with another number, a file of another program, a folder without permission; `corrupt` when
   * damaged; `unavailable` when other processes keep it locked.
   */
  static async open(options: EmbeddedTopicOptions): Promise<EmbeddedTopic> {
    if (!Number.isInteger(options.partitions) || options.partitions < 1) {
      throw new ContrailError(
        'topic-partitions-invalid',
        `A topic must have 1 or more partitions, not ${options.partitions}.`,
      );
    }
    const topic = new EmbeddedTopic(options);
    try {
      if (options.readOnly !== true) {
        const nowMs = options.clock();
        topic.#writer = await topic.#whileBusy(`Opening ${topic.#label()}`, () =>
          openWriter(topic.#file, { name: options.name, partitions: options.partitions, nowMs }),
        );
        topic.#place = placeOf(topic.#file);
        topic.#log = placeOf(`${topic.#file}-wal`);
      }
      topic.#attach();
      return topic;
    } catch (error) {
      await topic[Symbol.asyncDispose]();
      throw error;
    }
  }

  async exists(): Promise<boolean> {
    return this.#attach() !== null;
  }

  async identity(): Promise<TopicIdentity | null> {
    const reader = this.#attach();
    if (reader === null) return null;
    const { id, created_at_ms } = this.#guard('Reading', () => readProperties(reader));
    return { id, created_at_ms };
  }

  async append(messages: readonly Message[], options: Stoppable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#requireWriter();
    if (messages.length === 0) return;
    // Compression starts at once and on other threads, while earlier appends are still being committed.
    const encoding = Promise.all(toBatches(messages, this.partitions).map(encodeBatch));
    // A failure is handled below, in its turn. Until then it must not count as unhandled.
    encoding.catch(() => undefined);
    await this.#enqueue(async () => {
      const batches = await encoding;
      await this.#write(
        `Appending ${messages.length} messages to ${this.#label()}`,
        (writer) => this.#store(writer, batches),
        options.signal,
      );
    });
    this.#arrivals.wake();
  }

  async say(word: SourceWord, options: Stoppable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#requireWriter();
    await this.#enqueue(() =>
      this.#write(`Describing ${this.#label()}`, (writer) => {
        const replace = writer.prepare('insert or replace into word (source, word) values (?, ?)');
        replace.run(word.source, JSON.stringify(word));
      }),
    );
  }

  async words(): Promise<readonly SourceWord[]> {
    const reader = this.#attach();
    return reader === null ? [] : this.#guard('Reading', () => readWords(reader));
  }

  async arrival(ranges: readonly OffsetRange[], ms: number, { signal }: Stoppable = {}): Promise<void> {
    const look = {
      changes: () => {
        const reader = this.#attach();
        return reader === null ? null : this.#guard('Reading', () => pragma(reader, 'data_version'));
      },
      isBehind: async () =>
        (await this.offsets()).some(({ end }, partition) => end > (ranges[partition]?.end ?? 0n)),
    };
    await this.#arrivals.wait(look, ms, signal);
  }

  async offsets(options: Stoppable = {}): Promise<readonly OffsetRange[]> {
    // SQLite answers at once: without this, a loop that polls for new messages would starve the rest of the process.
    await nextTurn();
    options.signal?.throwIfAborted();
    const reader = this.#attach();
    if (reader !== null) return this.#guard('Reading the offsets of', () => readOffsets(reader));
    return Array.from({ length: this.partitions }, (_, partition) => ({ partition, start: 0n, end: 0n }));
  }

  async *read(
    ranges: readonly OffsetRange[],
    options: Stoppable = {},
  ): AsyncGenerator<MessageChunk, void, void> {
    const kept = await this.offsets(options);
    requireRanges(this.name, ranges, kept);
    for (const range of ranges) {
      let start = range.start;
      while (start < range.end) {
        options.signal?.throwIfAborted();
        const reader = this.#attach();
        if (reader === null) throw internal(`${this.#label()} was closed while it was read.`);
        const rest = { ...range, start };
        const chunk = await this.#nameDamage(rest, () => readChunk(reader, this.name, rest));
        start += BigInt(chunk.values.length);
        yield chunk;
        // A consumer that awaits nothing else must not starve the rest of the process.
        await nextTurn();
      }
    }
  }

  async marks(ranges: readonly OffsetRange[], options: Stoppable = {}): Promise<readonly (string | null)[]> {
    options.signal?.throwIfAborted();
    const reader = this.#attach();
    return ranges.map(({ partition, end }) => (reader === null ? null : markBefore(reader, partition, end)));
  }

  async bytesIn(ranges: readonly OffsetRange[], options: Stoppable = {}): Promise<readonly number[]> {
    await nextTurn();
    options.signal?.throwIfAborted();
    const reader = this.#attach();
    return ranges.map((range) => (reader === null ? 0 : textBytesIn(reader, range)));
  }

  async gaps(ranges: readonly OffsetRange[], options: Stoppable = {}): Promise<readonly TopicGap[]> {
    const kept = await this.offsets(options);
    const gaps: TopicGap[] = [];
    for (const range of ranges) {
      const expired = expiredIn([range], kept);
      gaps.push(...expired);
      const start = expired.at(-1)?.end ?? range.start;
      const reader = this.#attach();
      if (start === range.end || reader === null) continue;
      for (const stretch of damagedStretches(reader, { ...range, start })) {
        if (stretch !== null) gaps.push({ ...stretch, reason: 'damaged' });
        await nextTurn();
        options.signal?.throwIfAborted();
      }
    }
    return gaps;
  }

  /** When the topic was created and whether its positions are simulated, as of now. */
  async describe(): Promise<EmbeddedTopicDescription> {
    const reader = this.#attach();
    if (reader === null) return { created_at_ms: null, simulated: null };
    const { created_at_ms, simulated } = this.#guard('Reading', () => readProperties(reader));
    return { created_at_ms, simulated };
  }

  /**
   * Declares, once and durably, whether the topic's positions are simulated. Declaring the same again does nothing.
   * @throws ContrailError `invalid` / `lake-kind-differs` when it was declared differently before.
   */
  async declareSimulated(simulated: boolean): Promise<void> {
    this.#requireWriter();
    await this.#enqueue(() =>
      this.#write(`Describing ${this.#label()}`, (writer) => {
        const declared = readProperties(writer).simulated;
        if (declared === simulated) return;
        if (declared !== null)
          throw kindDiffers(
            this.#label(),
            declared,
            (came, held) =>
              `Set DATA_DIR to another folder for ${came} positions, or choose a SOURCE with ${held} ones.`,
          );
        writer.prepare('update topic set simulated = ?').run(simulated ? 1 : 0);
      }),
    );
  }

  /** Waits for the appends in progress, then closes the file. Later reads fail with `topic-closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#queue;
    this.#reader?.close();
    // Last, so that the connection that may write moves the write-ahead log into the file.
    this.#writer?.close();
    this.#reader = null;
    this.#writer = null;
  }

  #store(writer: DatabaseSync, batches: readonly EncodedBatch[]): void {
    const afterId = newestId(writer);
    const claim = writer.prepare(
      'update partition set next_offset = next_offset + ?, bytes = bytes + ? where partition = ? returning next_offset',
    );
    claim.setReadBigInts(true);
    const insert = writer.prepare(
      `insert into batch (partition, first_offset, count, timestamp_ms, bytes, text_bytes, encoding, timestamps, payload)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const batch of batches) {
      const bytes = batch.payload.byteLength + (batch.timestamps?.byteLength ?? 0);
      const next = claim.get(batch.count, bytes, batch.partition)?.['next_offset'];
      if (typeof next !== 'bigint') throw internal(`${this.#label()} has no partition ${batch.partition}.`);
      const first = next - BigInt(batch.count);
      insert.run(
        batch.partition,
        first,
        batch.count,
        batch.timestamp_ms,
        bytes,
        batch.text_bytes,
        batch.encoding,
        batch.timestamps,
        batch.payload,
      );
    }
    const appended = { batches: batches.length, afterId };
    applyRetention(writer, this.#options.retention, this.#options.clock(), this.partitions, appended);
  }

  /** Runs `change` in a write transaction: all of it is durable when this resolves, none of it when it rejects. */
  async #write(doing: string, change: (writer: DatabaseSync) => void, signal?: AbortSignal): Promise<void> {
    const writer = this.#requireWriter(true);
    await this.#whileBusy(doing, () => writer.exec('begin immediate'), signal);
    try {
      change(writer);
      // From here the change is durable and visible to every reader.
      writer.exec('commit');
      // The path is checked after the commit, so that acknowledged messages are in the file that the next program
      // opens.
      this.#log ??= placeOf(`${this.#file}-wal`);
      this.#requirePlace();
      this.#requirePlace(`${this.#file}-wal`, this.#log);
    } catch (error) {
      throw fromSqlite(error, doing);
    } finally {
      if (writer.isTransaction) writer.exec('rollback');
    }
  }

  /** Tries again, without blocking this thread, while other processes hold the lock. */
  async #whileBusy<T>(doing: string, action: () => T, signal?: AbortSignal): Promise<T> {
    const tries = Math.max(1, Math.ceil((this.#options.writeWaitMs ?? 10_000) / (2 * RETRY_PAUSE_MS)));
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

  /** Work that starts when all earlier work is done, whether or not that succeeded. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work);
    // The caller gets the failure from `result`; the queue only keeps the order.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** The reading connection, opened when the topic's file is there; null while a `readOnly` topic waits for it. */
  #attach(): DatabaseSync | null {
    if (this.#isClosed) throw closed(this.#label());
    if (this.#reader !== null) {
      this.#requirePlace();
      return this.#reader;
    }
    return this.#guard('Opening', () => {
      if (!existsSync(this.#file) || !topicExists(this.#options.directory, this.name)) return null;
      const reader = openReader(this.#file);
      const { partitions } = readProperties(reader);
      if (partitions !== this.partitions) {
        reader.close();
        throw partitionsDiffer(this.#label(), partitions, this.partitions, 'TOPIC_NAME or DATA_DIR');
      }
      this.#reader = reader;
      this.#place ??= placeOf(this.#file);
      this.#requirePlace();
      return reader;
    });
  }

  /** @throws ContrailError `corrupt` / `topic-gone`, `topic-replaced` */
  #requirePlace(file = this.#file, place = this.#place): void {
    const problem = place === null ? null : checkPlace(file, place, `${file} of topic "${this.name}"`);
    if (problem !== null) throw problem;
  }

  /** Reads; an error for damage says how far the damage reaches. */
  async #nameDamage(range: OffsetRange, read: () => MessageChunk): Promise<MessageChunk> {
    try {
      return this.#guard('Reading', read);
    } catch (error) {
      if (!(error instanceof ContrailError) || error.code !== 'topic-damaged') throw error;
      const gap = (await this.gaps([range])).find(({ reason }) => reason === 'damaged');
      throw gap === undefined ? error : damaged(this.#label(), gap, error);
    }
  }

  #guard<T>(doing: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw fromSqlite(error, `${doing} ${this.#label()}`);
    }
  }

  /** @param isQueued work that was queued before the topic was closed still runs */
  #requireWriter(isQueued = false): DatabaseSync {
    if (this.#isClosed && !isQueued) throw closed(this.#label());
    if (this.#writer !== null) return this.#writer;
    throw readOnly(this.#label());
  }

  #label(): string {
    return `topic "${this.name}" (${this.#file})`;
  }
}

function internal(message: string): ContrailError {
  return new ContrailError('topic-store-failed', `${message} This is a bug; please report it.`);
}
