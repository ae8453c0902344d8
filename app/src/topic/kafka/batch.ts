import { partitionOf } from '../murmur2.ts';
import type { Message } from '../topic.ts';
import { PendingRecords, type RecordBatch } from './record-batch.ts';

/**
 * The most bytes of messages of one partition in one record batch, unless a single message is larger. Brokers take
 * batches of 1,048,588 bytes after compression (`max.message.bytes`), so one that fits uncompressed always does; much smaller ones
 * keep memory small, and shrink as well. A record batch becomes visible whole or not at all.
 */
export const MAX_BATCH_BYTES = 262_144;
/** The most bytes of messages in one round over all partitions, so that memory is bounded however many partitions there are. */
export const MAX_ROUND_BYTES = 2 * 1024 * 1024;

/** Record batches that are sent together, at most one per partition. */
export type Round = readonly RecordBatch[];

/**
 * Cuts messages into rounds of packed batches, keeping their order within each partition.
 * @throws ContrailError `invalid` when a timestamp is not a whole number of milliseconds.
 */
export function toRounds(topic: string, messages: Iterable<Message>, partitions: number): Round[] {
  const rounds: Round[] = [];
  let open = new Map<number, PendingRecords>();
  let total = 0;
  const seal = (): void => {
    rounds.push(Array.from(open.values(), (batch) => batch.seal()));
    open = new Map();
    total = 0;
  };
  for (const message of messages) {
    const partition = partitionOf(message, partitions);
    const bytes = PendingRecords.sizeOf(message);
    const before = open.get(partition);
    if (before !== undefined && before.bytes + bytes > MAX_BATCH_BYTES) seal();
    else if (total > 0 && total + bytes > MAX_ROUND_BYTES) seal();
    const batch = open.get(partition) ?? new PendingRecords(topic, partition);
    open.set(partition, batch);
    batch.add(message);
    total += bytes;
  }
  if (open.size > 0) seal();
  return rounds;
}
