import { ContrailError } from '../errors.ts';
import { PASS_OVER } from './next-steps.ts';
import type { OffsetRange, TopicGap } from './topic.ts';

/**
 * Says what is wrong with a range that cannot be read in full, or null when it can.
 * - before the first kept offset: `corrupt` / `topic-offsets-expired`
 * - after the last message: `corrupt` / `topic-offsets-unknown`, because the caller's offsets are from another topic
 */
export function checkRange(
  name: string,
  range: OffsetRange,
  kept: readonly OffsetRange[],
): ContrailError | null {
  const partition = kept.find((candidate) => candidate.partition === range.partition);
  if (partition === undefined || range.start < 0n || range.end < range.start) {
    return new ContrailError(
      'topic-range-invalid',
      `Topic "${name}" was asked for ${describe(range)}, which is not a range of one of its ${kept.length} partitions.`,
    );
  }
  if (range.start === range.end) return null;
  const facts = { partition: range.partition, start: partition.start, end: partition.end };
  if (range.start < partition.start) {
    return new ContrailError(
      'topic-offsets-expired',
      `Topic "${name}" no longer holds ${describe(range)}: its retention has dropped everything before offset ` +
        `${partition.start}. Let the pipeline run more often, or raise TOPIC_RETENTION and TOPIC_RETENTION_BYTES. ${PASS_OVER}`,
      { facts },
    );
  }
  if (range.end > partition.end) {
    return new ContrailError(
      'topic-offsets-unknown',
      `Topic "${name}" was asked for ${describe(range)}, but ends at offset ${partition.end}: the reader's offsets are from ` +
        'another topic. Check that DATA_DIR and TOPIC_NAME belong together and that the topic was not replaced.',
      { facts },
    );
  }
  return null;
}

/** @throws ContrailError for the first range that cannot be read in full, as {@link checkRange} says */
export function requireRanges(
  name: string,
  ranges: readonly OffsetRange[],
  kept: readonly OffsetRange[],
): void {
  for (const range of ranges) {
    const problem = checkRange(name, range, kept);
    if (problem !== null) throw problem;
  }
}

/** The parts of ranges that retention has dropped, by what is kept. */
export function expiredIn(ranges: readonly OffsetRange[], kept: readonly OffsetRange[]): readonly TopicGap[] {
  return ranges.flatMap(({ partition, start, end }) => {
    const first = kept.find((candidate) => candidate.partition === partition)?.start ?? start;
    if (first <= start || start === end) return [];
    return [{ partition, start, end: first < end ? first : end, reason: 'expired' as const }];
  });
}

function describe(range: OffsetRange): string {
  return `offsets ${range.start} to ${range.end} of partition ${range.partition}`;
}
