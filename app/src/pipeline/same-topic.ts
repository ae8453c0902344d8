import { ContrailError } from '../errors.ts';
import type { TopicIdentity } from '../topic/topic.ts';
import type { BatchRecord } from './batch-record.ts';

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
      'corrupt',
      'topic-gone',
      `The lake at ${lake} is filled from the topic ${topic}, which is not there any more. ${next}`,
      { facts: { known } },
    );
  }
  const { id, created_at_ms } = found;
  const facts = { known, found: id, created_at_ms };
  const made = created_at_ms === null ? '' : `, made at ${new Date(created_at_ms).toISOString()}`;
  if (known === undefined && created_at_ms !== null && created_at_ms > recorded_at_ms) {
    return new ContrailError(
      'corrupt',
      'topic-replaced',
      `The topic ${topic} is not the one that the lake at ${lake} is filled from: it was made at ${new Date(created_at_ms).toISOString()}, ` +
        `after micro-batch ${last.batch_id} was read at ${new Date(recorded_at_ms).toISOString()}. ${next}`,
      { facts },
    );
  }
  if (known === undefined || known === id) return null;
  return new ContrailError(
    'corrupt',
    'topic-replaced',
    `The topic ${topic} is not the one that the lake at ${lake} is filled from, but another one of the same name (id ${id ?? 'unknown'}${made}; the lake knows ${known}). ${next}`,
    { facts },
  );
}
