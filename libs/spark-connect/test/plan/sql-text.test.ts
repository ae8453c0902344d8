import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, type Literal, literalOf, type Parameter } from '../../src/plan/literal.ts';
import { renderParameters } from '../../src/plan/parameters.ts';
import { quoteIdentifier, renderLiteral } from '../../src/plan/sql-text.ts';

describe('renderLiteral', () => {
  it.each<[string, Literal]>([
    ['NULL', literal.null()],
    ['TRUE', literal.boolean(true)],
    ['(-128Y)', literal.byte(-128)],
    ['7S', literal.short(7)],
    ['(-2147483648)', literal.integer(-(2 ** 31))],
    ['(-9223372036854775808L)', literal.long(-(2n ** 63n))],
    ['5L', literal.long(5n)],
    ['CAST(1.5D AS FLOAT)', literal.float(1.5)],
    ['1E+21D', literal.double(1e21)],
    ['(-0.0D)', literal.double(-0)],
    ["CAST('NaN' AS DOUBLE)", literal.double(Number.NaN)],
    ["CAST('-Infinity' AS DOUBLE)", literal.double(-Infinity)],
    ["CAST('-12.50' AS DECIMAL(4,2))", literal.decimal('-12.50')],
    ["CAST('1' AS DECIMAL(10,2))", literal.decimal('1', 10, 2)],
    ["'Zürich ✈'", literal.string('Zürich ✈')],
    ["CAST(X'69742773' AS STRING)", literal.string("it's")],
    ["CAST(X'247B7365637265747D' AS STRING)", literal.string('${secret}')],
    ["X'00FF'", literal.binary(new Uint8Array([0, 255]))],
    ["DATE'2026-11-24'", literal.date('2026-11-24')],
    ['TIMESTAMP_MICROS((-1L))', literal.timestamp(-1n)],
    ["TIMESTAMP_NTZ'1969-12-31 23:59:59.999999'", literal.timestampNtz(-1n)],
    ["TIMESTAMP_NTZ'0001-01-01 00:00:00.000000'", literal.timestampNtz(-62_135_596_800_000_000n)],
    ['ARRAY(1, NULL)', literal.array([literal.integer(1), literal.null()])],
  ])('gives %s', (text, one) => {
    expect(renderLiteral(one)).toBe(text);
  });

  it('never lets text out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const text = renderLiteral(literal.string(value));
        const hex = /^CAST\(X'([0-9A-F]*)' AS STRING\)$/.exec(text)?.[1];
        const meant = hex === undefined ? text.slice(1, -1) : Buffer.from(hex, 'hex').toString('utf8');
        expect(meant).toBe(value);
        if (hex === undefined) expect(text).toMatch(/^'[^'\\$]*'$/);
      }),
    );
  });
});

describe('literal', () => {
  it.each<[string, () => unknown]>([
    ['byte', () => literal.byte(128)],
    ['integer', () => literal.integer(1.5)],
    ['long', () => literal.long(2n ** 63n)],
    ['decimal', () => literal.decimal('1e5')],
    ['decimal(2,1)', () => literal.decimal('1.25', 2, 1)],
    ['decimal(39,0)', () => literal.decimal('1'.repeat(39))],
    ['string', () => literal.string('\uD800')],
    ['date', () => literal.date('2026-02-30')],
    ['date', () => literal.date('0000-01-01')],
    ['timestamp_ntz', () => literal.timestampNtz(253_402_300_800_000_000n)],
  ])('refuses what is not a %s', (type, make) => {
    expect(make).toThrow(`is not of type ${type}`);
  });

  it('takes from JavaScript only what says its type by itself', () => {
    expect([literalOf('x'), literalOf(1n), literalOf(true)]).toEqual([
      literal.string('x'),
      literal.long(1n),
      literal.boolean(true),
    ]);
    for (const odd of [1, null, undefined])
      expect(() => literalOf(odd as unknown as Parameter)).toThrow(/no type/);
  });
});

describe('quoteIdentifier', () => {
  it('doubles backticks, and refuses what Spark would replace', () => {
    expect(quoteIdentifier('a`b c')).toBe('`a``b c`');
    expect(() => quoteIdentifier('a${b}')).toThrow(/cannot be one/);
    expect(() => quoteIdentifier('')).toThrow(/cannot be one/);
  });
});

describe('renderParameters', () => {
  const x = literal.integer(7);

  it.each([
    ['SELECT :x', 'SELECT 7'],
    ['SELECT :x::STRING, a::INT', 'SELECT 7::STRING, a::INT'],
    ['WHERE a BETWEEN :x AND :x', 'WHERE a BETWEEN 7 AND 7'],
    ['SELECT \':x\', ":x", `:x`, :x', 'SELECT \':x\', ":x", `:x`, 7'],
    ["SELECT 'it\\'s :x', :x", "SELECT 'it\\'s :x', 7"],
    ["SELECT 'a''b :x', :x", "SELECT 'a''b :x', 7"],
    ["SELECT r'\\', :x", "SELECT r'\\', 7"],
    ['SELECT :x -- not :x\n, :x', 'SELECT 7 -- not :x\n, 7'],
    ['SELECT :x -- not \\\n :x\n, 1', 'SELECT 7 -- not \\\n :x\n, 1'],
    ['SELECT /* :x /* :x */ :x */ :x', 'SELECT /* :x /* :x */ :x */ 7'],
    ['SELECT :x /* never ends :x', 'SELECT 7 /* never ends :x'],
    ['SELECT v:x, v[0]:x, `v`:x, :x', 'SELECT v:x, v[0]:x, `v`:x, 7'],
    ['SELECT (:x)', 'SELECT (7)'],
  ])('fills in %s', (query, text) => {
    expect(renderParameters(query, { x })).toBe(text);
  });

  it('wants a value for each marker, and a marker for each value', () => {
    expect(() => renderParameters('SELECT :y', { x })).toThrow(':y has no value');
    expect(() => renderParameters('SELECT :toString', {})).toThrow(':toString has no value');
    expect(() => renderParameters("SELECT ':x'", { x })).toThrow('does not use the given :x');
  });

  it('does not look into what it filled in', () => {
    const values = { a: literal.string(':b'), b: literal.string(':a') };
    expect(renderParameters('SELECT :a, :b', values)).toBe("SELECT ':b', ':a'");
  });
});
