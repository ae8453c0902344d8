import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES, MAX_ROUND_BYTES, toRounds } from '../../../src/topic/kafka/batch.ts';
import { partitionOf } from '../../../src/topic/murmur2.ts';
import type { Message } from '../../../src/topic/topic.ts';

const size = (batch: readonly { readonly value?: Buffer }[]): number =>
  batch.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0);

describe('rounds', () => {
  it('keep every message in its partition, in order, within the bounds of batch and round', () => {
    const message = fc.record({
      key: fc.option(fc.string({ maxLength: 4 })),
      value: fc.integer({ min: 0, max: MAX_BATCH_BYTES * 1.2 }).map((length) => 'x'.repeat(length)),
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
            const partition = batch[0]?.partition ?? -1;
            expect(batch.every((one) => one.partition === partition && one.topic === 't')).toBe(true);
            const lines = batch.map(({ timestamp, value }) => `${timestamp} ${value?.byteLength}`);
            found.set(partition, [...(found.get(partition) ?? []), ...lines]);
            expect(batch.length === 1 || size(batch) <= MAX_BATCH_BYTES).toBe(true);
          }
          expect(found).toEqual(expected);
          for (const round of rounds) {
            expect(round.length).toBeGreaterThan(0);
            expect(new Set(round.map((batch) => batch[0]?.partition)).size).toBe(round.length);
            expect(round.flat().length === 1 || size(round.flat()) <= MAX_ROUND_BYTES).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are one for what a poll brings: thousands of state vectors', () => {
    const messages = Array.from({ length: 8_000 }, (_, i): Message => ({
      key: i.toString(16),
      value: 'v'.repeat(400),
      timestamp_ms: 1,
    }));
    expect(toRounds('t', messages, 4)).toHaveLength(1);
  });

  it('have keys as bytes, and none where there is none', () => {
    const [round] = toRounds('t', [{ key: 'ü', value: '', timestamp_ms: 0 }], 1);
    expect(round?.[0]?.[0]).toEqual({
      topic: 't',
      partition: 0,
      key: Buffer.from('ü'),
      value: Buffer.alloc(0),
      timestamp: 0n,
    });
    const [keyless] = toRounds('t', [{ key: null, value: 'a', timestamp_ms: 0 }], 1);
    expect(keyless?.[0]?.[0]).not.toHaveProperty('key');
  });

  it('refuse a timestamp that is not whole milliseconds', () => {
    expect(() => toRounds('t', [{ key: 'a', value: 'b', timestamp_ms: 1.5 }], 4)).toThrow(
      'whole milliseconds',
    );
  });
});
