import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrayOf, struct, type StructType } from '../../src/index.ts';
import { compareCodePoints } from '../../src/schema/value.ts';
import { serializeStatistics, stringBound } from '../../src/statistics/statistics.ts';

const table = (
  schema: StructType,
  configuration: Record<string, string> = {},
  partitionColumns: string[] = [],
) => ({
  schema,
  configuration,
  partitionColumns,
  columnMapping: 'none' as const,
});

describe('statistics, as Spark writes them', () => {
  test('every type has the bounds that the protocol has for it', () => {
    const schema = struct({
      s: 'string',
      l: 'long',
      i: 'integer',
      d: 'double',
      day: 'date',
      at: 'timestamp',
      ntz: 'timestamp_ntz',
      dec: 'decimal(20,2)',
      yes: 'boolean',
      bin: 'binary',
      list: arrayOf('integer'),
      p: 'string',
    });
    const text = serializeStatistics(table(schema, {}, ['p']), 5, {
      s: { nulls: 1, min: 'a', max: 'b"' },
      l: { nulls: 0, min: -(2n ** 63n), max: 9007199254740993n },
      i: { nulls: 0, min: -1, max: 7 },
      d: { nulls: 0, min: -0.5, max: 1e300 },
      day: { nulls: 0, min: '2024-01-01', max: '2024-02-29' },
      at: { nulls: 0, min: -1n, max: 1_700_000_000_000_001n },
      ntz: { nulls: 0, min: 1_999n, max: 2_000n },
      dec: { nulls: 0, min: '-12345678901234567.89', max: '0.10' },
      yes: { nulls: 2, min: false, max: true },
      bin: { nulls: 0, min: Uint8Array.of(1), max: Uint8Array.of(2) },
      list: { nulls: 3 },
      p: { nulls: 0, min: 'x', max: 'x' },
    });
    expect(text).toBe(
      '{"numRecords":5,' +
        '"minValues":{"s":"a","l":-9223372036854775808,"i":-1,"d":-0.5,"day":"2024-01-01","at":"1969-12-31T23:59:59.999Z","ntz":"1970-01-01T00:00:00.001","dec":-12345678901234567.89},' +
        '"maxValues":{"s":"b\\"","l":9007199254740993,"i":7,"d":1e+300,"day":"2024-02-29","at":"2023-11-14T22:13:20.001Z","ntz":"1970-01-01T00:00:00.002","dec":0.10},' +
        '"nullCount":{"s":1,"l":0,"i":0,"d":0,"day":0,"at":0,"ntz":0,"dec":0,"yes":2,"bin":0,"list":3}}',
    );
    expect(JSON.parse(text)).toMatchObject({ numRecords: 5 });
  });

  test('a bound that is not finite takes the other one with it; all-null columns have none', () => {
    const text = serializeStatistics(table(struct({ a: 'double', b: 'double', c: 'string' })), 2, {
      a: { nulls: 0, min: 1, max: Number.NaN },
      b: { nulls: 0, min: Number.NEGATIVE_INFINITY, max: 3 },
      c: { nulls: 2, min: 'x', max: 'x' },
    });
    expect(JSON.parse(text)).toEqual({
      numRecords: 2,
      minValues: {},
      maxValues: {},
      nullCount: { a: 0, b: 0, c: 2 },
    });
  });

  test.each([
    [{}, 32],
    [{ 'delta.dataSkippingNumIndexedCols': '3' }, 3],
    [{ 'delta.dataSkippingNumIndexedCols': '-1' }, 40],
    [{ 'delta.dataSkippingStatsColumns': 'c39, `c0`' }, 2],
  ])('with %o, %d of 40 columns have statistics', (configuration, expected) => {
    const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
    const schema = struct(Object.fromEntries(names.map((name) => [name, 'long'])));
    const columns = Object.fromEntries(names.map((name) => [name, { nulls: 0 }]));
    const { nullCount } = JSON.parse(serializeStatistics(table(schema, configuration), 1, columns)) as {
      nullCount: object;
    };
    expect(Object.keys(nullCount)).toHaveLength(expected);
  });
});

describe('string bounds', () => {
  test('hold for every string, by the order of UTF-8 bytes, in at most 32 code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 60 }), (text) => {
        const [min, max] = [stringBound(text, 'min'), stringBound(text, 'max')];
        expect(min).not.toBeNull();
        expect(Array.from(min ?? '').length).toBeLessThanOrEqual(32);
        expect(Buffer.compare(Buffer.from(min ?? ''), Buffer.from(text))).toBeLessThanOrEqual(0);
        if (max === null) return;
        expect(Array.from(max).length).toBeLessThanOrEqual(32);
        expect(max.isWellFormed()).toBe(true);
        expect(Buffer.compare(Buffer.from(max), Buffer.from(text))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('raise the last code point that can be raised, over the surrogates, and give up where none can', () => {
    expect(stringBound('é'.repeat(33), 'max')).toBe(`${'é'.repeat(31)}ê`);
    expect(stringBound(`${'a'.repeat(31)}\u{10ffff}z`, 'max')).toBe(`${'a'.repeat(30)}b`);
    expect(stringBound(`${'a'.repeat(31)}\ud7ffz`, 'max')).toBe(`${'a'.repeat(31)}\ue000`);
    expect(stringBound('\u{10ffff}'.repeat(33), 'max')).toBeNull();
    expect(stringBound('🛩'.repeat(32), 'max')).toBe('🛩'.repeat(32));
    expect(stringBound('\ud83d', 'min')).toBeNull();
  });

  test('are compared as their bytes are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(
          Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
      }),
    );
  });
});
