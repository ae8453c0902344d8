import { expect } from 'vitest';
import type { Lake } from '../../app/src/lake/lake.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { canonical } from '../../app/test/pipeline/small-world.ts';
import { isClose } from '../golden/lines.ts';

type Cells = Readonly<Record<string, unknown>>;

/** Two lakes hold the same tables, row for row; doubles of two engines may differ in their last digits. */
export async function expectSameTables(actual: Lake, expected: Lake): Promise<void> {
  for (const { name, key } of BATCH_TABLES) {
    const [found, wanted] = [await rowsOf(actual, name, key), await rowsOf(expected, name, key)];
    expect([...found.keys()].sort(), `keys of ${name}`).toEqual([...wanted.keys()].sort());
    for (const [id, row] of wanted) {
      const other = found.get(id) ?? {};
      const differing = Object.keys({ ...row, ...other }).filter(
        (column) => !isSame(other[column], row[column]),
      );
      const cells = differing.map((column) =>
        canonical({ column, found: other[column], wanted: row[column] }),
      );
      expect(cells, `${name} ${id}`).toEqual([]);
    }
  }
}

const isSame = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number'
    ? isClose(a, b)
    : canonical({ cell: a }) === canonical({ cell: b });

async function rowsOf(lake: Lake, name: string, key: readonly string[]): Promise<ReadonlyMap<string, Cells>> {
  const definition = BATCH_TABLES.find((table) => table.name === name);
  const table = definition === undefined ? null : await lake.table(definition);
  const rows = new Map<string, Cells>();
  let count = 0;
  for await (const batch of (await table?.snapshot())?.rows() ?? []) {
    for (const row of batch) {
      count += 1;
      rows.set(canonical(key.map((column) => row[column] ?? null)), row);
    }
  }
  expect(rows.size, `rows of ${name} with one key`).toBe(count);
  return rows;
}
