import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDate, formatInstant, parseDate, parseInstant } from '../../src/schema/instant.ts';
import { parseSchema, serializeSchema } from '../../src/schema/types.ts';
import {
  compareValues,
  parsePartitionValue,
  plainDecimal,
  serializePartitionValue,
} from '../../src/schema/value.ts';
import { arrayOf, canonicalRow, mapOf, struct } from '../../src/index.ts';

describe('dates and instants', () => {
  test('agree with Date wherever Date goes, and come back', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), fc.integer({ min: 0, max: 999 }), (date, micros) => {
        const instant = BigInt(date.getTime()) * 1000n + BigInt(micros);
        const text = formatInstant(instant);
        expect(text).toBe(`${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}`);
        expect(parseInstant(text)).toBe(instant);
        expect(parseInstant(`${text}Z`)).toBe(instant);
        const days = Math.floor(date.getTime() / 86_400_000);
        expect(parseDate(formatDate(days))).toBe(days);
      }),
    );
  });

  test.each([
    ['2021-09-08 11:11:11', 1_631_099_471_000_000n],
    ['2021-09-08T11:11:11.5+02:00', 1_631_092_271_500_000n],
    ['1969-12-31 23:59:59.999999', -1n],
    ['9999-12-31T00:00:00Z', 253_402_214_400_000_000n],
    ['yesterday', null],
    ['2021-13-01 00:00:00', null],
  ])('%s is read as %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });
});

describe('partition values', () => {
  test.each([
    ['string', 'a/b%', 'a/b%'],
    ['string', '', null],
    ['long', 2n ** 62n, '4611686018427387904'],
    ['integer', -5, '-5'],
    ['double', 0.1, '0.1'],
    ['boolean', true, 'true'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', -1n, '1969-12-31T23:59:59.999999Z'],
    ['timestamp_ntz', 1_500_000n, '1970-01-01 00:00:01.500000'],
    ['decimal(5,2)', '1.50', '1.50'],
    ['binary', Uint8Array.of(0, 0xc3, 0x88), '\u0000\u00c8'],
  ] as const)('%s %s is %s in the log and comes back', (type, value, text) => {
    expect(serializePartitionValue(type, value)).toBe(text);
    if (value !== '') expect(parsePartitionValue(type, text)).toEqual(value);
  });

  test('null and the empty string are null, a float is a float', () => {
    for (const type of ['string', 'long', 'date', 'timestamp', 'boolean']) {
      expect(serializePartitionValue(type, null)).toBeNull();
      expect(parsePartitionValue(type, '')).toBeNull();
      expect(parsePartitionValue(type, null)).toBeNull();
    }
    expect(parsePartitionValue('float', '0.1')).toBe(Math.fround(0.1));
    expect(parsePartitionValue('double', 'NaN')).toBeNaN();
  });

  test.each([
    ['long', '1.5'],
    ['boolean', 'yes'],
    ['date', 'x'],
    ['timestamp', 'x'],
    ['double', 'x'],
  ])('text that is no %s is a corrupt log', (type, text) => {
    expect(() => parsePartitionValue(type, text)).toThrow(expect.objectContaining({ code: 'corrupt-log' }));
  });
});

describe('bytes in a partition column are UTF-8 text in the log, as to Delta Spark, delta-rs and the kernel', () => {
  test.each([
    ['ASCII', [1, 0x41], '\u0001A'],
    ['two bytes', [0xc3, 0xa9], 'é'],
    ['four bytes', [0xf0, 0x9f, 0x9b, 0xa9], '🛩'],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ])('%s', (_, bytes, text) => {
    expect(serializePartitionValue('binary', Uint8Array.from(bytes))).toBe(text);
    expect(parsePartitionValue('binary', text)).toEqual(Uint8Array.from(bytes));
  });

  test('and bytes without such a text are refused, as is text without UTF-8', () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]])
      expect(() => serializePartitionValue('binary', Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({
          code: 'invalid-argument',
          message: expect.stringContaining('are not UTF-8'),
        }),
      );
    expect(serializePartitionValue('binary', new Uint8Array(0))).toBe(null);
    expect(() => serializePartitionValue('string', 'x\ud83d')).toThrow(/cannot be "x/);
    expect(() => parsePartitionValue('binary', '\ud83d')).toThrow(/not of type "binary"/);
  });
});

test('decimals are plain, with their scale', () => {
  expect(plainDecimal('1.5', 3)).toBe('1.500');
  expect(plainDecimal('-0', 2)).toBe('0.00');
  expect(plainDecimal('1.2E3', 0)).toBe('1200');
  expect(plainDecimal('-123456789012345678901234567890.12', 2)).toBe('-123456789012345678901234567890.12');
  expect(plainDecimal('abc', 2)).toBeUndefined();
});

test('values are ordered by what they say', () => {
  expect(compareValues('date', 'some day', '9999-12-31')).toBeNull();
  expect(compareValues('date', '+10000-01-01', '9999-12-31')).toBeGreaterThan(0);
  expect(compareValues('decimal(5,2)', '-10.00', '9.5')).toBeLessThan(0);
  expect(compareValues('double', Number.NaN, Number.POSITIVE_INFINITY)).toBeGreaterThan(0);
  expect(compareValues('string', 'a', 1n)).toBeNull();
});

test('a schema comes back from its text, and what is no schema is a corrupt log', () => {
  const schema = struct({
    a: arrayOf(mapOf('string', struct({ b: 'decimal(5,2)' }), false)),
    c: { type: 'date', nullable: false },
  });
  expect(parseSchema(serializeSchema(schema))).toEqual(schema);
  for (const text of [
    '',
    '"long"',
    '{"type":"struct"}',
    '{"type":"struct","fields":[{"name":"a","type":{"elementType":"long"}}]}',
  ]) {
    expect(() => parseSchema(text)).toThrow(expect.objectContaining({ code: 'corrupt-log' }));
  }
});

test('the canonical text of a row is the one that was agreed on', () => {
  const schema = struct({
    l: 'long',
    d: 'double',
    f: 'float',
    nan: 'double',
    dec: 'decimal(5,2)',
    s: 'string',
    b: 'binary',
    day: 'date',
    at: 'timestamp',
    ntz: 'timestamp_ntz',
    list: arrayOf('boolean'),
    map: mapOf('string', 'long'),
    st: struct({ x: 'long', y: 'string' }),
    gone: 'void',
  });
  const row = {
    l: 9007199254740993n,
    d: -0,
    f: Math.fround(0.1),
    nan: Number.NaN,
    dec: '-12.30',
    s: 'a"\n',
    b: Uint8Array.of(10, 255),
    day: '2020-02-29',
    at: 1_582_977_600_123_456n,
    ntz: -1n,
    list: [true, null],
    map: [
      ['b', 1n],
      ['a', null],
    ],
    st: { x: 1n, y: null },
    gone: null,
  };
  expect(canonicalRow(schema, row)).toBe(
    '[9007199254740993,0,0.10000000149011612,"NaN","-12.30","a\\"\\n","0aff","2020-02-29","2020-02-29T12:00:00.123456Z",' +
      '"1969-12-31T23:59:59.999999",[true,null],[["a",null],["b",1]],[1,null],null]',
  );
});
