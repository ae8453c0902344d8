import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { expect, test } from 'vitest';
import { contextOf } from '../../src/context/context.ts';
import { writeDataFiles, type WriteFilesOptions } from '../../src/data-files/data-files.ts';
import type { RowSource } from '../../src/data-files/row-input.ts';
import {
  arrayOf,
  createTable,
  mapOf,
  memoryStore,
  openTable,
  type Row,
  struct,
  type StructType,
} from '../../src/index.ts';
import { collect, temporaryFolder } from '../tables.ts';

/** Writes rows into a new table in memory and appends them. */
async function written(
  spec: {
    readonly schema: StructType;
    readonly partitionColumns?: readonly string[];
    readonly configuration?: Readonly<Record<string, string>>;
  },
  rows: RowSource,
  options: WriteFilesOptions = {},
) {
  const store = memoryStore();
  const table = await createTable(store, spec);
  const files = await writeDataFiles(contextOf(store), table.cached(), rows, options);
  await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
  const snapshot = (await openTable(store)).cached();
  const stats = snapshot
    .files()
    .map((file) => JSON.parse(file.statsText ?? 'null') as Record<string, unknown>);
  return { store, files, snapshot, stats, rows: (await collect(snapshot.rows())).flat() };
}

test('rows are split by partition, folders escaped as Hive does, and escaped again in the log', async () => {
  const schema = struct({ id: 'long', letter: 'string', day: 'date' });
  const rows: Row[] = [
    { id: 1n, letter: 'a/b', day: '2026-11-23' },
    { id: 2n, letter: null, day: null },
    { id: 3n, letter: 'a/b', day: '2026-11-23' },
    { id: 4n, letter: '', day: '1969-12-31' },
    { id: 5n, letter: 'ä%={x}', day: '2026-11-23' },
  ];
  const {
    snapshot,
    files,
    rows: back,
  } = await written({ schema, partitionColumns: ['letter', 'day'] }, rows);
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  expect(files.map(({ path }) => folderOf(path)).sort()).toEqual([
    'letter=__HIVE_DEFAULT_PARTITION__/day=1969-12-31',
    'letter=__HIVE_DEFAULT_PARTITION__/day=__HIVE_DEFAULT_PARTITION__',
    'letter=a%2Fb/day=2026-11-23',
    'letter=ä%25%3D%7Bx}/day=2026-11-23',
  ]);
  expect(snapshot.files().map(({ path }) => folderOf(path))).toContain('letter=a%252Fb/day=2026-11-23');
  // The empty string is null, as the protocol has it.
  const expected = rows.map((row) => (row['letter'] === '' ? { ...row, letter: null } : row));
  expect(back.sort((a, b) => Number(a['id']) - Number(b['id']))).toEqual(expected);
});

test('statistics are nested, bounded, and as Spark writes them', async () => {
  const schema = struct({
    text: 'string',
    at: 'timestamp',
    s: struct({ x: 'integer', deep: struct({ d: 'date', list: arrayOf('long') }) }),
    price: 'decimal(20,2)',
    ratio: 'double',
    big: 'long',
    flag: 'boolean',
    m: mapOf('string', 'long'),
  });
  const long = 'z'.repeat(40);
  const { stats, snapshot } = await written({ schema }, [
    {
      text: long,
      at: 1_500n,
      s: { x: 3, deep: { d: '2026-11-23', list: [1n, null] } },
      price: '123456789012345678.90',
      ratio: 0.5,
      big: 9_007_199_254_740_993n,
      flag: true,
      m: [['k', null]],
    },
    { text: 'a', at: -1_500n, s: null, price: '-0.01', ratio: Number.NaN, big: null, flag: null, m: null },
    { text: null, at: null, s: { x: null, deep: null }, price: null, ratio: 1, big: -1n, flag: false, m: [] },
  ]);
  // JSON.parse rounds; the text has every digit.
  const text = snapshot.files()[0]?.statsText;
  expect(text).toContain('"price":123456789012345678.90,"big":9007199254740993}');
  expect(stats).toEqual([
    {
      numRecords: 3,
      minValues: {
        text: 'a',
        at: '1969-12-31T23:59:59.998Z',
        s: { x: 3, deep: { d: '2026-11-23' } },
        price: -0.01,
        big: -1,
      },
      maxValues: {
        text: `${'z'.repeat(31)}{`,
        at: '1970-01-01T00:00:00.002Z',
        s: { x: 3, deep: { d: '2026-11-23' } },
        price: Number('123456789012345678.90'),
        big: Number(9_007_199_254_740_993n),
      },
      nullCount: {
        text: 1,
        at: 1,
        s: { x: 2, deep: { d: 2, list: 2 } },
        price: 1,
        ratio: 0,
        big: 1,
        flag: 1,
        m: 1,
      },
    },
  ]);
});

