import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  openTable,
  type Row,
  struct,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

const rowsOf = async (table: DeltaTable): Promise<Row[]> =>
  (await collect((await openTable(table.store)).cached().rows())).flat();

const create = (mode: 'none' | 'name' | 'id', properties: Readonly<Record<string, string>> = {}) =>
  createTable(memoryStore(), {
    schema: struct({ id: 'long', day: 'string', s: struct({ a: 'long', b: 'string' }) }),
    partitionColumns: ['day'],
    configuration: {
      'delta.columnMapping.mode': mode,
      'delta.checkpointInterval': '2',
      'delta.enableChangeDataFeed': 'true',
      ...properties,
    },
  });

const row = (id: number, day: string): Row => ({ id: BigInt(id), day, s: { a: BigInt(id), b: `b${id}` } });

describe.each(['name', 'id'] as const)('columns mapped by %s', (mode) => {
  test('are called by another name, at every depth and of the partition too, and older versions by the old one', async () => {
    const table = await create(mode);
    await table.append([row(1, 'mon')]);
    expect(await table.renameColumn('id', 'the id')).toMatchObject({ kind: 'committed', version: 2 });
    await table.renameColumn('day', 'week;day');
    await table.renameColumn(['s', 'a'], 'id');
    expect(await table.renameColumn('the id', 'the id')).toEqual({ kind: 'unchanged', version: 4 });
    await table.append([{ 'the id': 2n, 'week;day': 'tue', s: { id: 2n, b: 'b2' } }]);
    expect(await rowsOf(table)).toEqual([
      { 'the id': 1n, 'week;day': 'mon', s: { id: 1n, b: 'b1' } },
      { 'the id': 2n, 'week;day': 'tue', s: { id: 2n, b: 'b2' } },
    ]);
    const snapshot = table.cached();
    expect(snapshot.partitionColumns).toEqual(['week;day']);
    expect(snapshot.files([{ column: 'the id', equals: 2n }])).toHaveLength(1);
    expect(snapshot.files([{ column: 'week;day', equals: 'mon' }])).toHaveLength(1);
    const first = await table.snapshotAt({ version: 1 });
    expect((await collect(first.rows())).flat()).toEqual([row(1, 'mon')]);
    const changes = (await collect(table.changesBetween(0))).flat();
    expect(changes.map((change) => change['the id'])).toEqual([1n, 2n]);
    expect((await table.check()).findings).toEqual([]);
  });

  test('are dropped, and a later one of the same name has nothing of them', async () => {
    const table = await create(mode);
    await table.append([row(1, 'mon')]);
    expect(await table.dropColumns(['id', ['s', 'b']])).toMatchObject({ kind: 'committed' });
    expect(await rowsOf(table)).toEqual([{ day: 'mon', s: { a: 1n } }]);
    await table.addColumns(struct({ id: 'string' }));
    await table.append([{ day: 'tue', s: { a: 2n }, id: 'two' }]);
    expect(await rowsOf(table)).toEqual([
      { day: 'mon', s: { a: 1n }, id: null },
      { day: 'tue', s: { a: 2n }, id: 'two' },
    ]);
    expect((await table.check()).findings).toEqual([]);
  });

  test('are refused another name that is taken, and a drop that leaves nothing', async () => {
    const table = await create(mode);
    await expect(table.renameColumn('id', 'DAY')).rejects.toMatchObject({ code: 'invalid-schema' });
    await expect(table.renameColumn('nothing', 'x')).rejects.toThrow('no column "nothing"');
    await expect(table.dropColumns(['day'])).rejects.toThrow('partitioned by it');
    await expect(
      table.dropColumns([
        ['s', 'a'],
        ['s', 'b'],
      ]),
    ).rejects.toThrow('the only column left');
    expect((await table.snapshot()).version).toBe(0);
  });
});

