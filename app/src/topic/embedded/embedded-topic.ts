/**
 * The embedded topic, for a single machine: one SQLite file, no service. Why SQLite, and what it costs:
 * docs/decisions/0002.
 *
 * Where the port's promises are kept:
 * - durable: `synchronous = full`, so the commit in {@link EmbeddedTopic.append} returns after the sync (store.ts)
 * - one append becomes visible in one commit, with its offsets and with what retention dropped
 * - offsets: read and advanced inside the write transaction; SQLite lets one process write at a time
 * - order: appends of one topic object are queued and run in order (writer.ts)
 * - an acknowledged append is in the file at the path: this is checked after each commit (writer.ts, place.ts)
 * - readers use their own connection and short statements: they neither block the writer nor wait for it
 */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ContrailError } from '../../errors.ts';
import { kindDiffers } from '../../flight/kind.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import { expiredIn, requireRanges } from '../range.ts';
import { closed, partitionsDiffer, readOnly } from '../refusals.ts';
import type {
  MessageChunk,
  Messages,
  OffsetRange,
  Stoppable,
  Topic,
  TopicDescription,
  TopicGap,
  TopicIdentity,
} from '../topic.ts';
import { Arrivals } from './arrivals.ts';
import { encodeBatches, toBatches } from './batch.ts';
import { damagedStretches } from './damage.ts';
import { type Place, placeOf, requirePlace } from './place.ts';
import { damaged, markBefore, readChunk, readOffsets, textBytesIn } from './read.ts';
import { applyRetention, newestId } from './retention.ts';
import type { Retention } from './retention.ts';
import { fromSqlite } from './sqlite-errors.ts';
import { openReader, pragma, readProperties, readWords, topicExists, topicFile } from './store.ts';
import { insertBatches, TopicWriter } from './writer.ts';

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

export class EmbeddedTopic implements Topic {
  readonly name: string;
  readonly partitions: number;
  readonly #file: string;
  readonly #options: EmbeddedTopicOptions;
  #writer: TopicWriter | null = null;
  #reader: DatabaseSync | null = null;
  /** The open file. */
  #place: Place | null = null;
  #isClosed = false;
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
        const { name, partitions, writeWaitMs: waitMs = 10_000 } = options;
        topic.#writer = await TopicWriter.open({
          file: topic.#file,
          name,
          partitions,
          nowMs: options.clock(),
          label: topic.#label(),
          waitMs,
        });
        topic.#place = topic.#writer.place;
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

  async append(messages: Messages, options: Stoppable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const writer = this.#requireWriter();
    if (messages.length === 0) return;
    // Compression starts at once and on another thread, while earlier appends are still being committed.
    const encoding = encodeBatches(toBatches(messages, this.partitions));
    const { retention, clock } = this.#options;
    const change = encoding.then((batches) => (connection: DatabaseSync) => {
      const appended = { batches: batches.length, afterId: newestId(connection) };
      insertBatches(connection, batches, this.#label());
      applyRetention(connection, retention, clock(), this.partitions, appended);
    });
    // A failure is handled by the write, in its turn. Until then it must not count as unhandled.
    change.catch(() => undefined);
    await writer.write(`Appending ${messages.length} messages to ${this.#label()}`, change, options.signal);
    this.#arrivals.wake();
  }

  async say(word: SourceWord, options: Stoppable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    await this.#requireWriter().write(`Describing ${this.#label()}`, (connection) => {
      const replace = connection.prepare('insert or replace into word (source, word) values (?, ?)');
      replace.run(word.source, JSON.stringify(word));
    });
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
        if (reader === null)
          throw new ContrailError(
            'topic-store-failed',
            `${this.#label()} was closed while it was read. This is a bug; please report it.`,
          );
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
    await this.#requireWriter().write(`Describing ${this.#label()}`, (connection) => {
      const declared = readProperties(connection).simulated;
      if (declared === simulated) return;
      if (declared !== null)
        throw kindDiffers(
          this.#label(),
          declared,
          (came, held) =>
            `Set DATA_DIR to another folder for ${came} positions, or choose a SOURCE with ${held} ones.`,
        );
      connection.prepare('update topic set simulated = ?').run(simulated ? 1 : 0);
    });
  }

  /** Waits for the appends in progress, then closes the file. Later reads fail with `topic-closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader?.close();
    this.#reader = null;
    // Last, so that the connection that may write moves the write-ahead log into the file.
    await this.#writer?.close();
  }

  /** The reading connection, opened when the topic's file is there; null while a `readOnly` topic waits for it. */
  #attach(): DatabaseSync | null {
    if (this.#isClosed) throw closed(this.#label());
    if (this.#reader !== null) {
      requirePlace(this.#file, this.#place, this.name);
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
      requirePlace(this.#file, this.#place, this.name);
      return reader;
    });
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

  #requireWriter(): TopicWriter {
    if (this.#isClosed) throw closed(this.#label());
    if (this.#writer !== null) return this.#writer;
    throw readOnly(this.#label());
  }

  #label(): string {
    return `topic "${this.name}" (${this.#file})`;
  }
}
