import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  createTable,
  type DeltaTable,
  mapOf,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  struct,
} from '../../src/index.ts';
import { collect } from '../tables.ts';

const SCHEMA = struct({
  id: 'long',
  at: 'timestamp',
  day: 'date',
  tags: mapOf('string', 'timestamp'),
  visits: arrayOf(struct({ at: 'timestamp', name: 'string' })),
});

/** What people write: an interface, which has no index signature. */
interface Visit {
  readonly at: Date;
  readonly name: string;
}
interface Item {
  readonly id: bigint;
  readonly at?: Date;
  readonly day?: Date | string;
  readonly tags?: ReadonlyMap<string, Date>;
  readonly visits?: readonly Visit[];
}

const at = new Date('2026-11-23T12:00:00.123Z');
const micros = 1_795_435_200_123_000n;
const item = (id: number): Item => ({
  id: BigInt(id),
  at,
  day: new Date('2026-11-23'),
  tags: new Map([['seen', at]]),
  visits: [{ at, name: 'x' }],
});
const stored = (id: number): Row => ({
  id: BigInt(id),
  at: micros,
  day: '2026-11-23',
  tags: [['seen', micros]],
  visits: [{ at: micros, name: 'x' }],
});

const rowsOf = async (table: DeltaTable): Promise<Row[]> =>
  (await collect((await table.snapshot()).rows())).flat().sort((a, b) => Number(a['id']) - Number(b['id']));
const newTable = (partitionColumns: readonly string[] = []): Promise<DeltaTable> =>
  createTable(memoryStore(), { schema: SCHEMA, partitionColumns });

describe('rows are taken from whatever can be iterated', () => {
  test.each<[string, () => Iterable<object> | AsyncIterable<object>]>([
    ['an array of an interface', () => [item(1), item(2)]],
    ['a set', () => new Set([item(1), item(2)])],
    [
      'a generator',
      function* () {
        yield item(1);
        yield item(2);
      },
    ],
    ['an array of batches', () => [[item(1)], [], [item(2)]]],
    [
      'an asynchronous generator of rows',
      async function* () {
        yield item(1);
        yield item(2);
      },
    ],
    [
      'batches and rows in turns',
      async function* () {
        yield item(1);
        yield [item(2)];
      },
    ],
    ['a stream of objects', () => Readable.from([item(1), item(2)])],
  ])('%s', async (_, rows) => {
    for (const write of [
      (table: DeltaTable) => table.append(rows()),
      (table: DeltaTable) => table.overwrite(rows()),
      (table: DeltaTable) => table.merge(rows(), { on: ['id', 'at'] }),
      (table: DeltaTable) => table.replaceWhere([{ column: 'at', equals: at }], rows()),
    ]) {
      const table = await newTable();
      await write(table);
      expect(await rowsOf(table)).toEqual([stored(1), stored(2)]);
    }
  });

  test('many at a time, in their order', async () => {
    const table = await newTable();
    await table.append(
      (function* () {
        for (let id = 0; id < 3000; id++) yield { id };
      })(),
    );
    expect((await rowsOf(table)).map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 3000 }, (_, i) => i),
    );
  });

  test.each<[string, unknown, RegExp]>([
    ['one row', item(1), /an array of objects/],
    ['text', 'rows', /an array of objects/],
    ['nothing', undefined, /an array of objects/],
    ['a map', new Map([['id', 1n]]), /an array of objects/],
    ['a promise', Promise.resolve([item(1)]), /await it/],
    ['a row that is a map', [new Map([['id', 1n]])], /A row is a Map/],
    ['a row that is a promise', [Promise.resolve(item(1))], /A row is a promise/],
    ['a row that is a number', [5], /A row must be an object/],
    ['a row that is null', [null], /A row must be an object/],
    ['a row in a batch in a batch', [[[item(1)]]], /A row must be an object/],
  ])('and the refusal of %s says what it is', async (_, rows, message) => {
    const table = await newTable();
    const refused = { code: 'invalid-argument', message: expect.stringMatching(message) };
    await expect(table.append(rows as never)).rejects.toMatchObject(refused);
    await expect(table.overwrite(rows as never)).rejects.toMatchObject(refused);
    await expect(table.merge(rows as never, { on: ['id'] })).rejects.toMatchObject(refused);
  });
});

describe('a Date is an instant, and midnight UTC a day', () => {
  test('also as a partition value, in update, in merge and in a condition', async () => {
    const table = await newTable(['day']);
    await table.append([item(1), { id: 2n, at }]);
    const later = new Date(at.getTime() + 1);
    await table.update({ at: later, tags: () => new Map([['x', later]]) }, [{ column: 'id', equals: 2 }]);
    await table.merge([item(1), item(3)], {
      on: ['id'],
      whenMatched: (target) => ({ ...target, at: later as never }),
      whenNotMatched: (source) => ({ ...source, visits: null }),
    });
    expect(await rowsOf(table)).toEqual([
      { ...stored(1), at: micros + 1000n },
      { id: 2n, at: micros + 1000n, day: null, tags: [['x', micros + 1000n]], visits: null },
      { ...stored(3), visits: null },
    ]);
    await table.delete([
      { column: 'at', above: at },
      { column: 'day', in: [new Date('2026-11-23')] },
    ]);
    expect((await rowsOf(table)).map(({ id }) => id)).toEqual([2n, 3n]);
  });

  test.each<[string, object]>([
    ['an invalid Date', { at: new Date('x') }],
    ['a Date within a day', { day: at }],
    ['a Date in a column of text', { id: at }],
    ['a Map in a column of instants', { at: new Map() }],
  ])('%s is refused, naming the column', async (_, cells) => {
    const table = await newTable();
    const [column] = Object.keys(cells);
    await expect(table.append([{ id: 1n, ...cells }])).rejects.toMatchObject({
      code: 'invalid-argument',
      facts: { column },
    });
  });
});

test('the history of a long table is read side by side, a bounded number of commits at a time', async () => {
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA });
  for (let id = 0; id < 40; id++) await table.append([{ id }]);
  await table.settled();
  let [open, most] = [0, 0];
  const counting: ObjectStore = {
    ...store,
    get: async (key, range) => {
      most = Math.max(most, ++open);
      const body = await store.get(key, range);
      await new Promise(setImmediate);
      open--;
      return body;
    },
  };
  const reader = await openTable(counting);
  most = 0;
  const versions = (await collect(reader.history())).map(({ version }) => version);
  expect(versions).toEqual(Array.from({ length: 41 }, (_, i) => 40 - i));
  expect(most).toBeGreaterThan(8);
  expect(most).toBeLessThan(24);
  expect((await collect(reader.history({ limit: 3 }))).map(({ version }) => version)).toEqual([40, 39, 38]);
  expect(await collect(reader.history({ limit: 0 }))).toEqual([]);
  await expect(collect(reader.history({ limit: Number.NaN }))).rejects.toMatchObject({ kind: 'invalid' });
});
