/**
 * The topic of a cluster: Apache Kafka. Why this client, and what it costs: docs/decisions/0007.
 *
 * Where the port's promises are kept:
 * - durable: acks=all, so an append resolves when all in-sync replicas have it (how many must be in sync is the
 *   topic's `min.insync.replicas`)
 * - once: sequence numbers of an idempotent producer, with retries inside it (producer.ts)
 * - order: appends of one topic object are queued, and one round of batches is sent at a time
 * - the same partition for a key as in the embedded topic: murmur2, chosen here and not by the client
 * - offsets and reads see committed messages only; records that are not messages leave gaps (read.ts)
 * - no consumer group: readers keep their own offsets
 *
 * While brokers do not answer, an append waits for them and says so once. `offsets` and `read` fail with `unavailable`
 * at once: the reader's own loop retries.
 */
import { Consumer, FetchIsolationLevels, type ClusterTopicMetadata } from '@platformatic/kafka';
import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError } from '../../errors.ts';
import { decodeMessage } from '../../flight/decode-message.ts';
import { kindDiffers } from '../../flight/kind.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import { expiredIn, requireRanges } from '../range.ts';
import { closed, readOnly } from '../refusals.ts';
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
import { KafkaArrival } from './arrival.ts';
import { toRounds } from './batch.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import { Fetches } from './fetches.ts';
import { fromKafka, hasAnswer } from './kafka-errors.ts';
import { abortable, Patience, type PatienceListener } from './patience.ts';
import { IdempotentProducer } from './producer.ts';
import { type Fetched, toChunks } from './read.ts';
import { checkTopicId, createTopic, idOf, lookUp, type TopicCreation } from './store.ts';
import { KafkaWords, WORDS_SUFFIX } from './words.ts';

export interface KafkaTopicOptions extends PatienceListener {
  readonly connection: KafkaConnection;
  readonly name: string;
  /** A topic with another number is refused. */
  readonly partitions: number;
  /** How the first append creates the topic if it is missing. */
  readonly creation: Omit<TopicCreation, 'partitions'>;
  /** From 0 to 1: spreads retries, so that not all clients return at the same time. */
  readonly random: () => number;
  /** Only reads, and creates nothing. Where no topic exists yet, it reads as empty until another process creates it. */
  readonly readOnly?: boolean;
  /** Messages after which a new producer id is taken; default: as many as the protocol can count. */
  readonly maxSequence?: number;
}

/** Empty answers in a row, for a range that must have messages, before the read fails as `unavailable`. */
const MAX_EMPTY_FETCHES = 10;
/** How many of the oldest offsets of a partition are read to find out what the topic holds. */
const PEEK_OFFSETS = 100n;
const CLOSE_WAIT_MS = 5_000;
/** Offsets to ask for. Source: Kafka protocol guide, ListOffsets, `timestamp`. */
const LATEST = -1n;
const EARLIEST = -2n;

export class KafkaTopic implements Topic {
  readonly name: string;
  readonly partitions: number;
  readonly #options: KafkaTopicOptions;
  readonly #patience: Patience;
  readonly #producer: IdempotentProducer | null;
  /** Never joins its group: the client has one kind of reader. */
  readonly #reader: Consumer;
  readonly #fetches: Fetches;
  readonly #words: KafkaWords;
  readonly #arrival: KafkaArrival;
  #isCreated = false;
  /** The id of the topic that this handle has first seen; null before that, and if brokers give no id. */
  #id: string | null = null;
  /** Bytes of a message, estimated from the brokers' answers so far; null before the first one. */
  #messageBytes: number | null = null;
  #isClosed = false;
  /** The last append in the queue; never rejects. */
  #appends: Promise<void> = Promise.resolve();