test.each([
  [{ 'delta.dataSkippingNumIndexedCols': '2' }, { a: 0, s: { x: 0 } }],
  [{ 'delta.dataSkippingNumIndexedCols': '0' }, {}],
  [{ 'delta.dataSkippingNumIndexedCols': '-1' }, { a: 0, s: { x: 0, y: 0 }, b: 0 }],
  [{ 'delta.dataSkippingStatsColumns': 'b, `s`.y' }, { s: { y: 0 }, b: 0 }],
  [{ 'delta.dataSkippingStatsColumns': 's' }, { s: { x: 0, y: 0 } }],
])('with %o the columns with statistics are %o', async (configuration, nullCount) => {
  const schema = struct({ a: 'long', s: struct({ x: 'long', y: 'long' }), b: 'long' });
  const { stats } = await written({ schema, configuration }, [{ a: 1n, s: { x: 2n, y: 3n }, b: 4n }]);
  expect(stats[0]?.['nullCount']).toEqual(nullCount);
});

test.each([
  [{ id: null }, 'not-null-violated', 'id'],
  [{}, 'not-null-violated', 'id'],
  [{ id: '1' }, 'invalid-argument', 'id'],
  [{ id: 2n ** 63n }, 'invalid-argument', 'id'],
  [{ id: 1n, day: '2026-02-31' }, 'invalid-argument', 'day'],
  [{ id: 1n, tiny: 128 }, 'invalid-argument', 'tiny'],
  [{ id: 1n, price: '1.005' }, 'invalid-argument', 'price'],
  [{ id: 1n, price: '1000.00' }, 'invalid-argument', 'price'],
  [{ id: 1n, text: '\ud800' }, 'invalid-argument', 'text'],
  [{ id: 1n, list: [1n, null] }, 'not-null-violated', 'list.element'],
  [{ id: 1n, s: { y: 1n } }, 'not-null-violated', 's.x'],
  [{ id: 1n, s: { x: 1n, z: 1n } }, 'invalid-argument', 's.z'],
  [{ id: 1n, other: 1n }, 'invalid-argument', 'other'],
] as const)('the row %o is refused with %s for %s, and nothing is left behind', async (row, code, column) => {
  const schema = struct({
    id: { type: 'long', nullable: false },
    day: 'date',
    tiny: 'byte',
    price: 'decimal(5,2)',
    text: 'string',
    list: arrayOf('long', false),
    s: struct({ x: { type: 'long', nullable: false }, y: 'long' }),
  });
  const store = memoryStore();
  const table = await createTable(store, { schema });
  async function* batches(): AsyncGenerator<readonly Row[]> {
    yield Array.from({ length: 100 }, (_, index) => ({ id: BigInt(index) }));
    yield [row];
  }
  await expect(
    writeDataFiles(contextOf(store), table.cached(), batches(), { targetBytes: 1 }),
  ).rejects.toMatchObject({ code, facts: { column } });
  const keys = await collect(store.list(''));
  expect(keys.map(({ key }) => key)).toEqual(['_delta_log/00000000000000000000.json']);
});

test('files end at the target size, in the order of the rows', async () => {
  const schema = struct({ id: 'long', text: 'string' });
  const rows = Array.from({ length: 5_000 }, (_, id): Row => ({
    id: BigInt(id),
    text: createHash('sha256').update(String(id)).digest('hex'),
  }));
  async function* batches(): AsyncGenerator<readonly Row[]> {
    for (let start = 0; start < rows.length; start += 500) yield rows.slice(start, start + 500);
  }
  const { files, rows: back } = await written(
    { schema, configuration: { 'delta.targetFileSize': '20kb' } },
    batches(),
  );
  expect(files.length).toBeGreaterThan(3);
  for (const file of files.slice(0, -1)) {
    expect(file.bytes).toBeGreaterThanOrEqual(20 * 1024);
    expect(file.bytes).toBeLessThan(60 * 1024);
  }
  expect(back).toEqual(rows);
});

test('many open partitions stay within the bound: the largest is closed early', async () => {
  const schema = struct({ id: 'long', p: 'integer' });
  const rows = Array.from({ length: 4_000 }, (_, id): Row => ({ id: BigInt(id), p: id % 40 }));
  async function* batches(): AsyncGenerator<readonly Row[]> {
    for (let start = 0; start < rows.length; start += 500) yield rows.slice(start, start + 500);
  }
  const table = { schema, partitionColumns: ['p'] };
  const { files, rows: back } = await written(table, batches(), { maxBufferedBytes: 40_000 });
  expect(files.length).toBeGreaterThan(40);
  expect(new Set(back.map(({ id }) => id)).size).toBe(4_000);
});

