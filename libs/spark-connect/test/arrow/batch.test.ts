import {
  columnFromArray,
  interval,
  IntervalUnit,
  tableFromColumns,
  tableToIPC,
  utf8,
} from '@uwdata/flechette';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, ResultBatch } from '../../src/arrow/decode.ts';
import { formatDecimal, parseDecimal, unscaledAt } from '../../src/arrow/decimal.ts';
import { type Columns, type ColumnType, encodeRows } from '../../src/arrow/encode.ts';
import { formatDate, parseDate } from '../../src/arrow/instant.ts';
import type { Value } from '../../src/arrow/value.ts';

const DAYS = { min: -719_162, max: 2_932_896 } as const;
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const VALUES: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  boolean: fc.boolean(),
  byte: fc.integer({ min: -128, max: 127 }),
  short: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  integer: fc.integer(),
  long,
  float: fc.float(),
  double: fc.double(),
  string: fc.string({ unit: 'grapheme' }),
  binary: fc.uint8Array(),
  date: fc.integer(DAYS).map(formatDate),
  timestamp: long,
  timestamp_ntz: long,
  'decimal(38,10)': fc
    .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
    .map((n) => formatDecimal(n, 10)),
};

describe('rows that are sent', () => {
  it.each(Object.entries(VALUES))('come back as they were: %s', (type, value) => {
    const columns = { c: type as ColumnType };
    fc.assert(
      fc.property(fc.array(fc.record({ c: fc.option(value) })), (rows) => {
        expect(decodeBatch(encodeRows(columns, rows)).rows()).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('leave out columns that are called as what every object has', () => {
    const columns = Object.fromEntries<ColumnType>([
      ['n', 'long'],
      ['constructor', 'string'],
      ['toString', 'string'],
    ]);
    const found = decodeBatch(encodeRows(columns, [{ n: 5n }, { toString: 'x' }])).rows();
    expect(found).toEqual([
      { n: 5n, constructor: null, toString: null },
      { n: null, constructor: null, toString: 'x' },
    ]);
  });

  it('are read also where they do not begin at a multiple of 8', () => {
    const bytes = encodeRows({ n: 'long', s: 'string' }, [{ n: 5n, s: 'x' }]);
    const shifted = new Uint8Array(bytes.byteLength + 3);
    shifted.set(bytes, 3);
    expect(decodeBatch(shifted.subarray(3)).rows()).toEqual([{ n: 5n, s: 'x' }]);
  });

  it.each<[string, Columns, Record<string, Value>]>([
    ['row 0, column a is not of type integer', { a: 'integer' }, { a: 2 ** 31 }],
    ['is not of type long', { a: 'long' }, { a: 5 }],
    ['is not of type long', { a: 'long' }, { a: 2n ** 63n }],
    ['is not of type decimal(3,1)', { a: 'decimal(3,1)' }, { a: '1.25' }],
    ['is not of type date', { a: 'date' }, { a: '2026-02-30' }],
    ['unknown column b', { a: 'string' }, { b: 'x' }],
    ['cannot be sent', { a: 'decimal(39,0)' }, { a: '1' }],
    ['no columns', {}, {}],
  ])('are refused: %s', (found, columns, row) => {
    expect(() => encodeRows(columns, [row])).toThrow(found);
  });
});

describe('ResultBatch', () => {
  const two = tableFromColumns([
    ['n', columnFromArray([1, null])],
    ['n', columnFromArray(['a', 'b'], utf8())],
  ]);

  it('has columns by position, and no rows where two have one name', () => {
    const batch = new ResultBatch(two);
    expect([batch.columns, batch.rowCount, batch.column(0), batch.column(1)]).toEqual([
      ['n', 'n'],
      2,
      [1, null],
      ['a', 'b'],
    ]);
    expect(() => batch.rows()).toThrow('two columns are named "n"');
  });

  it('refuses bytes that are not an Arrow stream, and types that it does not know', () => {
    expect(() => decodeBatch(new Uint8Array([1, 2, 3]))).toThrow(/not a readable Arrow stream/);
    const days = columnFromArray([[1, 2, 3]], interval(IntervalUnit.MONTH_DAY_NANO));
    const bytes = tableToIPC(tableFromColumns([['d', days]]), { format: 'stream' });
    expect(() => decodeBatch(bytes ?? new Uint8Array()).rows()).toThrow(
      'Arrow type Interval is not supported',
    );
  });
});

describe('dates and decimals', () => {
  it('are the same there and back', () => {
    fc.assert(
      fc.property(fc.integer(DAYS), (days) => {
        expect(parseDate(formatDate(days))).toBe(days);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: 0, max: 38 }), (unscaled, scale) => {
        expect(parseDecimal(formatDecimal(unscaled, scale))).toEqual({ unscaled, scale });
      }),
    );
  });

  it.each([
    ['1.5', 3, 2, 150n],
    ['1.50', 3, 1, 15n],
    ['1.25', 3, 1, undefined],
    ['99.9', 3, 2, undefined],
    ['-0', 1, 0, 0n],
    ['x', 3, 1, undefined],
  ])('%s is looked at as decimal(%i,%i)', (text, precision, scale, unscaled) => {
    expect(unscaledAt(text, precision, scale)).toBe(unscaled);
  });

  it.each([
    [-719_528, '0000-01-01'],
    [-719_529, '-0001-12-31'],
    [2_932_897, '+10000-01-01'],
  ])('%i days are %s', (days, text) => {
    expect(formatDate(days)).toBe(text);
  });
});
