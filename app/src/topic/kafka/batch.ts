import type { MessageToProduce } from '@platformatic/kafka';
import { partitionOf } from '../murmur2.ts';
import { requireTimestamp } from '../refusals.ts';
import type { Message } from '../topic.ts';

/**
 * The most bytes of messages of one partition in one record batch, unless a single message is larger. Brokers take
 * batches of 1,048,588 bytes after compression (`max.message.bytes`), so one that fits uncompressed always does. A
 * record batch becomes visible whole or not at all.
 */
export const MAX_BATCH_BYTES = 900_000;
/** The most bytes in one round over all partitions, so that memory is bounded however many partitions there are. */
export const MAX_ROUND_BYTES = 8 * 1024 * 1024;
/** The most bytes that a record takes beyond key and value. Source: Kafka protocol guide, "Record". */
const RECORD_OVERHEAD = 21 + 10;

/** Record batches that are sent together, at most one per partition. */
export type Round = readonly MessageToProduce[][];

/**
 * Cuts messages into rounds, keeping their order within each partition.
 * @throws ContrailError `invalid` when a timestamp is not a whole number of milliseconds.
 */
export function toRounds(topic: string, messages: Iterable<Message>, partitions: number): Round[] {
  const rounds: Round[] = [];
  let open = new Map<number, OpenBatch>();
  let total = 0;
  const seal = (): void => {
    rounds.push(Array.from(open.values(), (batch) => batch.messages));
    open = new Map();
    total = 0;
  };
  for (const message of messages) {
    const partition = partitionOf(message, partitions);
    const encoded = encode(topic, partition, message);
    const bytes = encoded.value.byteLength + (encoded.key?.byteLength ?? 0) + RECORD_OVERHEAD;
    const before = open.get(partition);
    if (before !== undefined && before.bytes + bytes > MAX_BATCH_BYTES) seal();
    else if (total > 0 && total + bytes > MAX_ROUND_BYTES) seal();
    const batch = open.get(partition) ?? { messages: [], bytes: 0 };
    open.set(partition, batch);
    batch.messages.push(encoded);
    batch.bytes += bytes;
    total += bytes;
  }
  if (open.size > 0) seal();
  return rounds;
}

interface OpenBatch {
  readonly messages: MessageToProduce[];
  bytes: number;
}

function encode(topic: string, partition: number, { key, value, timestamp_ms }: Message) {
  requireTimestamp(timestamp_ms);
  return {
    topic,
    partition,
    ...(key === null ? {} : { key: Buffer.from(key, 'utf8') }),
    value: typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value),
    timestamp: BigInt(timestamp_ms),
  };
}
