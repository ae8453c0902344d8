import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContrailError } from '../../src/errors.ts';
import type { BatchRecord } from '../../src/pipeline/batch-record.ts';
import { pendingRanges, planBatch, type Range, rowsIn } from '../../src/pipeline/plan.ts';

const range = (partition: number, start: number, end: number): Range => ({
  partition,
  start: BigInt(start),
  end: BigInt(end),
});
const last = (...ranges: readonly Range[]): BatchRecord => ({
  batch_id: 1,
  topic: 't',
  recorded_at_ms: 0,
  ranges,
});
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof ContrailError ? error.code : error;
  }
};

describe('what is left to read', () => {
  it('is the whole topic in a fresh lake, from what is kept', () => {
    expect(pendingRanges([range(0, 5, 9), range(1, 0, 0)], null)).toEqual([range(0, 5, 9), range(1, 0, 0)]);
  });

  it('starts where the last batch ended, and takes in partitions that it did not know', () => {
    expect(pendingRanges([range(0, 0, 9), range(1, 0, 4)], last(range(0, 0, 6)))).toEqual([
      range(0, 6, 9),
      range(1, 0, 4),
    ]);
  });

  it('is refused when messages expired unread, or when the topic was replaced', () => {
    expect(codeOf(() => pendingRanges([range(0, 7, 9)], last(range(0, 0, 6))))).toBe('topic-offsets-expired');
    expect(codeOf(() => pendingRanges([range(0, 0, 5)], last(range(0, 0, 6))))).toBe('topic-went-back');
    expect(codeOf(() => pendingRanges([range(0, 6, 6)], last(range(0, 0, 6))))).toBeNull();
  });
});

describe('a planned batch', () => {
  it('takes from every partition its share', () => {
    expect(planBatch([range(0, 0, 100), range(1, 10, 310)], 40)).toEqual([range(0, 0, 10), range(1, 10, 40)]);
  });

  const pendings = fc.array(fc.record({ start: fc.nat(1e9), length: fc.oneof(fc.nat(5), fc.nat(1e6)) }), {
    minLength: 1,
    maxLength: 8,
  });

  it('takes exactly as many as it may, from the front, and says where every partition stands', () => {
    fc.assert(
      fc.property(pendings, fc.integer({ min: 1, max: 1e6 }), (list, maxRows) => {
        const pending = list.map(({ start, length }, partition) => range(partition, start, start + length));
        const planned = planBatch(pending, maxRows);
        expect(rowsIn(planned)).toBe(Math.min(maxRows, rowsIn(pending)));
        expect(planned.map(({ partition, start }) => [partition, start])).toEqual(
          pending.map(({ partition, start }) => [partition, start]),
        );
        for (const [index, { start, end }] of planned.entries()) {
          expect(end >= start && end <= (pending[index]?.end ?? -1n)).toBe(true);
        }
      }),
    );
  });
});