test('columns of an unmapped table keep their names, until it is mapped', async () => {
  const table = await create('none');
  await table.append([row(1, 'mon')]);
  await expect(table.renameColumn('id', 'x')).rejects.toThrow(
    /addFeatures.*delta.columnMapping.mode to name/,
  );
  await expect(table.dropColumns(['id'])).rejects.toMatchObject({ code: 'invalid-argument' });
  await table.addFeatures(['columnMapping']);
  await table.setProperties({ 'delta.columnMapping.mode': 'name' });
  await table.renameColumn('id', 'x');
  await table.dropColumns(['s']);
  await table.append([{ x: 2n, day: 'tue' }]);
  expect(await rowsOf(table)).toEqual([
    { x: 1n, day: 'mon' },
    { x: 2n, day: 'tue' },
  ]);
});

test('columns that a property names are not renamed under it', async () => {
  const table = await create('name', { 'delta.dataSkippingStatsColumns': 'id' });
  await expect(table.renameColumn('id', 'x')).rejects.toThrow('delta.dataSkippingStatsColumns');
});

const WIDENINGS: readonly (readonly [string, Row['x'], string, Row['x'], Row['x']])[] = [
  ['byte', 7, 'long', 7n, 2n ** 40n],
  ['integer', 7, 'double', 7, 0.5],
  ['integer', 7, 'decimal(12,2)', '7.00', '0.25'],
  ['long', 7n, 'decimal(24,2)', '7.00', '0.25'],
  ['float', Math.fround(3.4), 'double', Math.fround(3.4), 3.4],
  ['decimal(5,2)', '1.25', 'decimal(9,4)', '1.2500', '1.2345'],
  ['date', '2026-11-24', 'timestamp_ntz', BigInt(Date.UTC(2026, 10, 24)) * 1000n, 1n],
];

describe.each(['false', 'true'])('with statistics as columns: %s,', (asStruct) => {
  test.each(WIDENINGS)('%s %s becomes %s', async (from, before, to, asWide, wide) => {
    const table = await createTable(memoryStore(), {
      schema: struct({ x: from, s: struct({ x: from }) }),
      configuration: {
        'delta.enableTypeWidening': 'true',
        'delta.feature.timestampNtz': 'supported',
        'delta.checkpointInterval': '1',
        'delta.checkpoint.writeStatsAsStruct': asStruct,
      },
    });
    await table.append([{ x: before, s: { x: before } }]);
    expect(await table.widenColumn('x', to)).toMatchObject({ kind: 'committed' });
    await table.widenColumn(['s', 'x'], to);
    expect(await table.widenColumn(['s', 'x'], to)).toMatchObject({ kind: 'unchanged' });
    await table.append([{ x: wide, s: { x: wide } }]);
    await table.settled();
    expect(await rowsOf(table)).toEqual([
      { x: asWide, s: { x: asWide } },
      { x: wide, s: { x: wide } },
    ]);
    const snapshot = (await openTable(table.store)).cached();
    for (const value of [asWide, wide])
      expect(snapshot.files([{ column: 'x', equals: value as never }]).length).toBeGreaterThan(0);
    await table.optimize();
    expect(await rowsOf(table)).toHaveLength(2);
    expect((await table.check()).findings).toEqual([]);
  });
});

test('a type is not widened where values would be lost, or nobody allowed it', async () => {
  const schema = struct({ x: 'long', p: 'integer' });
  const configuration = { 'delta.enableTypeWidening': 'true' };
  const table = await createTable(memoryStore(), { schema, partitionColumns: ['p'], configuration });
  await expect(table.widenColumn('x', 'double')).rejects.toThrow('not every "long" fits into a double');
  await expect(table.widenColumn('p', 'long')).rejects.toThrow('partitioned by it');
  const plain = await createTable(memoryStore(), { schema });
  await expect(plain.widenColumn('p', 'long')).rejects.toThrow('set delta.enableTypeWidening');
});
