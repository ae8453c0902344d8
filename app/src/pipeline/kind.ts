import type { MessageReader, TopicRange } from '../engine/engine.ts';
import { decodeMessage } from '../flight/decode-message.ts';
import type { Lake } from '../lake/lake.ts';
import type { Topic } from '../topic/topic.ts';

/** Where the kind of positions is read from. */
export interface KindSources {
  readonly lake: Lake;
  readonly topic: MessageReader & Pick<Topic, 'describe'>;
}

/**
 * Whether the positions that a batch may bring into the lake are simulated. The lake says it; else the declaration of
 * the topic; else the first well-formed message in topic order. Null if there is none.
 *
 * A crash changes nothing: the lake notes it before anything else of a batch is durable.
 */
export async function kindOfPositions(
  { lake, topic }: KindSources,
  ranges: readonly TopicRange[],
  signal: AbortSignal | undefined,
): Promise<boolean | null> {
  const options = { signal };
  const known = (await lake.simulated()) ?? (await topic.describe(options)).simulated;
  if (known !== null) return known;
  for await (const { values } of topic.read(ranges, options)) {
    for (const value of values) {
      const { fields } = decodeMessage(value);
      if (fields !== null) return fields.feed === 'simulator';
    }
  }
  return null;
}