  /** Connects to nothing yet: brokers may start later. */
  constructor(options: KafkaTopicOptions) {
    this.name = options.name;
    this.partitions = options.partitions;
    this.#options = options;
    this.#patience = new Patience(options, options.random);
    this.#producer =
      options.readOnly === true
        ? null
        : new IdempotentProducer(options.connection, this.#patience, options.maxSequence);
    this.#reader = new Consumer({
      ...clientOptions(options.connection),
      groupId: 'contrail',
      retries: 1,
      retryDelay: 200,
    });
    this.#fetches = new Fetches(this.#reader, () => this.#lookUp());
    this.#arrival = new KafkaArrival(options.connection);
    this.#words = new KafkaWords(
      () =>
        new KafkaTopic({
          connection: options.connection,
          creation: options.creation,
          random: options.random,
          readOnly: options.readOnly ?? false,
          name: `${options.name}${WORDS_SUFFIX}`,
          partitions: 1,
        }),
    );
  }

  async exists(): Promise<boolean> {
    this.#requireOpen();
    return this.#guard('Looking for', async () => (await this.#lookUp()) !== null);
  }

  async identity(options: Stoppable = {}): Promise<TopicIdentity | null> {
    this.#requireOpen();
    const topic = await abortable(
      this.#guard('Looking for', () => this.#lookUp()),
      options.signal,
    );
    return topic === null ? null : { id: idOf(topic, this.name), created_at_ms: null };
  }

  async append(messages: Messages, options: Stoppable = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const producer = this.#requireProducer();
    if (messages.length === 0) return;
    const doing = `Appending ${messages.length} messages to ${this.#label()}`;
    const rounds = toRounds(this.name, messages, this.partitions);
    const append = this.#appends.then(async () => {
      await this.#ensureCreated(doing, options.signal);
      for (const round of rounds) {
        options.signal?.throwIfAborted();
        await producer.send(round, doing);
      }
    });
    // The caller gets the failure from `append`; the queue only keeps the order.
    this.#appends = append.catch(() => undefined);
    await abortable(append, options.signal);
  }

  async offsets(options: Stoppable = {}): Promise<readonly OffsetRange[]> {
    options.signal?.throwIfAborted();
    this.#requireOpen();
    return abortable(this.#listOffsets(), options.signal);
  }

  async *read(
    ranges: readonly OffsetRange[],
    options: Stoppable = {},
  ): AsyncGenerator<MessageChunk, void, void> {
    const kept = await this.offsets(options);
    requireRanges(this.name, ranges, kept);
    for (const range of ranges) {
      let start = range.start;
      let empty = 0;
      while (start < range.end) {
        options.signal?.throwIfAborted();
        this.#requireOpen();
        const rest = { ...range, start };
        const fetched = await abortable(this.#fetch(rest), options.signal);
        const { chunks, next } = toChunks(fetched, rest, this.#seen);
        for (const chunk of chunks) {
          options.signal?.throwIfAborted();
          yield chunk;
        }
        empty = next === start ? empty + 1 : 0;
        if (empty === MAX_EMPTY_FETCHES) throw this.#notThereYet(rest);
        start = next;
      }
    }
  }

  /** Kafka has no cheap mark for a message, so these are null. */
  async marks(ranges: readonly OffsetRange[]): Promise<readonly null[]> {
    return ranges.map(() => null);
  }

  /**
   * Brokers do not say it, so it is an estimate: from a look at the beginning of each range if nothing was read yet,
   * and later from the messages that were read.
   */
  async bytesIn(ranges: readonly OffsetRange[], options: Stoppable = {}): Promise<readonly number[]> {
    if (this.#messageBytes === null) {
      for (const range of ranges) {
        if (range.start < range.end)
          toChunks(await abortable(this.#fetch(range), options.signal), range, this.#seen);
      }
    }
    const average = this.#messageBytes ?? 0;
    return ranges.map(({ start, end }) => Number(end - start) * average);
  }

  /** Only expired messages: brokers themselves handle damage, and a record that is not a message is not a gap. */
  async gaps(ranges: readonly OffsetRange[], options: Stoppable = {}): Promise<readonly TopicGap[]> {
    return expiredIn(ranges, await this.offsets(options));
  }

  /** By the oldest well-formed message: Kafka stores no properties of ours with a topic. */
  async describe(options: Stoppable = {}): Promise<TopicDescription> {
    return this.#whileAway(`Looking at ${this.#label()}`, () => this.#peek(options.signal), options.signal);
  }

  async declareSimulated(simulated: boolean, options: Stoppable = {}): Promise<void> {
    this.#requireProducer();
    const held = (await this.describe(options)).simulated;
    if (held === null || held === simulated) return;
    throw kindDiffers(
      this.#label(),
      held,
      (came, same) => `Set another TOPIC_NAME for ${came} positions, or choose a SOURCE with ${same} ones.`,
    );
  }

  async say(word: SourceWord, options: Stoppable = {}): Promise<void> {
    this.#requireProducer();
    await this.#words.say(word, options);
  }

  async words(options: Stoppable = {}): Promise<readonly SourceWord[]> {
    this.#requireOpen();
    return this.#words.words(options);
  }

  async arrival(ranges: readonly OffsetRange[], ms: number, { signal }: Stoppable = {}): Promise<void> {
    const until = performance.now() + ms;
    try {
      const topic = await abortable(
        this.#guard('Looking for', () => this.#lookUp()),
        signal,
      );
      if (topic !== null) return await this.#arrival.wait(topic, ranges, ms, signal);
    } catch {
      // The next look at the offsets says what is wrong.
    }
    await wait(Math.max(0, until - performance.now()), undefined, { signal }).catch(() => undefined);
  }

  /** Waits at most 5 s for the appends in progress, then gives them up. Later reads fail with `topic-closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await abortable(this.#appends, AbortSignal.timeout(CLOSE_WAIT_MS)).catch(() => undefined);
    await this.#producer?.close();
    const beside = Promise.all([this.#words.close(), this.#arrival.close()]);
    await abortable(beside, AbortSignal.timeout(CLOSE_WAIT_MS)).catch(() => undefined);
    await abortable(this.#reader.close(true), AbortSignal.timeout(CLOSE_WAIT_MS / 5)).catch(() => undefined);
  }

  async #listOffsets(): Promise<readonly OffsetRange[]> {
    const numbers = Array.from({ length: this.partitions }, (_, partition) => partition);
    return this.#guard('Reading the offsets of', async () => {
      if ((await this.#lookUp()) === null)
        return numbers.map((partition) => ({ partition, start: 0n, end: 0n }));
      const ask = (timestamp: bigint) =>
        this.#reader.listOffsets({
          topics: [this.name],
          timestamp,
          isolationLevel: FetchIsolationLevels.READ_COMMITTED,
        });
      // The start first: it may move on at any time, and must not be after the end.
      const starts = (await ask(EARLIEST)).get(this.name);
      const ends = (await ask(LATEST)).get(this.name);
      return numbers.map((partition) => {
        const start = starts?.[partition] ?? 0n;
        const end = ends?.[partition] ?? start;
        return { partition, start, end: end < start ? start : end };
      });
    });
  }

  readonly #seen = (messages: number, bytes: number): void => {
    // A larger size counts at once; its effect fades with each answer.
    if (messages > 0) this.#messageBytes = Math.max(bytes / messages, 0.9 * (this.#messageBytes ?? 0));
  };

  #fetch(range: OffsetRange): Promise<Fetched> {
    return this.#guard('Reading', () => this.#fetches.from(range));
  }

  async #peek(signal: AbortSignal | undefined): Promise<TopicDescription> {
    const options = { signal };
    for (const { partition, start, end } of await this.offsets(options)) {
      const to = start + PEEK_OFFSETS < end ? start + PEEK_OFFSETS : end;
      for await (const { values } of this.read([{ partition, start, end: to }], options)) {
        const first = values.map(decodeMessage).find(({ fields }) => fields !== null);
        if (first !== undefined) return { simulated: first.fields?.feed === 'simulator' };
      }
    }
    return { simulated: null };
  }

  /** Creates the topic if it is missing, and checks that it is the same as before. */
  async #ensureCreated(doing: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isCreated) {
      // The metadata may be a few seconds old, so a replaced topic is noticed within seconds.
      await this.#patience.retry(doing, () => this.#lookUp(), signal);
      return;
    }
    await this.#patience.retry(
      doing,
      async () => {
        if ((await this.#lookUp()) !== null) return;
        const { creation, connection } = this.#options;
        await createTopic(connection, this.name, { ...creation, partitions: this.partitions });
        this.#reader.clearMetadata();
        if ((await this.#lookUp()) !== null) return;
        throw new ContrailError('topic-missing', `${this.#label()} is being created.`);
      },
      signal,
    );
    this.#isCreated = true;
  }

  /**
   * @throws ContrailError `corrupt` / `topic-replaced`, `unavailable` / `topic-away` when it is not the same topic as
   * before
   */
  async #lookUp(): Promise<ClusterTopicMetadata | null> {
    const topic = await lookUp(this.#reader, this.name, this.partitions, this.#label());
    const id = topic === null ? null : idOf(topic, this.name);
    const problem = this.#id === null ? null : checkTopicId(this.#id, id, this.#label());
    if (problem !== null) throw problem;
    this.#id ??= id;
    return topic;
  }

  /** A handle that writes waits for Kafka; one that only reads throws. */
  #whileAway<T>(doing: string, work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#producer === null ? work() : this.#patience.retry(doing, work, signal);
  }

  async #guard<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (this.#isClosed) throw closed(this.#label());
      if (hasAnswer(error, 'OFFSET_OUT_OF_RANGE')) {
        throw new ContrailError(
          'topic-range-moved',
          `${this.#label()} deleted messages while they were read.`,
          { cause: error },
        );
      }
      throw fromKafka(error, `${doing} ${this.#label()}`);
    }
  }

  #notThereYet(range: OffsetRange): ContrailError {
    return new ContrailError(
      'topic-range-missing',
      `${this.#label()} gives no messages of partition ${range.partition} from offset ${range.start} on, although it reported the end ${range.end} or later.`,
    );
  }

  #requireProducer(): IdempotentProducer {
    this.#requireOpen();
    if (this.#producer !== null) return this.#producer;
    throw readOnly(this.#label());
  }

  #requireOpen(): void {
    if (this.#isClosed) throw closed(this.#label());
  }

  #label(): string {
    return `topic "${this.name}" (Kafka at ${this.#options.connection.bootstrap.join(',')})`;
  }
}