test.each(['uncompressed', 'none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'nonsense'])(
  'delta.parquet.compression.codec=%s gives files that say what they are and can be read',
  async (codec) => {
    const schema = struct({ id: 'long', text: 'string' });
    const rows = Array.from({ length: 300 }, (_, id): Row => ({ id: BigInt(id), text: 'same' }));
    const configuration = { 'delta.parquet.compression.codec': codec };
    const { files, rows: back } = await written({ schema, configuration }, rows);
    expect(back).toEqual(rows);
    // What hyparquet cannot, and what nobody can, comes in another way, and says so.
    const own = { none: 'uncompressed', lz4: 'snappy', nonsense: 'zstd' }[codec] ?? codec;
    expect(files[0]?.path).toMatch(`.${own}.parquet`);
  },
);

test('no rows, no files; a table on disk has its folders', async () => {
  const folder = temporaryFolder();
  const table = await createTable(folder, {
    schema: struct({ id: 'long', p: 'string' }),
    partitionColumns: ['p'],
  });
  expect(await writeDataFiles(contextOf(folder), table.cached(), [])).toEqual([]);
  const files = await writeDataFiles(contextOf(folder), table.cached(), [
    { id: 1n, p: 'x'.repeat(300) },
    { id: 2n, p: 'a:b' },
  ]);
  // A value that is too long for a folder's name stands in the log alone.
  expect(files.map(({ path }) => path.includes('/'))).toEqual([false, true]);
  await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
  const back = (await collect((await openTable(folder)).cached().rows())).flat();
  expect(back).toEqual([
    { id: 1n, p: 'x'.repeat(300) },
    { id: 2n, p: 'a:b' },
  ]);
});

test('bounds hold for every row, whatever the values', async () => {
  const schema = struct({ t: 'string', f: 'float', at: 'timestamp', d: 'decimal(10,3)' });
  const row = fc.record({
    t: fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }), { nil: null }),
    f: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), { nil: null }),
    at: fc.option(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), { nil: null }),
    d: fc.option(
      fc.integer({ min: -999_999, max: 999_999 }).map((n) => `${n}.25`),
      { nil: null },
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const { snapshot, rows: back } = await written({ schema }, rows);
      for (const found of back) {
        for (const [column, value] of Object.entries(found)) {
          if (value === null) continue;
          expect(snapshot.files([{ column, min: value, max: value }])).toHaveLength(1);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test.each(['name', 'id'])(
  'a table that maps its columns by %s gets physical names and field ids',
  async (mode) => {
    const schema = struct({
      'an id': 'long',
      'a part': 'string',
      s: struct({ 'x y': 'integer', list: arrayOf(struct({ deep: 'date' })) }),
      m: mapOf('string', struct({ v: 'long' })),
    });
    const rows: Row[] = [
      { 'an id': 1n, 'a part': 'p', s: { 'x y': 3, list: [{ deep: '2026-11-23' }] }, m: [['k', { v: 5n }]] },
    ];
    const configuration = { 'delta.columnMapping.mode': mode };
    const {
      store,
      snapshot,
      rows: back,
      stats,
    } = await written({ schema, partitionColumns: ['a part'], configuration }, rows);
    expect(back).toEqual(rows);
    expect(snapshot.configuration['delta.columnMapping.maxColumnId']).toBe('8');
    expect(snapshot.protocol).toEqual({ minReaderVersion: 2, minWriterVersion: 5 });
    const physical = (name: string): unknown =>
      snapshot.schema.fields.find((field) => field.name === name)?.metadata[
        'delta.columnMapping.physicalName'
      ];
    const [file] = snapshot.files();
    expect(file?.partitionValues).toEqual({ [String(physical('a part'))]: 'p' });
    expect(Object.keys(stats[0]?.['minValues'] as object)).toEqual([physical('an id'), physical('s')]);
    const bytes = await store.get(decodeURIComponent(file?.path ?? ''));
    const metadata = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
    const named = metadata.schema.filter(({ name }) => name.startsWith('col-'));
    expect(named.map(({ field_id }) => field_id)).toEqual([1, 3, 4, 5, 6, 7, 8]);
    expect(snapshot.files([{ column: 'an id', min: 2n }])).toEqual([]);
  },
);
