import type { MessageChunk, OffsetRange, Topic } from '../../src/topic/topic.ts';

/** A message as a reader sees it. */
export interface Received {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp_ms: number;
  /** As text; tests that want bytes ask the topic itself. */
  readonly value: string;
}

/** The messages of a chunk, one by one. */
export function messagesOf(chunk: MessageChunk): Received[] {
  const { partition, offsets, timestamps_ms, values } = chunk;
  return values.map((value, i) => ({
    partition,
    offset: 'first' in offsets ? offsets.first + BigInt(i) : present(offsets[i]),
    timestamp_ms: typeof timestamps_ms === 'number' ? timestamps_ms : present(timestamps_ms[i]),
    value: typeof value === 'string' ? value : Buffer.from(value).toString('utf8'),
  }));
}

/** Reads ranges to their end; all that the topic holds when none are given. */
export async function collect(topic: Topic, ranges?: readonly OffsetRange[]): Promise<Received[]> {
  const received: Received[] = [];
  for await (const chunk of topic.read(ranges ?? (await topic.offsets())))
    received.push(...messagesOf(chunk));
  return received;
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a list is shorter than it should be');
  return value;
}
