import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  mapOf,
  type Predicate,
  type Row,
  struct,
  type Where,
} from '../../src/index.ts';
import { collect } from '../tables.ts';

const SCHEMA = struct({
  id: 'long',
  name: 'string',
  day: 'date',
  at: 'timestamp',
  ratio: 'double',
  price: 'decimal(10,2)',
  bytes: 'binary',
  tags: mapOf('string', 'string'),
});

const row = (id: number, name: string | null = `n${id}`): Row => ({
  id: BigInt(id),
  name,
  day: '2026-11-23',
  at: BigInt(id) * 1_000_000n,
  ratio: id / 2,
  price: `${id}.50`,
  bytes: Uint8Array.of(id, 0xff),
  tags: [],
});

async function fiveRows(): Promise<DeltaTable> {
  const table = await createTable(memoryStore(), { schema: SCHEMA });
  await table.append([0, 1, 2, 3].map((id) => row(id)));
  await table.append([row(4, null)]);
  return table;
}

const idsOf = async (table: DeltaTable): Promise<number[]> =>
  (await collect((await table.snapshot()).rows())).flat().map(({ id }) => Number(id));

/** What a caller in JavaScript, or one whose compiler is not as strict, can write. */
const MISTAKES: readonly (readonly [string, unknown, RegExp])[] = [
  ['an operator that is undefined', [{ column: 'id', equals: undefined }], /"equals" is undefined/],
  ['one of two operators undefined', [{ column: 'id', min: 1n, max: undefined }], /"max" is undefined/],
  [
    'a misspelt operator',
    [{ column: 'id', equal: 1n }],
    /"equal" is not an operator; the operators are equals/,
  ],
  [
    'a misspelt operator beside a right one',
    [{ column: 'id', min: 1n, maximum: 2n }],
    /"maximum" is not an operator/,
  ],
  ['no operator', [{ column: 'id' }], /asks for nothing/],
  ['a column that is not there', [{ column: 'ids', equals: 1n }], /the column "ids", which .* does not have/],
  ['a nested column', [{ column: 'tags.key', equals: 'x' }], /does not have/],
  ['no column', [{ equals: 1n }], /the column undefined/],
  ['an inherited operator', [Object.create({ column: 'id', equals: undefined })], /undefined/],
  [
    'a part called __proto__',
    [JSON.parse('{"column":"id","__proto__":{"equals":1}}')],
    /"__proto__" is not an operator/,
  ],
  ['a condition that is no object', ['id = 1'], /A condition on .* must be \{ column/],
  ['a condition without its list', { column: 'id', equals: 1n }, /must be a list of conditions/],
  ['no predicate', undefined, /must be a list of conditions/],
  ['undefined as a condition', [undefined, { column: 'id', equals: 1n }], /A condition/],
  [
    'an alternative that is no predicate',
    [{ anyOf: [{ column: 'id', equals: 1n }] }],
    /must be a list of conditions/,
  ],
  ['alternatives that are no list', [{ anyOf: { column: 'id', equals: 1n } }], /"anyOf" .* must be a list/],
  ['a condition beside alternatives', [{ anyOf: [], column: 'id', equals: 1n }], /"column" beside "anyOf"/],
  ['a mistake in an alternative', [{ anyOf: [[{ column: 'id', equals: undefined }]] }], /undefined/],
  ['text in place of a list', [{ column: 'name', in: 'n1' }], /"in" must be a list/],
  ['undefined in a list', [{ column: 'name', in: ['n1', undefined] }], /undefined/],
  ['null as a value', [{ column: 'name', equals: null }], /isNull: true/],
  ['null in a list', [{ column: 'name', in: [null] }], /isNull: true/],
  ['a word for isNull', [{ column: 'name', isNull: 'false' }], /"isNull" must be true or false/],
  ['NaN', [{ column: 'ratio', min: Number.NaN }], /NaN equals nothing/],
  [
    'a number that is not exact',
    [{ column: 'id', equals: 2 ** 53 + 2 }],
    /bigints, or numbers that are exact/,
  ],
  ['text for a long', [{ column: 'id', equals: '1' }], /of type long and can be compared with/],
  ['a number for text', [{ column: 'name', equals: 1 }], /of type string/],
  ['half a surrogate pair', [{ column: 'name', equals: '\ud83d' }], /well-formed/],
  ['a day that does not exist', [{ column: 'day', equals: '2026-02-31' }], /an existing day/],
  ['a day in another spelling', [{ column: 'day', min: '2026-1-1' }], /an existing day/],
  ['text for an instant', [{ column: 'at', min: '2026-11-23T00:00:00Z' }], /a Date, or a bigint/],
  ['a number for an instant', [{ column: 'at', min: 1_700_000_000_000 }], /a Date, or a bigint/],
  ['an invalid Date', [{ column: 'at', min: new Date('x') }], /a Date, or a bigint/],
  ['a number for a decimal', [{ column: 'price', equals: 1.5 }], /text such as/],
  ['a number without end for a decimal', [{ column: 'price', max: '1e999999999' }], /text such as/],
  ['a value for a map', [{ column: 'tags', equals: 'x' }], /values of type map have no order/],
];

describe('a condition that is not wholly understood is refused, and no row is touched', () => {
  test.each(MISTAKES)('%s', async (_, predicate, message) => {
    const table = await fiveRows();
    const given = predicate as Predicate;
    const refused = { code: 'invalid-argument', message: expect.stringMatching(message) };
    const named = { message: expect.stringContaining(table.location) };
    for (const call of [
      () => table.delete(given),
      () => table.update({ name: 'x' }, given),
      () => table.replaceWhere(given, []),
      async () => table.startTransaction({ operation: 'X', reads: [...(given as [])] as Predicate }),
    ].slice(0, Array.isArray(predicate) ? 4 : 3)) {
      await expect(call()).rejects.toMatchObject(refused);
      await expect(call()).rejects.toMatchObject(named);
    }
    if (predicate !== undefined) {
      expect(() => table.cached().files(given)).toThrow(message);
      await expect(collect(table.cached().rows({ predicate: given }))).rejects.toMatchObject(refused);
      await expect(collect(table.cached().scanFiles(given))).rejects.toMatchObject(refused);
    }
    expect(await idsOf(table)).toEqual([0, 1, 2, 3, 4]);
    expect(table.cached().version).toBe(2);
  });
});

describe('a function that answers neither true nor false is refused, and no row is touched', () => {
  test.each<[string, (row: Row) => unknown]>([
    ['a promise', async () => false],
    ['a value of the row', (found) => found['name']],
    ['nothing', () => undefined],
  ])('%s', async (_, where) => {
    const table = await fiveRows();
    const refused = {
      code: 'invalid-argument',
      message: expect.stringMatching(/must return true or false/),
    };
    await expect(table.delete(where as Where)).rejects.toMatchObject(refused);
    await expect(table.update({ name: 'x' }, where as Where)).rejects.toMatchObject(refused);
    expect(await idsOf(table)).toEqual([0, 1, 2, 3, 4]);
  });
});

test.each<[string, Predicate, readonly number[]]>([
  ['an exact number for a long', [{ column: 'id', equals: 1 }], [1]],
  ['a fraction between two longs', [{ column: 'id', min: 1.5, below: 3.5 }], [2, 3]],
  ['no end', [{ column: 'id', max: Infinity, min: 2n }], [2, 3, 4]],
  ['minus zero is zero', [{ column: 'ratio', equals: -0 }], [0]],
  ['decimals by their value', [{ column: 'price', equals: '2.500' }], [2]],
  ['bytes by their value', [{ column: 'bytes', equals: Uint8Array.of(3, 0xff) }], [3]],
  ['bytes in the order of unsigned ones', [{ column: 'bytes', above: Uint8Array.of(3, 0x7f) }], [3, 4]],
  ['a Date for an instant', [{ column: 'at', equals: new Date(2000) as never }], [2]],
  ['an empty list holds nothing', [{ column: 'id', in: [] }], []],
  ['no alternative holds', [{ anyOf: [] }], []],
  ['null and not null', [{ column: 'name', isNull: true }], [4]],
  [
    'not null',
    [
      { column: 'tags', isNull: false },
      { column: 'name', isNull: false },
    ],
    [0, 1, 2, 3],
  ],
])('a condition that is understood: %s', async (_, predicate, ids) => {
  const table = await fiveRows();
  await table.update({ name: 'hit' }, predicate);
  const hit = (await collect((await table.snapshot()).rows())).flat().filter(({ name }) => name === 'hit');
  expect(hit.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(ids);
});
