import { ContrailError } from '../errors.ts';
import { PASS_OVER, REPAIR } from '../topic/next-steps.ts';
import { expiredIn } from '../topic/range.ts';
import type { TopicGap } from '../topic/topic.ts';
import type { BatchRecord } from './batch-record.ts';

/** A half-open range of a partition. */
export interface Range {
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * The ranges that are left to read: from the end of the last batch (or the start of the topic) to the end of the topic.
 * @throws ContrailError `corrupt` / `topic-offsets-expired` when the topic has dropped a part of it, `topic-went-back`
 */
export function pendingRanges(offsets: readonly Range[], last: BatchRecord | null): readonly Range[] {
  const unread = unreadRanges(offsets, last);
  const expired = expiredIn(unread, offsets);
  if (expired.length > 0) throw expiredUnread(expired);
  return unread;
}

/**
 * The ranges that the lake has not read, even if the topic has dropped their beginning.
 * @throws ContrailError `corrupt` / `topic-went-back` when the lake has read more than the topic holds
 */
export function unreadRanges(offsets: readonly Range[], last: BatchRecord | null): readonly Range[] {
  const next = new Map(last?.ranges.map(({ partition, end }) => [partition, end]));
  return offsets.map(({ partition, start, end }) => {
    // A partition that was added later begins at 0: what expired of it before it was read is missing too.
    const from = next.get(partition) ?? (last === null ? start : 0n);
    if (from > end) {
      throw new ContrailError(
        'topic-went-back',
        `Partition ${partition} of the topic ends at offset ${end}, but the lake has read up to ${from}: messages that the lake has are gone from the topic, and new messages would get their offsets. The topic was restored from an older copy, or lost its newest messages. Put the complete topic back. ${REPAIR}`,
      );
    }
    return { partition, start: from, end };
  });
}

/**
 * The error that names the messages that the topic has dropped before the lake has read them: `corrupt` /
 * `topic-offsets-expired`.
 */
export function expiredUnread(gaps: readonly TopicGap[]): ContrailError {
  const messages = gaps.reduce((sum, { start, end }) => sum + Number(end - start), 0);
  const where = gaps.map(
    ({ partition, start, end }) =>
      `partition ${partition}: offsets ${start} to ${end - 1n}, ${end - start} messages`,
  );
  return new ContrailError(
    'topic-offsets-expired',
    `${messages} messages expired unread: the topic has dropped them, but the lake has not read them (${where.join('; ')}). ` +
      `Let the pipeline run more often, or raise TOPIC_RETENTION and TOPIC_RETENTION_BYTES. ${PASS_OVER}`,
    { facts: { gaps } },
  );
}

/** The parts of ranges that the topic still keeps. */
export const keptOf = (ranges: readonly Range[], offsets: readonly Range[]): readonly Range[] =>
  ranges.map((range, index) => {
    const start = offsets[index]?.start ?? range.start;
    return range.start < start ? { ...range, start } : range;
  });

/** Messages in ranges. */
export const rowsIn = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);

/** The limits of a micro-batch. */
export interface BatchBounds {
  readonly maxRows: number;
  /** Bytes of the messages as text; a single message may be larger. */
  readonly maxBytes?: number;
}

/**
 * The next batch within bounds, as {@link planBatch} makes it.
 * @param bytesIn about how many bytes the messages of each range are
 */
export async function planWithin(
  pending: readonly Range[],
  { maxRows, maxBytes }: BatchBounds,
  bytesIn: (ranges: readonly Range[]) => Promise<readonly number[]>,
): Promise<readonly Range[]> {
  let rows = Math.min(maxRows, rowsIn(pending));
  for (;;) {
    const batch = planBatch(pending, rows);
    if (rows <= 1 || maxBytes === undefined) return batch;
    const bytes = (await bytesIn(batch)).reduce((sum, part) => sum + part, 0);
    if (bytes <= maxBytes) return batch;
    // Take a little less than the average allows, because messages differ in size.
    rows = Math.max(1, Math.floor((0.95 * rows * maxBytes) / bytes));
  }
}

/**
 * The next batch of at most `maxRows` messages. Every partition contributes its share, so that partitions advance in
 * time together. Covers all partitions, even without messages, so that the record says where each one is.
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
  // Rounding leaves a few messages: take them from the first partitions that have more.
  return planned.map((range, index) => {
    const available = Number((pending[index] as Range).end - range.end);
    const extra = Math.min(available, left);
    left -= extra;
    return { ...range, end: range.end + BigInt(extra) };
  });
}
