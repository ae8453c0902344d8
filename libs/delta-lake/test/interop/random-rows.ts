import fc from 'fast-check';
import { canonicalRow, type DataType, type Row, type StructType, type Value } from '../../src/index.ts';
import type { RowSet } from './peers/peer.ts';

const SEED = 20_261_124;
/** 0001-01-01 to 9999-12-31 in days and in microseconds since 1970. */
const DAYS = { min: -719_162, max: 2_932_896 };
const MICROS = { min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n };

/** Rows of a schema: the same for the same seed. Every third value that may be null is. */
export function randomRows(schema: StructType, count: number, seed: number = 0): readonly Row[] {
  return fc.sample(rowOf(schema), { numRuns: count, seed: SEED + seed });
}

/** Rows as peers take them. */
export function rowSet(schema: StructType, rows: readonly Row[]): RowSet {
  return { fields: schema.fields, rows: rows.map((row) => canonicalRow(schema, row)) };
}

function rowOf(schema: StructType): fc.Arbitrary<Row> {
  return fc.record(
    Object.fromEntries(
      schema.fields.map(({ name, type, nullable }) => [
        name,
        nullable ? orNull(valueOf(type)) : valueOf(type),
      ]),
    ),
    { noNullPrototype: true },
  );
}

function orNull(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.option(value, { freq: 2 });
}

function valueOf(type: DataType): fc.Arbitrary<Value> {
  if (typeof type === 'string') return scalarOf(type);
  if (type.type === 'struct') return rowOf(type);
  if (type.type === 'array') {
    const item = valueOf(type.elementType);
    return fc.array(type.containsNull ? orNull(item) : item, { maxLength: 4 });
  }
  const item = valueOf(type.valueType);
  const entry = fc.tuple(valueOf(type.keyType), type.valueContainsNull ? orNull(item) : item);
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

function decimalsOf(type: string): fc.Arbitrary<Value> {
  const [precision = 0, scale = 0] = Array.from(type.matchAll(/\d+/g), ([digits]) => Number(digits));
  const bound = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -bound, max: bound }).map((unscaled) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
    const point = digits.length - scale;
    const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
    return unscaled < 0n ? `-${text}` : text;
  });
}
