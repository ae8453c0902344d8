import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareCodePoints } from '../../src/schema/value.ts';
import { hyparquetCodec } from '../../src/parquet/hyparquet-codec.ts';
import { struct, type Value } from '../../src/index.ts';
import { sourceOf } from './contract.ts';

const codec = hyparquetCodec();

/** What the footer says of a column of these cells. */
async function statisticsOf(type: string, cells: readonly Value[]) {
  const bytes = await codec.write(
    cells.map((c) => ({ c })),
    struct({ c: type }),
  );
  const { row_groups } = await codec.footer(sourceOf(bytes));
  return row_groups[0]?.columns[0]?.meta_data?.statistics;
}

const order = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const withNulls = <T extends Value>(cells: fc.Arbitrary<T>): fc.Arbitrary<readonly (T | null)[]> =>
  fc.array(fc.option(cells, { nil: null }), { minLength: 1, maxLength: 40 });

test.each([
  ['integer', fc.integer()],
  ['long', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['double', fc.double({ noNaN: true }).filter((value) => value !== 0)],
  ['float', fc.float({ noNaN: true }).filter((value) => value !== 0)],
] as const)('the footer has the exact bounds of a column of %s', async (type, values) => {
  await fc.assert(
    fc.asyncProperty(withNulls(values as fc.Arbitrary<number | bigint>), async (cells) => {
      const sorted = cells.filter((cell) => cell !== null).toSorted(order);
      const statistics = await statisticsOf(type, cells);
      expect(statistics?.null_count).toBe(BigInt(cells.length - sorted.length));
      expect(statistics?.min_value).toBe(sorted.at(0));
      expect(statistics?.max_value).toBe(sorted.at(-1));
    }),
    { numRuns: 200 },
  );
});

test('texts lie between the bounds, which are short', async () => {
  await fc.assert(
    fc.asyncProperty(withNulls(fc.string({ unit: 'binary', maxLength: 40 })), async (cells) => {
      const statistics = await statisticsOf('string', cells);
      const [min, max] = [statistics?.min_value, statistics?.max_value] as unknown as [string, string];
      for (const cell of cells) {
        if (cell === null) continue;
        expect(compareCodePoints(min, cell)).toBeLessThanOrEqual(0);
        expect(compareCodePoints(max, cell)).toBeGreaterThanOrEqual(0);
      }
      if (min !== undefined) expect(Buffer.byteLength(min)).toBeLessThanOrEqual(16);
    }),
    { numRuns: 200 },
  );
});

test('zero is both zeros, and a NaN leaves no bounds', async () => {
  expect(await statisticsOf('double', [0, 1])).toMatchObject({ min_value: -0, max_value: 1 });
  expect(await statisticsOf('double', [-1, -0])).toMatchObject({ min_value: -1, max_value: 0 });
  const nan = await statisticsOf('double', [1, Number.NaN, null]);
  expect(nan?.null_count).toBe(1n);
  expect(nan?.min_value).toBeUndefined();
  expect(nan?.max_value).toBeUndefined();
});

test('a column of nulls only has their number', async () => {
  const statistics = await statisticsOf('string', [null, null]);
  expect(statistics?.null_count).toBe(2n);
  expect(statistics?.min_value).toBeUndefined();
});
