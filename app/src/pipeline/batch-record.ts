import type { UnprocessableMessage } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import { lifeOf } from '../flight/topic-life.ts';
import { REPAIR } from '../topic/next-steps.ts';
import type { OffsetRange, TopicGap } from '../topic/topic.ts';

/** The plan of one micro-batch, durable before anything of it runs: replaying it reads the same messages. */
export interface BatchRecord {
  readonly batch_id: number;
  readonly topic: string;
  /** The id of the topic. Absent if the topic has none, and in records from before there were ids. */
  readonly topic_id?: string;
  readonly recorded_at_ms: number;
  readonly ranges: readonly OffsetRange[];
  /** Marks of the topic that identify the messages at the ends of the ranges. Absent if the topic has none. */
  readonly marks?: readonly Mark[];
  /** Messages of the ranges that the batch leaves out. Absent without any. */
  readonly gaps?: readonly Gap[];
  /** What a repair wrote down as lost: it made this record, which has no messages. Absent in all others. */
  readonly losses?: readonly Loss[];
  /**
   * The newest batch that each table held when this one was planned; a table that is not named held none. A table gets
   * no commit of a batch without rows for it. Absent in records of earlier versions, where each table held the batch
   * before.
   */
  readonly tables?: NewestBatches;
  /** How often the plan was changed before anything was committed; absent in the original plan. */
  readonly amendment?: number;
  /**
   * The ranges that no engine could run, if the plan was cut. The next batches take the rest of them before anything
   * else.
   */
  readonly failed?: readonly OffsetRange[];
  /** Messages that no engine can process, even alone: they are quarantined unchanged. */
  readonly unprocessable?: readonly UnprocessableMessage[];
}

/** A mark that identifies the message before an offset. */
export interface Mark {
  readonly partition: number;
  readonly offset: bigint;
  readonly mark: string;
}

/** A stretch of a partition whose messages are passed over on request: from the first to before `to`. */
export interface Gap {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly reason: TopicGap['reason'];
  readonly passed_over_at_ms: number;
}

/** Messages that a lake goes on without after a repair. */
export interface Loss {
  readonly partition: number;
  /** From the first lost message to before `to`; null: nobody knows how far the messages went. */
  readonly from: bigint;
  readonly to: bigint | null;
  /** How many of these are lost; null if nobody knows. */
  readonly messages: bigint | null;
  readonly reason: LossReason;
  readonly found_at_ms: number;
}

/**
 * - `replaced`: the topic was made again, and what it still held then is gone
 * - `went_back`: an older copy of the topic was put back, and what came after the copy is gone
 * - `other_topic`: the lake goes on with another topic, and what the former one still held is not read
 * - `lost`: the lake had read the messages, and lost the rows
 */
export const LOSS_REASONS = ['replaced', 'went_back', 'other_topic', 'lost'] as const;
export type LossReason = (typeof LOSS_REASONS)[number];

/** The newest batch that each table holds, by the table's name. */
export type NewestBatches = Readonly<Record<string, number>>;

/** Which life of the topic a batch is of; 0 without a record. All its ranges are of one life. */
export const lifeOfRecord = (record: Pick<BatchRecord, 'ranges'> | null): number =>
  lifeOf(record?.ranges[0]?.partition ?? 0);

/** The ranges of a batch without its gaps. */
export function readableRanges({
  ranges,
  gaps = [],
}: Pick<BatchRecord, 'ranges' | 'gaps'>): readonly OffsetRange[] {
  return ranges.flatMap((range) => {
    const { partition, end } = range;
    const inside = gapsWithin({ ranges: [range], gaps }).toSorted((a, b) => (a.from < b.from ? -1 : 1));
    const parts: OffsetRange[] = [];
    let { start } = range;
    for (const { from, to } of inside) {
      if (from > start) parts.push({ partition, start, end: from });
      start = to;
    }
    return start < end || parts.length === 0
      ? [...parts, { partition, start: start < end ? start : end, end }]
      : parts;
  });
}

