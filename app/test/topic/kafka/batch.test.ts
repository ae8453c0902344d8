import { crc32c, Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES, MAX_ROUND_BYTES, toRounds } from '../../../src/topic/kafka/batch.ts';
import { type RecordBatch, sequenceAfter, signed } from '../../../src/topic/kafka/record-batch.ts';
import { partitionOf } from '../../../src/topic/murmur2.ts';
import type { Message } from '../../../src/topic/topic.ts';

const SENDER = { id: 2n ** 40n, epoch: 7, sequence: 2 ** 31 - 1 };

/** The messages of a batch, as a client of Kafka reads them. */
function messagesOf(batch: RecordBatch) {
  const bytes = signed(batch, SENDER, crc32c);
  const read = readRecordsBatch(Reader.from(bytes));
  expect(read).toMatchObject({
    firstOffset: 0n,
    length: bytes.length - 12,
    magic: 2,
    crc: crc32c(bytes.subarray(21)),
    attributes: 4,
    lastOffsetDelta: batch.count - 1,
    producerId: SENDER.id,
    producerEpoch: SENDER.epoch,
    firstSequence: SENDER.sequence,
  });
  expect(read.records.length).toBe(batch.count);
  expect(read.records.map(({ offsetDelta }) => offsetDelta)).toEqual(read.records.map((_, index) => index));
  const messages = read.records.map(({ key, value, timestampDelta }) => ({
    key: key?.toString() ?? null,
    value: Buffer.from(value ?? []),
    timestamp_ms: Number(read.firstTimestamp + timestampDelta),
  }));
  expect(Number(read.maxTimestamp)).toBe(Math.max(...messages.map(({ timestamp_ms }) => timestamp_ms)));
  return messages;
}
const size = (batch: RecordBatch): number =>
  messagesOf(batch).reduce((sum, { value }) => sum + value.byteLength, 0);

describe('rounds', () => {
  it('keep every message in its partition, in order, within the bounds of batch and round', () => {
    const message = fc.record({
      key: fc.option(fc.string({ maxLength: 4 })),
      value: fc
        .integer({ min: 0, max: Math.ceil(MAX_BATCH_BYTES * 1.2) })
        .map((length) => 'x'.repeat(length)),
      timestamp_ms: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 40 }),
        fc.integer({ min: 1, max: 64 }),
        (messages, partitions) => {
          const rounds = toRounds('t', messages, partitions);
          const expected = new Map<number, string[]>();
          for (const one of messages) {
            const partition = partitionOf(one, partitions);
            expected.set(partition, [
              ...(expected.get(partition) ?? []),
              `${one.timestamp_ms} ${one.value.length}`,
            ]);
          }
          const found = new Map<number, string[]>();
          for (const batch of rounds.flat()) {
            const { partition } = batch;
            expect(batch.topic).toBe('t');
            const lines = messagesOf(batch).map((one) => `${one.timestamp_ms} ${one.value.byteLength}`);
            found.set(partition, [...(found.get(partition) ?? []), ...lines]);
            expect(batch.count === 1 || size(batch) <= MAX_BATCH_BYTES).toBe(true);
          }
          expect(found).toEqual(expected);
          for (const round of rounds) {
            expect(round.length).toBeGreaterThan(0);
            expect(new Set(round.map((batch) => batch.partition)).size).toBe(round.length);
            const bytes = round.reduce((sum, batch) => sum + size(batch), 0);
            expect(round.length === 1 || bytes <= MAX_ROUND_BYTES).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are few for what a poll brings, and small', () => {
    const messages = Array.from({ length: 8_000 }, (_, i): Message => ({
      key: i.toString(16),
      value: `${i} ${'v'.repeat(400)}`,
      timestamp_ms: 1,
    }));
    const rounds = toRounds('t', messages, 4);
    expect(rounds.length).toBeLessThanOrEqual(5);
    expect(rounds.flat().reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(100_000);
  });

  it('have what was given: keys or none, any text and any bytes, times in any order', () => {
    const message = fc.record({
      key: fc.option(fc.string({ unit: 'grapheme' })),
      value: fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array(), fc.constant('x'.repeat(200))),
      timestamp_ms: fc.integer({ min: 0, max: 8.64e15 }),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), (messages) => {
        const found = toRounds('t', messages, 1).flat().flatMap(messagesOf);
        expect(found).toEqual(messages.map((one) => ({ ...one, value: Buffer.from(one.value) })));
      }),
      { numRuns: 100 },
    );
  });

  it('refuse a timestamp that is not whole milliseconds', () => {
    expect(() => toRounds('t', [{ key: 'a', value: 'b', timestamp_ms: 1.5 }], 4)).toThrow(
      'whole milliseconds',
    );
  });
});

it('the number of a message goes on at 0 after the largest one that a broker knows', () => {
  expect(sequenceAfter(0, 10)).toBe(10);
  expect(sequenceAfter(2 ** 31 - 11, 10)).toBe(2 ** 31 - 1);
  expect(sequenceAfter(2 ** 31 - 1, 1)).toBe(0);
  expect(sequenceAfter(2 ** 31 - 5, 10)).toBe(5);
});
