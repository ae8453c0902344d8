import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  createTable,
  type DataType,
  type DeltaTable,
  mapOf,
  memoryStore,
  openTable,
  type Row,
  struct,
  type StructType,
} from '../../src/index.ts';
import { collect } from '../tables.ts';

const field = (name: string, type: unknown, metadata: object = {}): StructType['fields'][number] => ({
  name,
  type: type as DataType,
  nullable: true,
  metadata: { ...metadata },
});
const schemaOf = (...fields: StructType['fields'][number][]): StructType => ({ type: 'struct', fields });

describe('a schema that no other program could read is refused, at creation and later', () => {
  test.each<[string, StructType, RegExp]>([
    ['a decimal of too many digits', struct({ b: 'decimal(50,2)' }), /1 to 38 digits/],
    ['a decimal of no digits', struct({ b: 'decimal(0,0)' }), /1 to 38 digits/],
    ['a decimal with more after the point than it has', struct({ b: 'decimal(5,6)' }), /1 to 38 digits/],
    ['a decimal with fewer than none after the point', struct({ b: 'decimal(5,-2)' }), /1 to 38 digits/],
    [
      'one of these deeper',
      struct({ b: arrayOf(mapOf('string', 'decimal(39,0)')) }),
      /"b\.element\.value" is a decimal/,
    ],
    ['a type that is none', struct({ b: 'int' }), /unknown type "int"/],
    ['a type in another case', struct({ b: 'Long' }), /unknown type "Long"/],
    [
      'an object that is no type',
      schemaOf(field('b', { type: 'long', nulable: false })),
      /which does not exist/,
    ],
    ['no type', schemaOf(field('b', undefined)), /which does not exist/],
    ['a struct without fields', struct({ b: struct({}) }), /no field/],
    ['nothing in a list', struct({ b: arrayOf('void') }), /a top-level column alone/],
    ['a map as a key', struct({ b: mapOf(mapOf('string', 'long'), 'long') }), /are, or hold, maps/],
    ['half a surrogate pair in a name', struct({ 'b\ud83d': 'long' }), /half of a surrogate pair/],
    [
      'half a surrogate pair in a comment',
      schemaOf(field('b', 'long', { comment: 'x\udc00' })),
      /half of a surrogate pair/,
    ],
    [
      'names that differ in case',
      struct({ b: struct({ x: 'long', X: 'long' }) }),
      /"b\.x" and "b\.X" differ in case alone/,
    ],
  ])('%s', async (_, schema, message) => {
    const refused = { kind: 'invalid', message: expect.stringMatching(message) };
    const first = struct({ a: 'long' }).fields;
    const whole = { ...schema, fields: [...first, ...schema.fields] };
    await expect(createTable(memoryStore(), { schema: whole })).rejects.toMatchObject(refused);
    const table = await createTable(memoryStore(), { schema: struct({ a: 'long' }) });
    await expect(table.addColumns(schema)).rejects.toMatchObject(refused);
    await expect(table.append([{ a: 1n }], { mergeSchema: whole })).rejects.toMatchObject(refused);
    await expect(table.overwrite([], { overwriteSchema: { schema: whole } })).rejects.toMatchObject(refused);
    expect((await table.snapshot()).version).toBe(0);
  });

  test.each([undefined, null, 'long', {}, { type: 'struct' }, { type: 'struct', fields: [null] }, []])(
    '%o',
    async (schema) => {
      await expect(createTable(memoryStore(), { schema: schema as never })).rejects.toMatchObject({
        kind: 'invalid',
      });
    },
  );

  test('a type that two columns of one name would have at evolution is told by the name', async () => {
    const table = await createTable(memoryStore(), { schema: struct({ a: 'long' }) });
    await expect(table.addColumns(struct({ A: 'string' }))).rejects.toThrow(/the table has it as "a"/);
    await expect(table.append([{ A: 1n }])).rejects.toThrow(/"A", which is not a column/);
  });
});

/** A table of ours as if another program had given its second column this type. */
async function tableWith(type: unknown, stored: DataType, metadata: object = {}) {
  const store = memoryStore();
  const table = await createTable(store, { schema: struct({ a: 'long', b: stored }) });
  await table.append([{ a: 1n, b: null }]);
  await table.settled();
  const key = '_delta_log/00000000000000000000.json';
  const lines = Buffer.from(await store.get(key))
    .toString()
    .trim()
    .split('\n');
  const changed = lines.map((line) => {
    const action = JSON.parse(line) as { metaData?: { schemaString: string } };
    if (!action.metaData) return line;
    const schemaString = JSON.stringify(schemaOf(field('a', 'long'), field('b', type, metadata)));
    return JSON.stringify({ metaData: { ...action.metaData, schemaString } });
  });
  await store.put(key, changed.join('\n'));
  return openTable(store);
}

const rowsOf = async (table: DeltaTable, columns?: readonly string[]): Promise<Row[]> =>
  (await collect((await table.snapshot()).rows(columns ? { columns } : {}))).flat();

