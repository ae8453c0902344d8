import { ContrailError } from '../errors.ts';
import type { OffsetRange, Topic, TopicIdentity } from '../topic/topic.ts';
import type { BatchRecord, Mark } from './batch-record.ts';

/**
 * Says why a lake cannot go on with a topic, or null when it can: offsets of another topic of the same name mean other
 * messages, and most of them would be passed over without a word.
 * A record of before there were ids takes the id of the topic that is there, unless that was made after the record.
 * @param found the topic as it is now; null when there is none
 * @param lake where the lake is
 */
export function checkIdentity(
  last: BatchRecord,
  found: TopicIdentity | null,
  lake: string,
): ContrailError | null {
  const { topic, topic_id: known, recorded_at_ms } = last;
  const next =
    'This lake takes nothing more until the topic that it was filled from is back. It can be read as before (query, dashboard). ' +
    'Another topic needs a new lake: start with --data DIR (an embedded topic lies in it too: move the folder topic/ there first), or with another BUCKET_NAME.';
  if (found === null) {
    return new ContrailError(
      'topic-gone',
      `The lake at ${lake} is filled from the topic ${topic}, which no longer exists. ${next}`,
      { facts: { known } },
    );
  }
  const { id, created_at_ms } = found;
  const facts = { known, found: id, created_at_ms };
  const made = created_at_ms === null ? '' : `, made at ${new Date(created_at_ms).toISOString()}`;
  if (known === undefined && created_at_ms !== null && created_at_ms > recorded_at_ms) {
    return new ContrailError(
      'topic-replaced',
      `The topic ${topic} is not the one that the lake at ${lake} is filled from: it was made at ${new Date(created_at_ms).toISOString()}, ` +
        `after micro-batch ${last.batch_id} was read at ${new Date(recorded_at_ms).toISOString()}. ${next}`,
      { facts },
    );
  }
  if (known === undefined || known === id) return null;
  return new ContrailError(
    'topic-replaced',
    `The topic ${topic} is not the one that the lake at ${lake} is filled from, but another one of the same name (id ${id ?? 'unknown'}${made}; the lake knows ${known}). ${next}`,
    { facts },
  );
}

/** What a topic says of the ends of ranges, for a record of them. */
export async function marksOf(
  topic: Pick<Topic, 'marks'>,
  ranges: readonly OffsetRange[],
): Promise<readonly Mark[]> {
  const marks = await topic.marks(ranges);
  return ranges.flatMap(({ partition, end }, index) => {
    const mark = marks[index] ?? null;
    return mark === null ? [] : [{ partition, offset: end, mark }];
  });
}

/**
 * Looks whether the messages at the ends of the last batch are the ones that were there when it was planned. An older copy of
 * a topic has the id of the topic, and once it is filled again it gives offsets that the lake knows to other messages.
 * @throws ContrailError `corrupt` / `topic-went-back`
 */
export async function checkMarks(
  last: BatchRecord,
  topic: Pick<Topic, 'marks'>,
  lake: string,
): Promise<void> {
  const marks = last.marks ?? [];
  const now = await topic.marks(
    marks.map(({ partition, offset }) => ({ partition, start: offset, end: offset })),
  );
  for (const [index, { partition, offset, mark }] of marks.entries()) {
    const found = now[index] ?? null;
    if (found === null || found === mark) continue;
    throw new ContrailError(
      'topic-went-back',
      `The topic ${last.topic} holds other messages before offset ${offset} of partition ${partition} than those that the lake at ${lake} has read: ` +
        'an older copy of the topic was put back, and has been filled again. Messages of it would be passed over without a word. ' +
        'Put the complete topic back, or start a new lake with --data DIR (move the folder topic/ there first); the old lake can still be read.',
      { facts: { partition, offset, known: mark, found } },
    );
  }
}
