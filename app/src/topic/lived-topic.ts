import { LIFE, ownPartition } from '../flight/topic-life.ts';
import type { SourceWord } from '../flight/source-word.ts';
import type {
  MessageChunk,
  Messages,
  OffsetRange,
  Stoppable,
  Topic,
  TopicDescription,
  TopicGap,
  TopicIdentity,
} from './topic.ts';

/**
 * A topic in one of its lives: its partitions have the numbers that the tables give them. All that a pipeline plans,
 * records and reads goes through it, so nothing else has to know of lives. The caller owns the topic.
 */
export class LivedTopic implements Topic {
  /** Which life it is; 0 for the first. */
  life = 0;
  readonly #topic: Topic;

  constructor(topic: Topic) {
    this.#topic = topic;
  }

  get name(): string {
    return this.#topic.name;
  }

  get partitions(): number {
    return this.#topic.partitions;
  }

  async offsets(options?: Stoppable): Promise<readonly OffsetRange[]> {
    return this.#numbered(await this.#topic.offsets(options));
  }

  read(ranges: readonly OffsetRange[], options?: Stoppable): AsyncIterable<MessageChunk> {
    const chunks = this.#topic.read(own(ranges), options);
    return this.life === 0 ? chunks : this.#inLife(chunks);
  }

  async marks(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly (string | null)[]> {
    return this.#topic.marks(own(ranges), options);
  }

  async bytesIn(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly number[]> {
    return this.#topic.bytesIn(own(ranges), options);
  }

  async gaps(ranges: readonly OffsetRange[], options?: Stoppable): Promise<readonly TopicGap[]> {
    return this.#numbered(await this.#topic.gaps(own(ranges), options));
  }

  async arrival(ranges: readonly OffsetRange[], ms: number, options?: Stoppable): Promise<void> {
    await this.#topic.arrival(own(ranges), ms, options);
  }

  append(messages: Messages, options?: Stoppable): Promise<void> {
    return this.#topic.append(messages, options);
  }

  exists(): Promise<boolean> {
    return this.#topic.exists();
  }

  identity(options?: Stoppable): Promise<TopicIdentity | null> {
    return this.#topic.identity(options);
  }

  describe(options?: Stoppable): Promise<TopicDescription> {
    return this.#topic.describe(options);
  }

  declareSimulated(simulated: boolean, options?: Stoppable): Promise<void> {
    return this.#topic.declareSimulated(simulated, options);
  }

  say(word: SourceWord, options?: Stoppable): Promise<void> {
    return this.#topic.say(word, options);
  }

  words(options?: Stoppable): Promise<readonly SourceWord[]> {
    return this.#topic.words(options);
  }

  /** The topic stays open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #numbered<R extends OffsetRange>(ranges: readonly R[]): readonly R[] {
    return this.life === 0
      ? ranges
      : ranges.map((range) => ({ ...range, partition: range.partition + this.life * LIFE }));
  }

  async *#inLife(chunks: AsyncIterable<MessageChunk>): AsyncGenerator<MessageChunk, void, void> {
    for await (const chunk of chunks) yield { ...chunk, partition: chunk.partition + this.life * LIFE };
  }
}

const own = (ranges: readonly OffsetRange[]): readonly OffsetRange[] =>
  ranges.map((range) => ({ ...range, partition: ownPartition(range.partition) }));
