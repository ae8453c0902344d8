import type { RecordsBatch } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { MAX_CHUNK_BYTES, MAX_CHUNK_MESSAGES, toChunks } from '../../../src/topic/kafka/read.ts';
import { messagesOf } from '../collect.ts';

const TRANSACTIONAL = 16;
const CONTROL = 32;
const LOG_APPEND_TIME = 8;

/** A batch of records; a value of null is a tombstone. */
function batch(
  firstOffset: bigint,
  values: readonly (string | null)[],
  more: Partial<RecordsBatch> = {},
): RecordsBatch {
  return {
    firstOffset,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: values.length - 1,
    firstTimestamp: 1_000n,
    maxTimestamp: 9_000n,
    producerId: -1n,
    producerEpoch: -1,
    firstSequence: -1,
    records: values.map((value, i) => ({
      length: 0,
      attributes: 0,
      timestampDelta: BigInt(i),
      offsetDelta: i,
      key: null,
      value: value === null ? null : Buffer.from(value),
      headers: [],
    })),
    ...more,
  };
}

/** A batch of a transaction of `producer`. */
const part = (firstOffset: bigint, producerId: bigint, ...values: readonly string[]): RecordsBatch =>
  batch(firstOffset, values, { attributes: TRANSACTIONAL, producerId });

/** The record that ends a transaction. Source: `org.apache.kafka.common.record.ControlRecordType`. */
function marker(offset: bigint, producerId: bigint, type: 'abort' | 'commit'): RecordsBatch {
  const ended = batch(offset, ['anything'], { attributes: TRANSACTIONAL | CONTROL, producerId });
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
  return { ...ended, records: ended.records.map((record) => ({ ...record, key })) };
}

function read(
  records: readonly RecordsBatch[],
  range: readonly [start: bigint, end: bigint],
  aborted: readonly (readonly [producerId: bigint, firstOffset: bigint])[] = [],
) {
  const abortedTransactions = aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
  const { chunks, next } = toChunks(
    { records, abortedTransactions },
    { partition: 3, start: range[0], end: range[1] },
  );
  const messages = chunks.flatMap(messagesOf);
  return { values: messages.map(({ value }) => value), messages, chunks, next };
}

describe('messages of a fetch', () => {
  it('are cut at the ends of the range, in the middle of batches too', () => {
    const batches = [batch(10n, ['a', 'b', 'c']), batch(13n, ['d', 'e', 'f'])];
    expect(read(batches, [11n, 15n])).toMatchObject({ values: ['b', 'c', 'd', 'e'], next: 15n });
    expect(read(batches, [10n, 99n])).toMatchObject({ values: ['a', 'b', 'c', 'd', 'e', 'f'], next: 16n });
  });

  it('have the time of the record, or the broker’s where the topic says so', () => {
    const { messages } = read(
      [batch(0n, ['a', 'b']), batch(2n, ['c', 'd'], { attributes: LOG_APPEND_TIME })],
      [0n, 4n],
    );
    expect(messages.map(({ timestamp_ms }) => timestamp_ms)).toEqual([1_000, 1_001, 9_000, 9_000]);
  });

  it('leave a gap where a record has no value, and one where compaction took offsets away', () => {
    const { messages, chunks, next } = read([batch(0n, ['a', null, 'c']), batch(7n, ['h'])], [0n, 20n]);
    expect(messages.map(({ offset, value }) => [offset, value])).toEqual([
      [0n, 'a'],
      [2n, 'c'],
      [7n, 'h'],
    ]);
    expect(chunks).toHaveLength(1);
    expect(next).toBe(8n);
  });

  it('are none when nothing was fetched, and then the next offset is the first', () => {
    for (const records of [null, undefined, []]) {
      const fetched = { ...(records === undefined ? {} : { records }), abortedTransactions: null };
      expect(toChunks(fetched, { partition: 0, start: 5n, end: 9n })).toEqual({ chunks: [], next: 5n });
    }
  });

  it('go on after a batch that compaction has emptied', () => {
    expect(read([batch(4n, [], { lastOffsetDelta: 5 })], [4n, 30n])).toMatchObject({ values: [], next: 10n });
  });

  it('come in chunks of bounded size', () => {
    const many = Array.from({ length: MAX_CHUNK_MESSAGES + 1 }, (_, i) => String(i));
    expect(read([batch(0n, many)], [0n, 9_999n]).chunks.map(({ values }) => values.length)).toEqual([
      MAX_CHUNK_MESSAGES,
      1,
    ]);
    const large = 'x'.repeat(MAX_CHUNK_BYTES / 2);
    expect(
      read([batch(0n, [large, large, large, large + large + large])], [0n, 9n]).chunks.map(
        ({ values }) => values.length,
      ),
    ).toEqual([2, 1, 1]);
  });
});

describe('messages of transactions', () => {
  it('count when committed; markers never do', () => {
    const batches = [
      part(0n, 7n, 'a', 'b'),
      marker(2n, 7n, 'commit'),
      part(3n, 7n, 'c'),
      marker(4n, 7n, 'commit'),
    ];
    expect(read(batches, [0n, 5n])).toMatchObject({ values: ['a', 'b', 'c'], next: 5n });
  });

  it('do not count when aborted, also when the marker was not fetched', () => {
    const aborted = [[7n, 0n]] as const;
    expect(
      read([part(0n, 7n, 'a'), part(1n, 7n, 'b'), marker(2n, 7n, 'abort')], [0n, 9n], aborted),
    ).toMatchObject({
      values: [],
      next: 3n,
    });
    expect(read([part(0n, 7n, 'a'), part(1n, 7n, 'b')], [0n, 9n], aborted)).toMatchObject({
      values: [],
      next: 2n,
    });
  });

  it('are told apart when one producer aborts twice and commits between', () => {
    const batches = [
      part(0n, 7n, 'lost 1'),
      marker(1n, 7n, 'abort'),
      part(2n, 7n, 'kept'),
      marker(3n, 7n, 'commit'),
      part(4n, 7n, 'lost 2'),
      marker(5n, 7n, 'abort'),
      part(6n, 7n, 'kept too'),
      marker(7n, 7n, 'commit'),
    ];
    // In any order: the broker gives none.
    for (const aborted of [
      [
        [7n, 0n],
        [7n, 4n],
      ],
      [
        [7n, 4n],
        [7n, 0n],
      ],
    ] as const) {
      expect(read(batches, [0n, 8n], aborted).values).toEqual(['kept', 'kept too']);
    }
  });

  it('are told apart when producers interleave, with or without transactions', () => {
    const batches = [
      part(0n, 7n, 'lost'),
      part(1n, 8n, 'kept 8'),
      batch(2n, ['plain'], { producerId: 7n }),
      marker(3n, 7n, 'abort'),
      part(4n, 7n, 'kept 7'),
      marker(5n, 8n, 'commit'),
      marker(6n, 7n, 'commit'),
    ];
    expect(read(batches, [0n, 7n], [[7n, 0n]]).values).toEqual(['kept 8', 'plain', 'kept 7']);
  });

  it('do not count when they began before the range', () => {
    expect(read([part(5n, 7n, 'lost'), marker(6n, 7n, 'abort')], [5n, 7n], [[7n, 1n]]).values).toEqual([]);
  });
});
