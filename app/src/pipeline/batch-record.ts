import { ContrailError } from '../errors.ts';
import type { Range } from './plan.ts';

/** The plan of one micro-batch, durable before anything of it runs: replaying it reads the same messages. */
export interface BatchRecord {
  readonly batch_id: number;
  readonly topic: string;
  /** Which topic of this name. Absent where the topic has no id, and in records of before there were ids. */
  readonly topic_id?: string;
  readonly recorded_at_ms: number;
  readonly ranges: readonly Range[];
  /**
   * The newest batch that each table held when this one was planned; a table that is not named held none. A table gets no
   * commit of a batch that has no row for it. Absent in records of former versions, where each table held the batch before.
   */
  readonly tables?: NewestBatches;
}

/** The newest batch that each table holds, by the table's name. */
export type NewestBatches = Readonly<Record<string, number>>;

/** A record as its file holds it: one line of JSON, offsets as decimal digits. */
export function recordText(record: BatchRecord): string {
  return `${JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`;
}

/**
 * The record in the text of its file.
 * @param place names the file, for messages
 * @throws ContrailError `corrupt` / `batch-record-unreadable` when the text is not JSON, or not a record of this number
 */
export function parseRecord(text: string, batchId: number, place: string): BatchRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unreadable(place, batchId, 'it is not JSON', cause);
  }
  if (!isObject(json)) throw unreadable(place, batchId, 'it is not a JSON object');
  const { batch_id, topic, topic_id, recorded_at_ms, ranges, tables } = json;
  if (batch_id !== batchId) throw unreadable(place, batchId, 'its batch_id is not the number of its name');
  if (typeof topic !== 'string') throw unreadable(place, batchId, 'it names no topic');
  if (topic_id !== undefined && typeof topic_id !== 'string')
    throw unreadable(place, batchId, 'its topic_id is not a text');
  if (!Number.isSafeInteger(recorded_at_ms))
    throw unreadable(place, batchId, 'its recorded_at_ms is not a time');
  if (tables !== undefined && !(isObject(tables) && Object.values(tables).every(Number.isSafeInteger)))
    throw unreadable(place, batchId, 'its tables are not the number of a micro-batch for each');
  const read = Array.isArray(ranges) ? ranges.map(rangeOf) : [null];
  if (read.includes(null) || new Set(read.map((range) => range?.partition)).size < read.length)
    throw unreadable(place, batchId, 'its ranges are not one range of offsets for each partition');
  return {
    batch_id: batchId,
    topic,
    ...(topic_id === undefined ? {} : { topic_id }),
    recorded_at_ms: recorded_at_ms as number,
    ranges: read as readonly Range[],
    ...(tables === undefined ? {} : { tables: tables as NewestBatches }),
  };
}

function rangeOf(json: unknown): Range | null {
  if (!isObject(json)) return null;
  const { partition, start: first, end: last } = json;
  const [start, end] = [offsetOf(first), offsetOf(last)];
  if (!Number.isSafeInteger(partition) || (partition as number) < 0) return null;
  return start === null || end === null || end < start
    ? null
    : { partition: partition as number, start, end };
}

const offsetOf = (json: unknown): bigint | null =>
  typeof json === 'string' && /^\d{1,19}$/.test(json) ? BigInt(json) : null;

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function unreadable(place: string, batchId: number, what: string, cause?: unknown): ContrailError {
  return new ContrailError(
    'corrupt',
    'batch-record-unreadable',
    `The record of micro-batch ${batchId}, ${place}, cannot be used: ${what}. Restore it from a copy of the lake. ` +
      'Without a copy, move it elsewhere: the pipeline then plans the micro-batch again where no table has it, and refuses to go on where one has.',
    { cause, facts: { batch_id: batchId } },
  );
}
