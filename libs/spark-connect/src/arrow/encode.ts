import {
  binary,
  bool,
  type Column,
  columnFromArray,
  type DataType,
  dateDay,
  decimal,
  field,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  Table,
  tableToIPC,
  timestamp,
  TimeUnit,
  utf8,
} from '@uwdata/flechette';
import { invalidArgument } from '../errors.ts';
import { unscaledAt } from './decimal.ts';
import { parseDate } from './instant.ts';
import type { Row, Value } from './value.ts';

/** Types of columns that can be sent; `decimal(10,2)` says precision and scale. */
export type ColumnType =
  | 'boolean'
  | 'byte'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'string'
  | 'binary'
  | 'date'
  | 'timestamp'
  | 'timestamp_ntz'
  | `decimal(${number},${number})`;

/** Columns in order, with their types. */
export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * How values of a type are sent: their Arrow type, how they are stored and checked. Undefined: the value is not of the
 * type.
 */
interface Encoding {
  readonly type: DataType;
  /** When the values are stored as another type of the same width, that one: dates as days, instants as int64. */
  readonly stored?: DataType;
  readonly encode: (value: Value) => unknown;
}

const wholeWithin =
  (bits: number) =>
  (value: Value): unknown =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= -(2 ** (bits - 1)) &&
    value < 2 ** (bits - 1)
      ? value
      : undefined;
const asNumber = (value: Value): unknown => (typeof value === 'number' ? value : undefined);
const asLong = (value: Value): unknown =>
  typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined;

const ENCODINGS: Readonly<Record<Exclude<ColumnType, `decimal${string}`>, Encoding>> = {
  boolean: { type: bool(), encode: (value) => (typeof value === 'boolean' ? value : undefined) },
  byte: { type: int8(), encode: wholeWithin(8) },
  short: { type: int16(), encode: wholeWithin(16) },
  integer: { type: int32(), encode: wholeWithin(32) },
  long: { type: int64(), encode: asLong },
  float: { type: float32(), encode: asNumber },
  double: { type: float64(), encode: asNumber },
  string: { type: utf8(), encode: (value) => (typeof value === 'string' ? value : undefined) },
  binary: { type: binary(), encode: (value) => (value instanceof Uint8Array ? value : undefined) },
  date: {
    type: dateDay(),
    stored: int32(),
    encode: (value) => (typeof value === 'string' ? parseDate(value) : undefined),
  },
  timestamp: { type: timestamp(TimeUnit.MICROSECOND, 'UTC'), stored: int64(), encode: asLong },
  timestamp_ntz: { type: timestamp(TimeUnit.MICROSECOND), stored: int64(), encode: asLong },
};

/**
 * Rows as the Arrow IPC stream of a `LocalRelation`. A column that a row lacks is null there.
 * @throws SparkConnectError invalid-argument for a value that is not of its column's type, and for an unknown column.
 */
export function encodeRows(columns: Columns, rows: readonly Row[]): Uint8Array {
  const names = Object.keys(columns);
  if (names.length === 0) throw invalidArgument('Sending rows: there are no columns');
  const known = new Set(names);
  for (const [index, row] of rows.entries()) {
    const odd = Object.keys(row).find((name) => !known.has(name));
    if (odd !== undefined) throw invalidArgument(`Sending rows: row ${index} has an unknown column ${odd}`);
  }
  const encoded = Object.entries(columns).map(([name, type]) => {
    const encoding = encodingOf(type);
    return { name, encoding, column: encodeColumn(name, type, encoding, rows) };
  });
  const schema = {
    version: 4,
    endianness: 0,
    fields: encoded.map(({ name, encoding }) => field(name, encoding.type)),
    metadata: null,
  } as const;
  const table = new Table(
    schema,
    encoded.map(({ column }) => column),
  );
  const bytes = tableToIPC(table, { format: 'stream' });
  if (bytes === null) throw new TypeError('The Arrow encoder gave no bytes');
  return bytes;
}

function encodeColumn(
  name: string,
  type: ColumnType,
  encoding: Encoding,
  rows: readonly Row[],
): Column<unknown> {
  const values = rows.map((row, index) => {
    // A column may be called `constructor`, which every row inherits.
    const value = Object.hasOwn(row, name) ? (row[name] ?? null) : null;
    if (value === null) return null;
    const encoded = encoding.encode(value);
    if (encoded === undefined)
      throw invalidArgument(
        `Sending rows: the value in row ${index}, column ${name} is not of type ${type}`,
        {
          column: name,
          row: index,
        },
      );
    return encoded;
  });
  return columnFromArray(values, encoding.stored ?? encoding.type);
}

function encodingOf(type: ColumnType): Encoding {
  if (Object.hasOwn(ENCODINGS, type)) return ENCODINGS[type as keyof typeof ENCODINGS];
  const match = /^decimal\((\d+),(\d+)\)$/.exec(type);
  const [precision, scale] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || precision < 1 || precision > 38 || scale > precision)
    throw invalidArgument(`Sending rows: values of the type ${type} cannot be sent`);
  return {
    type: decimal(precision, scale, 128),
    encode: (value) => (typeof value === 'string' ? unscaledAt(value, precision, scale) : undefined),
  };
}
