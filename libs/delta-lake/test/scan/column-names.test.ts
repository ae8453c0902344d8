import { describe, expect, onTestFinished, test } from 'vitest';
import { duckdbCodec } from '../../src/duckdb.ts';
import {
  createTable,
  hyparquetCodec,
  memoryStore,
  openTable,
  type Row,
  struct,
  type StructType,
} from '../../src/index.ts';
import { collect, temporaryFolder } from '../tables.ts';

/** Properties that every object has: assigning to the first one sets the prototype. */
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

const record = <T>(value: (name: string) => T): { readonly [name: string]: T } =>
  Object.fromEntries(NAMES.map((name) => [name, value(name)]));

describe.each([
  ['at the top', struct(record(() => 'string')), record((name) => `of ${name}`)],
  ['in a struct', struct({ s: struct(record(() => 'string')) }), { s: record((name) => `of ${name}`) }],
] as const satisfies readonly (readonly [string, StructType, Row])[])(
  'columns called as properties of every object, %s',
  (_, schema, row) => {
    test('are written, read and changed as any other', async () => {
      const store = memoryStore();
      const table = await createTable(store, {
        schema,
        configuration: { 'delta.checkpointInterval': '2', 'delta.enableChangeDataFeed': 'true' },
      });
      await table.append([row]);
      await table.append([row]);
      await table.settled();
      const rows = (await collect((await openTable(store)).cached().rows())).flat();
      expect(rows).toStrictEqual([row, row]);
      expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
      expect((await table.check()).findings).toEqual([]);
      await table.update({}, []);
      await table.optimize();
      expect((await collect(table.cached().rows())).flat()).toStrictEqual([row, row]);
    });
  },
);

describe.each([
  ['hyparquet', () => hyparquetCodec()],
  ['DuckDB', () => duckdbCodec({ smallFileRows: 0, smallFileBytes: 0 })],
])('rows that leave such columns out, by %s', (_, open) => {
  test('have nothing there', async () => {
    const parquet = open();
    onTestFinished(async () => {
      if (Symbol.asyncDispose in parquet) await parquet[Symbol.asyncDispose]();
    });
    const names = record(() => 'string');
    const folder = temporaryFolder();
    const fields = Object.entries(names);
    const inner = struct(Object.fromEntries([['x', 'long'], ...fields]));
    const schema = struct(Object.fromEntries([['id', 'long'], ...fields, ['s', inner]]));
    const configuration = { 'delta.checkpointInterval': '2', 'delta.enableChangeDataFeed': 'true' };
    const table = await createTable(folder, { schema, configuration }, { parquet });
    const nothing = record(() => null);
    const whole = (id: bigint, s: Row[string] = null): Row =>
      Object.fromEntries([['id', id], ...Object.entries(nothing), ['s', s]]);
    const found = async (): Promise<readonly Row[]> =>
      (await collect((await openTable(folder, { parquet })).cached().rows()))
        .flat()
        .toSorted((a, b) => Number(a['id']) - Number(b['id']));
    await table.append([{ id: 1n }, { id: 2n, s: { x: 5n } }]);
    const s = Object.fromEntries([['x', 5n], ...Object.entries(nothing)]);
    expect(await found()).toStrictEqual([whole(1n), whole(2n, s)]);
    await table.merge([{ id: 1n }, { id: 3n }], { on: ['id'] });
    await table.update({ s: { x: 6n } }, [
      { column: 'constructor', isNull: true },
      { column: 'id', equals: 2n },
    ]);
    await table.settled();
    const after = [whole(1n), whole(2n, { ...s, x: 6n }), whole(3n)];
    expect(await found()).toStrictEqual(after);
    await table.optimize({ order: { kind: 'z-order', columns: ['constructor', 'toString'] } });
    expect(await found()).toStrictEqual(after);
    expect((await table.check()).findings).toEqual([]);
    const named = [{ column: 'toString', equals: 'a' }];
    expect((await openTable(folder)).cached().files(named)).toEqual([]);
  });
});

test.each(NAMES)('a row may leave the partition column %s out', async (name) => {
  const table = await createTable(memoryStore(), {
    schema: struct(
      Object.fromEntries([
        ['id', 'long'],
        [name, 'string'],
      ]),
    ),
    partitionColumns: [name],
    configuration: { 'delta.checkpointInterval': '1' },
  });
  await table.append([{ id: 1n }]);
  await table.overwrite([{ id: 2n }], { partitions: 'dynamic' });
  await table.settled();
  const rows = (await collect((await openTable(table.store)).cached().rows())).flat();
  expect(rows).toStrictEqual([
    Object.fromEntries<bigint | null>([
      ['id', 2n],
      [name, null],
    ]),
  ]);
});

test.each(NAMES)('a partition column may be called %s', async (name) => {
  const store = memoryStore();
  const schema = struct(
    Object.fromEntries([
      ['id', 'long'],
      [name, 'string'],
    ]),
  );
  const row = Object.fromEntries<bigint | string>([
    ['id', 1n],
    [name, 'a'],
  ]);
  const table = await createTable(store, {
    schema,
    partitionColumns: [name],
    configuration: { 'delta.checkpointInterval': '1' },
  });
  await table.append([row]);
  await table.settled();
  const rows = (await collect((await openTable(store)).cached().rows())).flat();
  expect(rows).toStrictEqual([row]);
  expect((await openTable(store)).cached().files([{ column: name, equals: 'b' }])).toEqual([]);
});
