import { ContrailError } from '../errors.ts';
import { REPAIR } from '../topic/next-steps.ts';
import type { OffsetRange, Topic, TopicIdentity } from '../topic/topic.ts';
import type { BatchRecord, Mark } from './batch-record.ts';

/**
 * Says why a lake cannot continue with a topic, or null if it can: the offsets of another topic of the same name mean
 * other messages, and most of those would silently be skipped. A record from before there were ids accepts the present
 * topic, unless that was created after the record.
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
    'This lake gets no more data until the topic that it was filled from is back. It can be read as before (query, dashboard). ' +
    REPAIR;
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
      `The topic ${topic} is not the one that the lake at ${lake} is filled from: it was created at ${new Date(created_at_ms).toISOString()}, ` +
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

/** The topic's marks for the ends of ranges, for a record. */
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
 * Checks that the messages at the ends of the last batch are the same as when it was planned. An older copy of a topic
 * has the topic's id, and once it is filled again, known offsets belong to other messages.
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
        'an older copy of the topic was put back and filled again. Some of its messages would silently be skipped. ' +
        `Put the complete topic back. ${REPAIR}`,
      { facts: { partition, offset, known: mark, found } },
    );
  }
}