/** The parts of a batch's gaps that lie in its ranges, which may have been cut since the gaps were found. */
export function gapsWithin({ ranges, gaps = [] }: Pick<BatchRecord, 'ranges' | 'gaps'>): readonly Gap[] {
  return gaps.flatMap((gap) => {
    const range = ranges.find(({ partition }) => partition === gap.partition);
    if (range === undefined || gap.from >= range.end || gap.to <= range.start) return [];
    const from = gap.from > range.start ? gap.from : range.start;
    return [{ ...gap, from, to: gap.to < range.end ? gap.to : range.end }];
  });
}

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
  const { batch_id, topic, topic_id, recorded_at_ms, ranges, marks, gaps, tables } = json;
  const { amendment, failed, unprocessable, losses } = json;
  if (batch_id !== batchId) throw unreadable(place, batchId, 'its batch_id is not the number of its name');
  if (typeof topic !== 'string') throw unreadable(place, batchId, 'it does not name a topic');
  if (topic_id !== undefined && typeof topic_id !== 'string')
    throw unreadable(place, batchId, 'its topic_id is not text');
  if (!Number.isSafeInteger(recorded_at_ms))
    throw unreadable(place, batchId, 'its recorded_at_ms is not a time');
  if (tables !== undefined && !(isObject(tables) && Object.values(tables).every(Number.isSafeInteger)))
    throw unreadable(place, batchId, 'its tables are not the number of a micro-batch for each');
  const [read, whole] = [rangesOf(ranges), rangesOf(failed ?? [])];
  if (read === null || whole === null)
    throw unreadable(place, batchId, 'its ranges are not one range of offsets for each partition');
  if (amendment !== undefined && !Number.isSafeInteger(amendment))
    throw unreadable(place, batchId, 'its amendment is not a number');
  const known = marks === undefined ? [] : Array.isArray(marks) ? marks.map(markOf) : [null];
  if (known.includes(null)) throw unreadable(place, batchId, 'its marks are not texts with their offsets');
  const passed = gaps === undefined ? [] : Array.isArray(gaps) ? gaps.map(gapOf) : [null];
  if (passed.includes(null))
    throw unreadable(place, batchId, 'its gaps are not stretches of offsets with a reason');
  const lost = losses === undefined ? [] : Array.isArray(losses) ? losses.map(lossOf) : [null];
  if (lost.includes(null)) throw unreadable(place, batchId, 'its losses are not offsets with a reason');
  const refused = Array.isArray(unprocessable ?? [])
    ? ((unprocessable ?? []) as unknown[]).map(refusedOf)
    : [null];
  if (refused.includes(null))
    throw unreadable(place, batchId, 'its unprocessable is not a list of messages with their details');
  return {
    batch_id: batchId,
    topic,
    ...(topic_id === undefined ? {} : { topic_id }),
    recorded_at_ms: recorded_at_ms as number,
    ranges: read,
    ...(known.length === 0 ? {} : { marks: known as readonly Mark[] }),
    ...(passed.length === 0 ? {} : { gaps: passed as readonly Gap[] }),
    ...(lost.length === 0 ? {} : { losses: lost as readonly Loss[] }),
    ...(tables === undefined ? {} : { tables: tables as NewestBatches }),
    ...(amendment === undefined ? {} : { amendment: amendment as number }),
    ...(failed === undefined ? {} : { failed: whole }),
    ...(refused.length === 0 ? {} : { unprocessable: refused as readonly UnprocessableMessage[] }),
  };
}

function refusedOf(json: unknown): UnprocessableMessage | null {
  if (!isObject(json)) return null;
  const { partition, offset: digits, detail, without_payload } = json;
  const offset = offsetOf(digits);
  return Number.isSafeInteger(partition) && offset !== null && typeof detail === 'string'
    ? {
        partition: partition as number,
        offset,
        detail,
        ...(without_payload === true ? { without_payload } : {}),
      }
    : null;
}

/** One range a partition; null where it is something else. */
function rangesOf(json: unknown): readonly OffsetRange[] | null {
  const ranges = Array.isArray(json) ? json.map(rangeOf) : [null];
  const isWhole = ranges.every((range) => range !== null);
  return isWhole && new Set(ranges.map(({ partition }) => partition)).size === ranges.length ? ranges : null;
}

function rangeOf(json: unknown): OffsetRange | null {
  if (!isObject(json)) return null;
  const { partition, start: first, end: last } = json;
  const [start, end] = [offsetOf(first), offsetOf(last)];
  if (!Number.isSafeInteger(partition) || (partition as number) < 0) return null;
  return start === null || end === null || end < start
    ? null
    : { partition: partition as number, start, end };
}

function markOf(json: unknown): Mark | null {
  if (!isObject(json)) return null;
  const { partition, mark } = json;
  const offset = offsetOf(json['offset']);
  return Number.isSafeInteger(partition) && offset !== null && typeof mark === 'string'
    ? { partition: partition as number, offset, mark }
    : null;
}

function gapOf(json: unknown): Gap | null {
  if (!isObject(json)) return null;
  const { from, to, reason, passed_over_at_ms } = json;
  const range = rangeOf({ partition: json['partition'], start: from, end: to });
  if (range === null || range.start === range.end || !Number.isSafeInteger(passed_over_at_ms)) return null;
  if (reason !== 'expired' && reason !== 'damaged') return null;
  const { partition, start, end } = range;
  return { partition, from: start, to: end, reason, passed_over_at_ms: passed_over_at_ms as number };
}

function lossOf(json: unknown): Loss | null {
  if (!isObject(json)) return null;
  const { partition, to, messages, reason: given, found_at_ms } = json;
  const [from, reason] = [offsetOf(json['from']), LOSS_REASONS.find((one) => one === given)];
  const [end, count] = [to, messages].map((one) => (one === null ? null : (offsetOf(one) ?? undefined)));
  if (from === null || reason === undefined || end === undefined || count === undefined) return null;
  if (!Number.isSafeInteger(partition) || !Number.isSafeInteger(found_at_ms)) return null;
  const times = { reason, found_at_ms: found_at_ms as number };
  return { partition: partition as number, from, to: end, messages: count, ...times };
}

const offsetOf = (json: unknown): bigint | null =>
  typeof json === 'string' && /^\d{1,19}$/.test(json) ? BigInt(json) : null;

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function unreadable(place: string, batchId: number, what: string, cause?: unknown): ContrailError {
  return new ContrailError(
    'batch-record-unreadable',
    `The record of micro-batch ${batchId}, ${place}, cannot be used: ${what}. Restore it, if you have a copy of the lake. ${REPAIR}`,
    { cause, facts: { batch_id: batchId } },
  );
}

/** The newest batch that a table held when a batch was planned; 0 for none. */
export const newestBefore = ({ batch_id, tables }: BatchRecord, name: string): number =>
  tables === undefined ? batch_id - 1 : (tables[name] ?? 0);
