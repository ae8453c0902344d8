import { ContrailError } from '../errors.ts';
import type { OffsetRange } from './topic.ts';

/**
 * Says what is wrong with a range that cannot be read in full, or null when it can.
 * - before the first kept offset: `corrupt` / `topic-offsets-expired`
 * - after the last message: `corrupt` / `topic-offsets-unknown`; whoever asks has seen another topic than this one
 */
export function checkRange(
  name: string,
  range: OffsetRange,
  kept: readonly OffsetRange[],
): ContrailError | null {
  const partition = kept.find((candidate) => candidate.partition === range.partition);
  if (partition === undefined || range.start < 0n || range.end < range.start) {
    return new ContrailError(
      'invalid',
      'topic-range-invalid',
      `Topic "${name}" was asked for ${describe(range)}, which is not a range of one of its ${kept.length} partitions.`,
    );
  }
  if (range.start === range.end) return null;
  const facts = { partition: range.partition, start: partition.start, end: partition.end };
  if (range.start < partition.start) {
    return new ContrailError(
      'corrupt',
      'topic-offsets-expired',
      `Topic "${name}" no longer holds ${describe(range)}: retention has dropped everything before offset ` +
        `${partition.start}, so messages are lost to this reader. Let the pipeline run more often, or raise ` +
        'TOPIC_RETENTION and TOPIC_RETENTION_BYTES; to go on, accept the loss and read from the first kept offset.',
      { facts },
    );
  }
  if (range.end > partition.end) {
    return new ContrailError(
      'corrupt',
      'topic-offsets-unknown',
      `Topic "${name}" was asked for ${describe(range)}, but ends at offset ${partition.end}: the reader remembers ` +
        'another topic. Check that DATA_DIR and TOPIC_NAME belong together and that the topic was not replaced.',
      { facts },
    );
  }
  return null;
}

function describe(range: OffsetRange): string {
  return `offsets ${range.start} to ${range.end} of partition ${range.partition}`;
}
