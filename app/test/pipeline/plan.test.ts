import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContrailError } from '../../src/errors.ts';
import type { BatchRecord } from '../../src/pipeline/batch-record.ts';
import { pendingRanges, planBatch, planWithin, type Range, rowsIn } from '../../src/pipeline/plan.ts';

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

  it('is refused when messages of a partition that was added later expired unread', () => {
    const added = () => pendingRanges([range(0, 0, 9), range(1, 3, 4)], last(range(0, 0, 6)));
    expect(codeOf(added)).toBe('topic-offsets-expired');
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

describe('a batch that is planned by bytes too', () => {
  /** Every message of a partition is so many bytes. */
  const sizes = (bytes: readonly number[]) => (ranges: readonly Range[]) =>
    Promise.resolve(ranges.map(({ start, end }, index) => Number(end - start) * (bytes[index] ?? 0)));
  const bytesOf = async (ranges: readonly Range[], bytes: readonly number[]): Promise<number> =>
    (await sizes(bytes)(ranges)).reduce((sum, part) => sum + part, 0);

  it('has as many messages as it may where they are small', async () => {
    const pending = [range(0, 0, 100), range(1, 0, 100)];
    expect(await planWithin(pending, { maxRows: 150, maxBytes: 1e6 }, sizes([400, 400]))).toEqual(
      planBatch(pending, 150),
    );
  });

  it('has fewer where they are large, from every partition, and uses most of what it may', async () => {
    const pending = [range(0, 0, 50_000), range(1, 0, 50_000)];
    const bytes = [4_000, 4_000];
    const planned = await planWithin(pending, { maxRows: 100_000, maxBytes: 64e6 }, sizes(bytes));
    expect(await bytesOf(planned, bytes)).toBeLessThanOrEqual(64e6);
    expect(await bytesOf(planned, bytes)).toBeGreaterThan(50e6);
    expect(planned.every(({ start, end }) => end > start)).toBe(true);
  });

  it('holds a message that is larger than a batch may be by itself', async () => {
    const planned = await planWithin([range(0, 5, 9)], { maxRows: 10, maxBytes: 1_000 }, sizes([5_000]));
    expect(planned).toEqual([range(0, 5, 6)]);
  });

  it('holds nothing where nothing is left', async () => {
    const planned = await planWithin([range(0, 5, 5)], { maxRows: 10, maxBytes: 1_000 }, sizes([5_000]));
    expect(planned).toEqual([range(0, 5, 5)]);
  });
});
