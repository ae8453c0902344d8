import type { SourceWord } from '../../src/flight/source-word.ts';
import type {
  Message,
  MessageChunk,
  Messages,
  OffsetRange,
  Topic,
  TopicDescription,
  TopicGap,
  TopicIdentity,
} from '../../src/topic/topic.ts';

/** A topic that only collects what is appended, append by append. */
export class ListTopic implements Topic {
  readonly name = 'list';
  readonly partitions = 1;
  readonly appends: (readonly Message[])[] = [];
  /** When set, the next append fails with it. */
  failure: Error | null = null;

  get messages(): readonly Message[] {
    return this.appends.flat();
  }

  async append(messages: Messages): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.appends.push([...messages]);
  }

  async offsets(): Promise<readonly OffsetRange[]> {
    return [{ partition: 0, start: 0n, end: BigInt(this.messages.length) }];
  }

  async *read(): AsyncGenerator<MessageChunk> {
    yield {
      partition: 0,
      offsets: { first: 0n },
      timestamps_ms: this.messages.map((message) => message.timestamp_ms),
      values: this.messages.map((message) => message.value),
    };
  }

  async marks(): Promise<readonly null[]> {
    return [];
  }

  async bytesIn(): Promise<readonly number[]> {
    return [];
  }

  async gaps(): Promise<readonly TopicGap[]> {
    return [];
  }

  async exists(): Promise<boolean> {
    return true;
  }

  async identity(): Promise<TopicIdentity> {
    return { id: this.name, created_at_ms: null };
  }

  async describe(): Promise<TopicDescription> {
    return { simulated: null };
  }

  async declareSimulated(): Promise<void> {}

  readonly said: SourceWord[] = [];

  async say(word: SourceWord): Promise<void> {
    this.said.push(word);
  }

  async words(): Promise<readonly SourceWord[]> {
    return this.said;
  }

  async arrival(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
