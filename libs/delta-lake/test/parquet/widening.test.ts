import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  hyparquetCodec,
  mapOf,
  type Row,
  struct,
  type StructType,
  type Value,
} from '../../src/index.ts';
import { isWidening } from '../../src/schema/type-widening.ts';
import { collect } from '../tables.ts';

async function readAs(rows: readonly Row[], from: StructType, to: StructType): Promise<readonly Row[]> {
  const bytes = await hyparquetCodec().write(rows, from);
  const source = {
    bytes: bytes.byteLength,
    read: async (start: number, end: number) => bytes.subarray(start, end),
  };
  return (await collect(hyparquetCodec().read(source, to))).flat();
}

/** A value of a type, and what it is as each type that Delta lets the type widen to. */
const WIDENINGS: readonly (readonly [string, Value, Readonly<Record<string, Value>>])[] = [
  [
    'byte',
    -128,
    {
      short: -128,
      integer: -128,
      long: -128n,
      double: -128,
      'decimal(10,0)': '-128',
      'decimal(12,2)': '-128.00',
      'decimal(4,1)': '-128.0',
    },
  ],
  [
    'short',
    32_767,
    {
      integer: 32_767,
      long: 32_767n,
      double: 32_767,
      'decimal(10,0)': '32767',
      'decimal(38,20)': '32767.00000000000000000000',
    },
  ],
  [
    'integer',
    -2_147_483_648,
    {
      long: -2_147_483_648n,
      double: -2_147_483_648,
      'decimal(10,0)': '-2147483648',
      'decimal(11,1)': '-2147483648.0',
    },
  ],
  [
    'long',
    -9_223_372_036_854_775_808n,
    { 'decimal(20,0)': '-9223372036854775808', 'decimal(22,2)': '-9223372036854775808.00' },
  ],
  ['float', Math.fround(0.1), { double: 0.10000000149011612 }],
  ['date', '1969-12-31', { timestamp_ntz: -86_400_000_000n }],
  ['date', '0001-01-01', { timestamp_ntz: -62_135_596_800_000_000n }],
  [
    'decimal(5,2)',
    '-999.99',
    {
      'decimal(7,2)': '-999.99',
      'decimal(18,4)': '-999.9900',
      'decimal(38,35)': '-999.99000000000000000000000000000000000',
    },
  ],
  ['decimal(20,3)', '12345678901234567.125', { 'decimal(38,10)': '12345678901234567.1250000000' }],
];

const TYPES = [
  'byte', 'short', 'integer', 'long', 'float', 'double', 'string', 'boolean', 'binary', 'date', 'timestamp', 'timestamp_ntz',
  'decimal(4,1)', 'decimal(10,0)', 'decimal(12,2)', 'decimal(20,0)',
]; // prettier-ignore

describe('a file from before a type was widened', () => {
  test.each(WIDENINGS)('is read: %s %s', async (from, value, expected) => {
    for (const [to, wide] of Object.entries(expected)) {
      expect(isWidening(from, to), `${from} to ${to}`).toBe(true);
      expect(await readAs([{ a: value }, { a: null }], struct({ a: from }), struct({ a: to }))).toEqual([
        { a: wide },
        { a: null },
      ]);
    }
  });

  test('is read at every depth', async () => {
    const before = struct({ s: struct({ a: 'byte' }), l: arrayOf('integer'), m: mapOf('short', 'float') });
    const after = struct({ s: struct({ a: 'long' }), l: arrayOf('double'), m: mapOf('integer', 'double') });
    const row = { s: { a: 1 }, l: [2, null], m: [[3, 0.5]] };
    expect(await readAs([row], before, after)).toEqual([{ s: { a: 1n }, l: [2, null], m: [[3, 0.5]] }]);
  });
});

describe('a change of type that loses something', () => {
  test('is not a widening', () => {
    const allowed = TYPES.flatMap((from) =>
      TYPES.filter((to) => from !== to && isWidening(from, to)).map((to) => `${from} > ${to}`),
    );
    expect(allowed).toMatchInlineSnapshot(`
      [
        "byte > short",
        "byte > integer",
        "byte > long",
        "byte > double",
        "byte > decimal(4,1)",
        "byte > decimal(10,0)",
        "byte > decimal(12,2)",
        "byte > decimal(20,0)",
        "short > integer",
        "short > long",
        "short > double",
        "short > decimal(10,0)",
        "short > decimal(12,2)",
        "short > decimal(20,0)",
        "integer > long",
        "integer > double",
        "integer > decimal(10,0)",
        "integer > decimal(12,2)",
        "integer > decimal(20,0)",
        "long > decimal(20,0)",
        "float > double",
        "date > timestamp_ntz",
        "decimal(4,1) > decimal(12,2)",
        "decimal(10,0) > decimal(12,2)",
        "decimal(10,0) > decimal(20,0)",
      ]
    `);
  });

  test.each([
    ['long', 'integer', 1n],
    ['long', 'double', 1n],
    ['integer', 'float', 1],
    ['integer', 'decimal(9,0)', 1],
    ['long', 'decimal(19,0)', 1n],
    ['double', 'float', 1],
    ['double', 'long', 1],
    ['decimal(5,2)', 'decimal(5,1)', '1.25'],
    ['decimal(5,2)', 'long', '1.25'],
    ['date', 'timestamp', '2020-01-01'],
    ['date', 'integer', '2020-01-01'],
    ['timestamp', 'long', 1n],
    ['timestamp', 'date', 1n],
    ['string', 'long', '1'],
    ['boolean', 'integer', true],
  ] as const)('is a corrupt file: %s to %s', async (from, to, value) => {
    await expect(readAs([{ a: value }], struct({ a: from }), struct({ a: to }))).rejects.toMatchObject({
      code: 'corrupt-file',
      facts: { column: 'a', type: to },
    });
  });
});
