import type { MessageValue } from '../flight/decode-message.ts';
import type { SourceWord } from '../flight/source-word.ts';

/** How a call is aborted. */
export interface Stoppable {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The topic port: a partitioned, ordered, durable log of messages. Two adapters: `embedded/` (SQLite, no
 * service) and, on a cluster, Kafka. The contract suite `app/test/topic/contract.ts` runs against each.
 *
 * Promises every adapter keeps:
 * - A partition is a sequence of messages with offsets that rise by at least 1; an offset never changes its message.
 * - Messages of one key go to one partition, in the order in which they were appended.
 * - When `append` resolves, the messages survive kill -9 and power loss.
 * - Any number of processes may read while one or more append.
 * - Consumers keep their own offsets: the topic knows nothing of them.
 */
export interface Topic extends AsyncDisposable {
  readonly name: string;
  /** Number of partitions, fixed when the topic was created. */
  readonly partitions: number;

  /**
   * Appends messages, in order, and resolves when they are durable.
   * @throws ContrailError `unavailable` when the store cannot take them now (nothing was appended, or the
   * adapter cannot tell: appending again may then double messages, which Silver's key makes harmless).
   */
  append(messages: Messages, options?: Stoppable): Promise<void>;

  /**
   * Per partition, the first offset still kept and the offset after the last message. `start === end` when the
   * partition holds nothing. The pipeline asks before each micro-batch.
   */
  offsets(options?: Stoppable): Promise<readonly OffsetRange[]>;

  /**
   * The messages of exact ranges, partition by partition and in offset order, in chunks as they are stored.
   * @throws ContrailError `corrupt` / `topic-offsets-expired` when retention has dropped part of a range,
   * `topic-damaged` at messages that cannot be read. The messages before them are yielded first.
   */
  read(ranges: readonly OffsetRange[], options?: Stoppable): AsyncIterable<MessageChunk>;

  /**
   * For each range a mark that identifies the message before its end. Another message may take that offset when an
   * older copy of the topic is put back and filled again. Null if that message is not kept, or the store has no marks.
   */
  marks(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly (string | null)[]>;

  /**
   * About how many bytes of text the messages of each range have, for planning a batch. Best effort.
   * @throws ContrailError `unavailable`
   */
  bytesIn(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly number[]>;

  /**
   * The stretches of these ranges that cannot be read, in the order of the ranges. Reads the ranges if there is no
   * other way to know.
   */
  gaps(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly TopicGap[]>;

  /** Whether the topic exists. A writer creates it when it opens it, or at its first append. */
  exists(): Promise<boolean>;

  /**
   * Which topic of this name it is; null while it does not exist. A handle serves only the first topic that it has
   * seen: once that was deleted or replaced, every call is refused.
   * @throws ContrailError `corrupt` / `topic-replaced`, `topic-gone`; `unavailable` / `topic-away` if it may come back
   */
  identity(options?: Stoppable): Promise<TopicIdentity | null>;

  /** What the topic holds, as of now. */
  describe(options?: Stoppable): Promise<TopicDescription>;

  /**
   * Declares, before the first append, whether the coming positions are simulated. Declaring the same again does
   * nothing.
   * @throws ContrailError `invalid` / `lake-kind-differs` when the topic holds positions of the other kind.
   */
  declareSimulated(simulated: boolean, options?: Stoppable): Promise<void>;

  /**
   * Keeps what a source says of itself, in place of what it said before. It is information: a caller goes on without it.
   * @throws ContrailError `unavailable`, and as `append`
   */
  say(word: SourceWord, options?: Stoppable): Promise<void>;

  /** The newest word of each source, in the order of their names; empty where producers say nothing. Best effort. */
  words(options?: Stoppable): Promise<readonly SourceWord[]>;

  /**
   * Resolves when there may be messages behind these offsets, and after `ms` at the latest; at once when the signal fires. It
   * promises no more than a look at {@link offsets}: what keeps it from knowing makes it wait.
   * @param ranges as `offsets` answered them
   */
  arrival(ranges: readonly OffsetRange[], ms: number, options?: Stoppable): Promise<void>;
}

/** What distinguishes a topic from another one of the same name. Offsets have no meaning without it. */
export interface TopicIdentity {
  /** Given at creation, and never to another topic. Null if the store gives no ids. */
  readonly id: string | null;
  /** Epoch ms; null if the store does not say. */
  readonly created_at_ms: number | null;
}

/** The description of a topic. */
export interface TopicDescription {
  /** Whether its positions are simulated; `null` while that is unknown. */
  readonly simulated: boolean | null;
}

/** A message to append. Without a key the value determines the partition. */
export interface Message {
  /** For state vectors the lower-case icao24: one aircraft stays in one partition, in order. */
  readonly key: string | null;
  /** UTF-8 text, for state vectors one JSON object; or bytes, for what is not UTF-8. */
  readonly value: MessageValue;
  /** Time of receipt, epoch milliseconds UTC. */
  readonly timestamp_ms: number;
}

/** Messages to append, in order: a list, or packed ones (`packed-messages.ts`). They may be gone through several times. */
export interface Messages extends Iterable<Message> {
  readonly length: number;
}

/** Half-open range `[start, end)` of one partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** Messages that a topic no longer gives: dropped by its retention, or damaged. */
export interface TopicGap extends OffsetRange {
  readonly reason: 'expired' | 'damaged';
}

/**
 * Neighbouring messages of one partition. The three lists have the same length. A value is text if its bytes are valid
 * UTF-8, else the bytes.
 */
export interface MessageChunk {
  readonly partition: number;
  readonly offsets: readonly bigint[] | { readonly first: bigint };
  readonly timestamps_ms: readonly number[] | number;
  readonly values: readonly MessageValue[];
}
