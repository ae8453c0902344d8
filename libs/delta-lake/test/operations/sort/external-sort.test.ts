import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../../../src/index.ts';
import { sortRows } from '../../../src/operations/sort/external-sort.ts';
import { zValue } from '../../../src/operations/sort/z-value.ts';
import { collect } from '../../tables.ts';

const byKey = (a: Row, b: Row): number => Number(a['key']) - Number(b['key']);

async function* batches(rows: readonly Row[], size: number): AsyncGenerator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

const temporaries = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('delta-sort-'));

test('any rows come out as a stable sort in memory has them, whatever the runs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 7 }),
      async (keys, runRows, blockRows) => {
        const rows = keys.map((key, index) => ({ key, index }));
        const sorted = (await collect(sortRows(batches(rows, 9), byKey, { runRows, blockRows }))).flat();
        expect(sorted).toEqual(rows.toSorted(byKey));
      },
    ),
    { numRuns: 50 },
  );
});

test('values of every type survive a trip through a temporary file, and no file is left', async () => {
  const before = temporaries();
  const rows = [
    {
      key: 2,
      long: 2n ** 62n,
      text: 'ö🛩',
      bytes: new Uint8Array([0, 255]),
      list: [1, null],
      map: [['k', 1n]],
    },
    { key: 1, long: -1n, text: '', bytes: new Uint8Array(0), list: [], map: [], number: -0, nan: Number.NaN },
  ];
  const sorted = (await collect(sortRows(batches(rows, 1), byKey, { runRows: 1, blockRows: 1 }))).flat();
  expect(sorted.map((row) => ({ ...row, bytes: Array.from(row['bytes'] as Uint8Array) }))).toEqual(
    rows.toReversed().map((row) => ({ ...row, bytes: Array.from(row.bytes) })),
  );
  expect(temporaries()).toEqual(before);
});

test('a reader that stops early, and a signal, leave no file either', async () => {
  const before = temporaries();
  const rows = Array.from({ length: 100 }, (_, key) => ({ key }));
  const limits = { runRows: 10, blockRows: 2 };
  for await (const batch of sortRows(batches(rows, 5), byKey, limits)) {
    expect(batch).toEqual([{ key: 0 }, { key: 1 }]);
    break;
  }
  const stop = new AbortController();
  const sorted = sortRows(batches(rows, 5), byKey, { ...limits, signal: stop.signal });
  await sorted.next();
  stop.abort();
  await expect(collect(sorted)).rejects.toThrow('aborted');
  expect(temporaries()).toEqual(before);
});

test('a z-value takes the bits of the ranks in turn', () => {
  expect(zValue([0b11, 0b01])).toBe(0b1011n);
  expect(zValue([5])).toBe(5n);
  expect(zValue([0, 0, 1])).toBe(1n);
});
