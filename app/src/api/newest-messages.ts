import type { Settings } from '../config/settings.ts';
import type { Row } from '../engine/engine.ts';
import { existingData } from '../program/data-folder.ts';
import { openTopic } from '../program/topic.ts';

/** The columns of {@link newestMessages}. */
export const MESSAGE_COLUMNS = ['partition', 'offset', 'received', 'value'] as const;

/**
 * The newest messages of the topic, at most `limit` of each partition, in the order of partition and offset; `received`
 * is ISO 8601. Bytes that are not UTF-8 are shown as U+FFFD. Empty if there is no topic yet.
 */
export async function newestMessages(settings: Settings, limit: number): Promise<readonly Row[]> {
  const data = existingData(settings, ['topic']);
  await using topic = await openTopic(settings, data, true);
  if (!(await topic.exists())) return [];
  const most = BigInt(limit);
  const ranges = (await topic.offsets()).map(({ partition, start, end }) => ({
    partition,
    start: end - start > most ? end - most : start,
    end,
  }));
  const rows: Row[] = [];
  for await (const { partition, offsets, timestamps_ms, values } of topic.read(ranges)) {
    for (const [index, value] of values.entries()) {
      const offset = 'first' in offsets ? offsets.first + BigInt(index) : (offsets[index] ?? null);
      const received = typeof timestamps_ms === 'number' ? timestamps_ms : (timestamps_ms[index] ?? 0);
      const text = typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
      rows.push({ partition, offset, received: new Date(received).toISOString(), value: text });
    }
  }
  return rows;
}