describe('a column of a type that is not ours', () => {
  const udt = {
    type: 'udt',
    class: 'org.example.Point',
    pyClass: 'x',
    sqlType: { type: 'array', elementType: 'double', containsNull: false },
  };

  test('that a program defined is read and written as what is stored, and stays in the schema', async () => {
    const table = await tableWith(udt, arrayOf('double', false));
    const before = table.cached().metadata.schemaString;
    await table.append([{ a: 2n, b: [1, 2] }]);
    await table.update({ b: [3] }, [{ column: 'a', equals: 1n }]);
    await table.setProperties({ 'delta.checkpointInterval': '1' });
    await table.delete([{ column: 'b', isNull: true }]);
    await table.optimize();
    const rows = (await rowsOf(table)).sort((a, b) => Number(a['a']) - Number(b['a']));
    expect(rows).toEqual([
      { a: 1n, b: [3] },
      { a: 2n, b: [1, 2] },
    ]);
    expect(table.cached().metadata.schemaString).toBe(before);
    // What would write the schema down without it is refused.
    const refused = { code: 'unsupported-feature', message: expect.stringContaining('org.example.Point') };
    await expect(table.addColumns(struct({ c: 'long' }))).rejects.toMatchObject(refused);
    await expect(
      table.overwrite([], { overwriteSchema: { schema: struct({ a: 'long' }) } }),
    ).rejects.toMatchObject(refused);
  });

  test.each([
    [
      'deep in other types',
      { type: 'map', keyType: 'string', valueType: udt, valueContainsNull: true },
      mapOf('string', arrayOf('double')),
    ],
    ['of a primitive', { ...udt, sqlType: 'long' }, 'long'],
  ])('that a program defined, %s, opens', async (_, type, stored) => {
    const table = await tableWith(type, stored);
    expect(await rowsOf(table)).toEqual([{ a: 1n, b: null }]);
    expect((await table.check()).findings).toEqual([]);
  });

  test.each(['interval day to second', 'geometry(OGC:CRS84)', 'variant', { type: 'set', of: 'long' }])(
    'that nobody here knows, %o, is refused where it is asked for, and the others are read',
    async (type) => {
      const table = await tableWith(type, 'string');
      expect(await rowsOf(table, ['a'])).toEqual([{ a: 1n }]);
      await expect(table.append([{ a: 2n, b: 'x' }])).rejects.toMatchObject({ code: 'unsupported-feature' });
      if (type !== 'variant') {
        await expect(rowsOf(table)).rejects.toMatchObject({ code: 'unsupported-feature' });
        await expect(table.addColumns(struct({ c: 'long' }))).rejects.toThrow(/type/);
      }
    },
  );

  test('keeps metadata that nobody here knows when the schema changes', async () => {
    const metadata = { __CHAR_VARCHAR_TYPE_STRING: 'varchar(5)', comment: 'ü', nested: { x: [1] } };
    const table = await tableWith('string', 'string', metadata);
    await table.addColumns(struct({ c: 'long' }));
    expect(table.cached().schema.fields.find(({ name }) => name === 'b')?.metadata).toEqual(metadata);
  });
});

test('a table with columns that differ in case alone is told as that', async () => {
  const store = memoryStore();
  const table = await createTable(store, { schema: struct({ a: 'long', b: 'string' }) });
  const key = '_delta_log/00000000000000000000.json';
  const text = Buffer.from(await store.get(key)).toString();
  await store.put(key, text.replace('\\"name\\":\\"b\\"', '\\"name\\":\\"A\\"'));
  await expect(openTable(store)).rejects.toThrow(
    /Cannot read memory:\/\/store: .*"columns that differ in case alone: a and A"/,
  );
  expect(table.location).toBe('memory://store');
});

describe('text without a UTF-8 form is refused by name before anything is written', () => {
  const half = 'x\ud83d';
  test.each<[string, (table: DeltaTable) => unknown]>([
    ['The application id', (table) => table.append([], { transaction: { appId: half, version: 1 } })],
    ['UserMetadata', (table) => table.append([{ a: 1n }], { userMetadata: half })],
    ['The property "delta.', (table) => table.setProperties({ 'delta.parquet.compression.codec': half })],
    ['The property "p"', (table) => table.setProperties({ p: half })],
    ['The name of a property', (table) => table.setProperties({ [half]: 'x' })],
    ['The operation', (table) => table.startTransaction({ operation: half }).commit()],
    [
      '"mode" of the operation',
      (table) => table.startTransaction({ operation: 'X', operationParameters: { mode: half } }).commit(),
    ],
    [
      '"m" of the operation',
      (table) => table.startTransaction({ operation: 'X' }).setOperationMetrics({ m: half }).commit(),
    ],
    ['The domain', (table) => table.startTransaction({ operation: 'X' }).setDomain(half, 'x')],
    [
      'The path of a file',
      (table) =>
        table
          .startTransaction({ operation: 'X' })
          .append([{ path: half, bytes: 1, rows: 1, partition: { s: 'x' }, statistics: {} }])
          .commit(),
    ],
    ['A partition value', (table) => table.append([{ a: 1n, s: half }])],
    ['The column "t"', (table) => table.append([{ a: 1n, t: half }])],
    [
      'The description',
      () => createTable(memoryStore(), { schema: struct({ a: 'long' }), description: half }),
    ],
    ['The name of', () => createTable(memoryStore(), { schema: struct({ a: 'long' }), name: half })],
    [
      'The property "p"',
      () => createTable(memoryStore(), { schema: struct({ a: 'long' }), configuration: { p: half } }),
    ],
  ])('%s', async (what, call) => {
    const schema = struct({ a: 'long', s: 'string', t: 'string' });
    const table = await createTable(memoryStore(), { schema, partitionColumns: ['s'] });
    await expect((async () => call(table))()).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(what),
    });
    expect((await table.snapshot()).version).toBe(0);
  });
});
