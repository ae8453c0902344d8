import type { DatabaseSync } from 'node:sqlite';
import { ContrailError } from '../../errors.ts';
import type { MessageValue } from '../../flight/decode-message.ts';
import { PASS_OVER } from '../next-steps.ts';
import { checkRange } from '../range.ts';
import type { MessageChunk, OffsetRange } from '../topic.ts';
import { decodeTimestamps, decodeValues, MAX_BATCH_BYTES, MAX_BATCH_MESSAGES } from './batch.ts';

/** A row of `batch`, read with big integers because offsets are. */
interface StoredBatch {
  readonly first_offset: bigint;
  readonly count: bigint;
  readonly timestamp_ms: bigint;
  readonly text_bytes: bigint;
  readonly encoding: string;
  readonly timestamps: Uint8Array | null;
  readonly payload: Uint8Array;
}

/** First kept offset and next offset of each partition, from one snapshot, in order of partition. */
export function readOffsets(connection: DatabaseSync): readonly OffsetRange[] {
  const statement = connection.prepare(
    `select partition, next_offset,
            (select min(first_offset) from batch where batch.partition = partition.partition) as first_offset
     from partition order by partition`,
  );
  statement.setReadBigInts(true);
  const rows = statement.all() as unknown as readonly {
    readonly partition: bigint;
    readonly next_offset: bigint;
    readonly first_offset: bigint | null;
  }[];
  return rows.map((row) => ({
    partition: Number(row.partition),
    start: row.first_offset ?? row.next_offset,
    end: row.next_offset,
  }));
}

/**
 * A mark that identifies the stored batch with the message before an offset: where it begins, how many messages it has,
 * and the checksum at the end of its frame (RFC 8878, section 3.1.1, Content_Checksum). Null when the batch is not kept
 * or cannot be read.
 */
export function markBefore(connection: DatabaseSync, partition: number, offset: bigint): string | null {
  const statement = connection.prepare(
    `select first_offset || '+' || count || ':' || hex(substr(payload, -4)) as mark
     from batch where partition = ?1 and first_offset < ?2 and first_offset + count >= ?2
     order by first_offset desc limit 1`,
  );
  try {
    const mark = statement.get(partition, offset)?.['mark'];
    return typeof mark === 'string' ? mark : null;
  } catch {
    return null;
  }
}

/**
 * Bytes of text in a range. A stored batch that is only partly in the range counts by its share of messages. A damaged
 * batch counts as nothing: reading it fails.
 */
export function textBytesIn(connection: DatabaseSync, { partition, start, end }: OffsetRange): number {
  const statement = connection.prepare(
    `select first_offset, count, text_bytes from batch
     where partition = ?1 and first_offset < ?3 and first_offset >= coalesce(
       (select max(first_offset) from batch where partition = ?1 and first_offset <= ?2), ?2)`,
  );
  const rows = statement.iterate(partition, start, end) as unknown as Iterable<{
    readonly first_offset: number;
    readonly count: number;
    readonly text_bytes: number;
  }>;
  let bytes = 0;
  try {
    for (const { first_offset, count, text_bytes } of rows) {
      const from = Math.max(first_offset, Number(start));
      const to = Math.min(first_offset + count, Number(end));
      bytes += (text_bytes * Math.max(0, to - from)) / count;
    }
  } catch {
    // Answer the bytes that were counted so far.
  }
  return bytes;
}

/**
 * The next chunk of a range: as many neighbouring stored batches as fit into the bounds of one (at least one),
 * cut exactly at the range's ends. The rows are pulled one by one and the statement ends before this returns,
 * so no snapshot stays open while the caller works, and the write-ahead log can be cut.
 * @param range not empty, and inside what {@link readOffsets} answers
 * @throws ContrailError `corrupt` / `topic-offsets-expired` when retention was faster; whatever SQLite or decoding
 * throws if the first messages of the range are damaged
 */
