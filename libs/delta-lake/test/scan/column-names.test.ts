import { describe, expect, test } from 'vitest';
import { createTable, memoryStore, openTable, type Row, struct, type StructType } from '../../src/index.ts';
import { collect } from '../tables.ts';

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
