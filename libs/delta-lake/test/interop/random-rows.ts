import fc from 'fast-check';
import { canonicalRow, type DataType, type Row, type StructType, type Value } from '../../src/index.ts';
import type { RowSet } from './peers/peer.ts';

const SEED = 20_261_124;
/** 0001-01-01 to 9999-12-31 in days and in microseconds since 1970. */
const DAYS = { min: -719_162, max: 2_932_896 };
const MICROS = { min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n };

/** Rows of a schema: the same for the same seed. Every third value that may be null is. */
export function randomRows(schema: StructType, count: number, seed: number = 0): readonly Row[] {
  return fc.sample(rowOf(schema, scalarOf), { numRuns: count, seed: SEED + seed });
}

/** The same, where every other value is one that programs have got wrong: limits, NaN, -0, what lies about a calendar. */
export function nastyRows(schema: StructType, count: number, seed: number = 0): readonly Row[] {
  return count === 0 ? [] : fc.sample(rowOf(schema, nastyScalarOf), { numRuns: count, seed: SEED + seed });
}

/** Rows as peers take them. */
export function rowSet(schema: StructType, rows: readonly Row[]): RowSet {
  return { fields: schema.fields, rows: rows.map((row) => canonicalRow(schema, row)) };
}

type ScalarOf = (type: string) => fc.Arbitrary<Value>;

function rowOf(schema: StructType, scalar: ScalarOf): fc.Arbitrary<Row> {
  return fc.record(
    Object.fromEntries(
      schema.fields.map(({ name, type, nullable }) => [
        name,
        nullable ? orNull(valueOf(type, scalar)) : valueOf(type, scalar),
      ]),
    ),
    { noNullPrototype: true },
  );
}

function orNull(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.option(value, { freq: 2 });
}

function valueOf(type: DataType, scalar: ScalarOf): fc.Arbitrary<Value> {
  if (typeof type === 'string') return scalar(type);
  if (type.type === 'struct') return rowOf(type, scalar);
  if (type.type === 'array') {
    const item = valueOf(type.elementType, scalar);
    return fc.array(type.containsNull ? orNull(item) : item, { maxLength: 4 });
  }
  const item = valueOf(type.valueType, scalar);
  const entry = fc.tuple(valueOf(type.keyType, scalar), type.valueContainsNull ? orNull(item) : item);
  return fc.uniqueArray(entry, { maxLength: 3, comparator: ([a], [b]) => isEqual(a, b) });
}

/** Whether two keys of a map are one: NaN is itself, and -0 is 0. */
function isEqual(a: Value, b: Value): boolean {
  return Object.is(a, b) || a === b;
}

function scalarOf(type: string): fc.Arbitrary<Value> {
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'byte':
      return fc.integer({ min: -128, max: 127 });
    case 'short':
      return fc.integer({ min: -32_768, max: 32_767 });
    case 'integer':
      return fc.integer();
    case 'long':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 40 });
    case 'binary':
      return fc.uint8Array({ maxLength: 20 });
    case 'date':
      return fc.integer(DAYS).map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    case 'timestamp':
    case 'timestamp_ntz':
      return fc.bigInt(MICROS);
    case 'void':
      return fc.constant(null);
    default:
      return decimalsOf(type);
  }
}

/** Values that have gone wrong somewhere: in a program's limits, in its texts, in its calendar. */
const NASTY: Readonly<Record<string, readonly Value[]>> = {
  byte: [-128, 127],
  short: [-32_768, 32_767],
  integer: [-(2 ** 31), 2 ** 31 - 1, 0],
  long: [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n],
  float: [
    NaN,
    -0,
    Infinity,
    -Infinity,
    2 ** -149,
    -(2 ** -149),
    Math.fround(3.4028234663852886e38),
    Math.fround(0.1),
  ],
  double: [NaN, -0, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, 1e21, 1e-7, 2 ** 53 + 2],
  string: [
    '',
    ' ',
    '\u0000',
    '\u0001\u001f\u007f\u0085',
    '\r\n\t',
    '\\"\'`',
    '%2F..%00',
    '../x',
    'null',
    '__HIVE_DEFAULT_PARTITION__',
    '\u2028\ufeff',
    'é',
    'e\u0301',
    // Bounds are cut after 32 characters, and there is nothing above the highest one.
    '\u{10ffff}'.repeat(40),
    'ÿ'.repeat(31) + '😀😀',
    'z'.repeat(3000),
  ],
  binary: [
    new Uint8Array(),
    new Uint8Array([0]),
    new Uint8Array([255, 254, 0, 128]),
    new Uint8Array(100).fill(255),
  ],
  date: [
    '0001-01-01',
    '1582-10-04',
    '1582-10-15',
    '1899-12-31',
    '1969-12-31',
    '1970-01-01',
    '2000-02-29',
    '9999-12-31',
  ],
  timestamp: [MICROS.min, MICROS.max, -1n, 0n, 1n, -12_219_292_800_000_000n, 253_402_300_799_999_000n],
};

function nastyScalarOf(type: string): fc.Arbitrary<Value> {
  const values = NASTY[type === 'timestamp_ntz' ? 'timestamp' : type] ?? limitsOf(type);
  return values.length === 0 ? scalarOf(type) : fc.oneof(scalarOf(type), fc.constantFrom(...values));
}

/** The largest and the smallest decimal, the least steps and nothing. */
function limitsOf(type: string): readonly Value[] {
  if (!type.startsWith('decimal')) return [];
  const [precision = 0, scale = 0] = Array.from(type.matchAll(/\d+/g), ([digits]) => Number(digits));
  const most = '9'.repeat(precision);
  return [most, '1', '0'].flatMap((digits) => {
    const text = withPoint(digits, scale);
    return digits === '0' ? [text] : [text, `-${text}`];
  });
}

function withPoint(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled;
  const digits = unscaled.padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function decimalsOf(type: string): fc.Arbitrary<Value> {
  const [precision = 0, scale = 0] = Array.from(type.matchAll(/\d+/g), ([digits]) => Number(digits));
  const bound = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -bound, max: bound }).map((unscaled) => {
    const text = withPoint(String(unscaled < 0n ? -unscaled : unscaled), scale);
    return unscaled < 0n ? `-${text}` : text;
  });
}
