import { ContrailError } from '../errors.ts';
import type { BatchRecord } from './batch-record.ts';

/** A half-open range of a partition. */
export interface Range {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

/** What is left to read: from the end of the last batch (or the start of the topic) to the end of the topic. */
export function pendingRanges(offsets: readonly Range[], last: BatchRecord | null): readonly Range[] {
  const next = new Map(last?.ranges.map(({ partition, end }) => [partition, end]));
  return offsets.map(({ partition, start, end }) => {
    const from = next.get(partition) ?? start;
    if (from < start) {
      throw new ContrailError(
        'corrupt',
        'topic-offsets-expired',
        `Partition ${partition} of the topic starts at offset ${start}, but the lake has read up to ${from}: ${start - from} messages expired unread. Raise TOPIC_RETENTION; to go on without them, start a new lake with --data DIR.`,
      );
    }
    if (from > end) {
      throw new ContrailError(
        'corrupt',
        'topic-went-back',
        `Partition ${partition} of the topic ends at offset ${end}, but the lake has read up to ${from}: messages that the lake has are gone from the topic, and their offsets would go to others. It was restored from an older copy, or lost its newest messages. Put the complete topic back, or start a new topic and a new lake with --data DIR; the old lake can still be read.`,
      );
    }
    return { partition, start: from, end };
  });
}

/** Messages in ranges. */
export const rowsIn = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);

/**
 * The next batch of at most `maxRows` messages. Every partition gives its share, so that partitions move through time
 * together. Covers all partitions, also those that give nothing: the record then says where each one stands.
 */
export function planBatch(pending: readonly Range[], maxRows: number): readonly Range[] {
  const total = rowsIn(pending);
  if (total <= maxRows) return pending;
  let left = maxRows;
  const share = maxRows / total;
  const planned = pending.map(({ partition, start, end }) => {
    const take = Math.min(Math.floor(Number(end - start) * share), left);
    left -= take;
    return { partition, start, end: start + BigInt(take) };
  });
  // Rounding leaves a few: the first partitions that have more give them.
  return planned.map((range, index) => {
    const available = Number((pending[index] as Range).end - range.end);
    const extra = Math.min(available, left);
    left -= extra;
    return { ...range, end: range.end + BigInt(extra) };
  });
}