export function readChunk(connection: DatabaseSync, name: string, range: OffsetRange): MessageChunk {
  const statement = connection.prepare(
    `select first_offset, count, timestamp_ms, text_bytes, encoding, timestamps, payload
     from batch
     where partition = ?1 and first_offset < ?3 and first_offset >= coalesce(
       (select max(first_offset) from batch where partition = ?1 and first_offset <= ?2), ?2)
     order by first_offset`,
  );
  statement.setReadBigInts(true);
  const values: (readonly MessageValue[])[] = [];
  const timestamps: (number | readonly number[])[] = [];
  let next = range.start;
  let messages = 0;
  let bytes = 0;
  const rows = statement.iterate(range.partition, range.start, range.end) as unknown as Iterable<StoredBatch>;
  try {
    for (const row of rows) {
      const first = row.first_offset;
      const end = first + row.count;
      if (next < first || next >= end) break;
      const from = Number(next - first);
      const to = Number((end < range.end ? end : range.end) - first);
      const rowBytes = Number(row.text_bytes);
      const isFull = messages + (to - from) > MAX_BATCH_MESSAGES || bytes + rowBytes > MAX_BATCH_BYTES;
      if (messages > 0 && isFull) break;
      const isWhole = to - from === Number(row.count);
      const decoded = decode(row);
      values.push(isWhole ? decoded.values : decoded.values.slice(from, to));
      const { times } = decoded;
      timestamps.push(typeof times === 'number' || isWhole ? times : times.slice(from, to));
      messages += to - from;
      bytes += rowBytes;
      next += BigInt(to - from);
      if (next === range.end) break;
    }
  } catch (error) {
    // Answer the messages before the damage; the next chunk begins with it.
    if (messages === 0) throw error;
  }
  if (messages === 0) throw missing(connection, name, range);
  return {
    partition: range.partition,
    offsets: { first: range.start },
    timestamps_ms: joinTimestamps(timestamps, values),
    values: values.length === 1 && values[0] !== undefined ? values[0] : values.flat(),
  };
}

/**
 * The messages of the stored batch that begins at an offset.
 * @throws ContrailError `corrupt` / `topic-damaged`, or whatever SQLite says, when they cannot be read
 */
export function readStored(connection: DatabaseSync, partition: number, first: bigint): Decoded {
  const statement = connection.prepare(
    `select first_offset, count, timestamp_ms, text_bytes, encoding, timestamps, payload
     from batch where partition = ? and first_offset = ?`,
  );
  statement.setReadBigInts(true);
  return decode(statement.get(partition, first) as unknown as StoredBatch);
}

interface Decoded {
  readonly values: readonly MessageValue[];
  readonly times: number | readonly number[];
}

function decode({ payload, encoding, count, timestamps, timestamp_ms }: StoredBatch): Decoded {
  return {
    values: decodeValues(payload, encoding, Number(count)),
    times: decodeTimestamps(timestamps, Number(timestamp_ms), Number(count)),
  };
}

/** The error that says which messages cannot be read, and how the pipeline can go on without them. */
export function damaged(
  label: string,
  { partition, start, end }: OffsetRange,
  cause?: unknown,
): ContrailError {
  const detail = cause instanceof Error ? `: ${cause.message.replace(/\.$/, '')}` : '';
  return new ContrailError(
    'topic-damaged',
    `${label} is damaged: ${end - start} messages of partition ${partition}, offsets ${start} to ${end - 1n}, cannot be read${detail}. ` +
      `The messages before and after them can be read. Stop every Contrail program that uses the topic, and put back a copy of the file if you have one. ${PASS_OVER}`,
    { cause, facts: { partition, start, end } },
  );
}

function missing(connection: DatabaseSync, name: string, range: OffsetRange): ContrailError {
  return (
    checkRange(name, range, readOffsets(connection)) ??
    new ContrailError(
      'topic-damaged',
      `Topic "${name}" has a hole at partition ${range.partition}, offset ${range.start}: its file is damaged.`,
    )
  );
}

function joinTimestamps(
  parts: readonly (number | readonly number[])[],
  values: readonly (readonly MessageValue[])[],
): number | readonly number[] {
  const first = parts[0];
  if (first !== undefined && (parts.length === 1 || parts.every((part) => part === first))) return first;
  return parts.flatMap((part, i) => (typeof part === 'number' ? (values[i] ?? []).map(() => part) : part));
}
