import { join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type CheckFinding,
  type ColumnStatistics,
  createTable,
  memoryStore,
  openTable,
  struct,
} from '../../../src/index.ts';
import { GOLDEN, READABLE } from '../../golden-tables.ts';

const SCHEMA = struct({
  id: 'long',
  ratio: 'double',
  name: 'string',
  seen: 'timestamp',
  day: 'date',
  price: 'decimal(9,2)',
  place: struct({ height: 'integer' }),
});

/** A file of three rows whose footer has statistics. */
const COLUMNS: ColumnSource[] = [
  { name: 'id', data: [1n, 2n, null] },
  { name: 'ratio', data: [0.5, -0.5, 1.5] },
  { name: 'name', data: ['a', 'm', 'z'.repeat(60)] },
  { name: 'seen', data: [1_000_001n, 2_000_000n, 3_000_999n] },
  { name: 'day', data: [20_000, 20_001, null] },
  { name: 'price', data: [-1.05, 0, 123.45] },
  { name: 'place', data: [{ height: 3 }, null, { height: 9 }] },
];
const ELEMENTS = [
  { name: 'root', num_children: 7 },
  { name: 'id', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'ratio', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  { name: 'seen', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'OPTIONAL' },
  { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
  {
    name: 'price',
    type: 'INT32',
    converted_type: 'DECIMAL',
    precision: 9,
    scale: 2,
    repetition_type: 'OPTIONAL',
  },
  { name: 'place', num_children: 1, repetition_type: 'OPTIONAL' },
  { name: 'height', type: 'INT32', repetition_type: 'OPTIONAL' },
] as const;

const TRUE: Readonly<Record<string, ColumnStatistics>> = {
  id: { nulls: 1, min: 1n, max: 2n },
  ratio: { nulls: 0, min: -0.5, max: 1.5 },
  name: { nulls: 0, min: 'a', max: 'z'.repeat(60) },
  seen: { nulls: 0, min: 1_000_001n, max: 3_000_999n },
  day: { nulls: 1, min: '2024-10-04', max: '2024-10-05' },
  price: { nulls: 0, min: '-1.05', max: '123.45' },
  place: { nulls: 1, fields: { height: { nulls: 1, min: 3, max: 9 } } },
};

/** What check finds in a table of that file, when the log says this of it. */
async function findings(
  statistics: Readonly<Record<string, ColumnStatistics>>,
): Promise<readonly CheckFinding[]> {
  const table = await createTable(memoryStore(), { schema: SCHEMA });
  const body = parquetWriteBuffer({ columnData: COLUMNS, schema: [...ELEMENTS] });
  await table.store.put('file.parquet', new Uint8Array(body));
  await table
    .startTransaction({ operation: 'WRITE' })
    .append([{ path: 'file.parquet', bytes: body.byteLength, rows: 3, partition: {}, statistics }])
    .commit();
  const report = await table.check();
  expect(report.columnsCompared).toBe(Object.keys(statistics).length);
  return report.findings;
}

describe('statistics in the log and those of the files', () => {
  test('that agree are no finding, cut and rounded as they are', async () => {
    expect(await findings(TRUE)).toEqual([]);
  });

  test('that are wider than need be are no finding', async () => {
    const wide = { id: { nulls: 1, min: -5n, max: 500n }, name: { nulls: 0, min: '', max: 'zzzz{' } };
    expect(await findings(wide)).toEqual([]);
  });

  test.each<[string, ColumnStatistics, CheckFinding['kind'], string]>([
    ['id', { nulls: 0 }, 'null-count', 'Its column id is null in 1 rows, but its statistics say 0.'],
    ['id', { nulls: 1, min: 2n, max: 2n }, 'bounds', 'Its column id begins at 1, but its statistics say 2.'],
    ['id', { nulls: 1, min: 1n, max: 1n }, 'bounds', 'Its column id ends at 2, but its statistics say 1.'],
    ['ratio', { nulls: 0, min: -0.25, max: 9 }, 'bounds', 'Its column ratio begins at -0.5'],
    [
      'name',
      { nulls: 0, min: 'b', max: '~' },
      'bounds',
      'Its column name begins at "a", but its statistics say "b".',
    ],
    ['name', { nulls: 0, min: 'a', max: 'y' }, 'bounds', 'its statistics say "y"'],
    ['seen', { nulls: 0, min: 0n, max: 2_999_000n }, 'bounds', 'Its column seen ends at 3000999'],
    ['day', { nulls: 1, min: '2024-10-05', max: '2024-10-05' }, 'bounds', 'begins at "2024-10-04"'],
    ['price', { nulls: 0, min: '-1.04', max: '123.45' }, 'bounds', 'Its column price begins at "-1.05"'],
    [
      'place',
      { nulls: 1, fields: { height: { nulls: 1, min: 3, max: 8 } } },
      'bounds',
      'Its column place.height ends at 9, but its statistics say 8.',
    ],
  ])('of %s that leave something out are found: %o', async (column, statistics, kind, message) => {
    const found = await findings({ ...TRUE, [column]: statistics });
    expect(found).toMatchObject([{ kind, path: 'file.parquet' }]);
    expect(found[0]?.message).toContain(message);
    expect(found[0]?.advice).toContain('Rewrite the file');
  });

  test('say nothing of a column that a file from before it lacks, but that it is null', async () => {
    const table = await createTable(memoryStore(), { schema: struct({ id: 'long', later: 'long' }) });
    const body = parquetWriteBuffer({ columnData: COLUMNS.slice(0, 1) });
    await table.store.put('file.parquet', new Uint8Array(body));
    const append = (later: ColumnStatistics) =>
      table
        .startTransaction({ operation: 'WRITE' })
        .append([
          { path: 'file.parquet', bytes: body.byteLength, rows: 3, partition: {}, statistics: { later } },
        ])
        .commit();
    await append({ nulls: 3 });
    expect((await table.check()).findings).toEqual([]);
    await append({ nulls: 2 });
    expect((await table.check()).findings).toMatchObject([{ kind: 'null-count' }]);
  });
});

if (READABLE.length === 0)
  console.warn(`SKIPPED: no golden tables at ${GOLDEN}, their statistics are not compared.`);

describe.skipIf(READABLE.length === 0)('statistics of other writers', () => {
  let columnsCompared = 0;
  afterAll(() => {
    console.info(`golden tables: ${columnsCompared} columns of files compared`);
    expect(columnsCompared).toBeGreaterThan(0);
  });

  test.each(READABLE)('are true in $path', async ({ path }) => {
    const report = await (await openTable(join(GOLDEN, path))).check();
    columnsCompared += report.columnsCompared;
    const kinds: ReadonlySet<string> = new Set(['row-count', 'null-count', 'bounds']);
    expect(report.findings.filter(({ kind }) => kinds.has(kind))).toEqual([]);
  });
});
