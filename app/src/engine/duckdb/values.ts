import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { ColumnType, Value } from '../../lake/column.ts';

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'varchar',
  long: 'bigint',
  integer: 'integer',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamptz',
  binary: 'blob',
  'array<integer>': 'integer[]',
};

/** The name of a column type in DuckDB. `timestamp` is an instant, so it is `timestamptz` there. */
export const sqlType = (type: ColumnType): string => SQL_TYPES[type];

/** A name as a quoted SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Text as a SQL literal. */
export const textLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value as a SQL literal, cast if the type is known, so that a value is never parsed as SQL. */
export function literal(value: Value, type?: ColumnType): string {
  const text = plainLiteral(value, type);
  return type === undefined || type === 'timestamp' ? text : `cast(${text} as ${sqlType(type)})`;
}

function plainLiteral(value: Value, type?: ColumnType): string {
  if (value === null) return type === 'timestamp' ? 'cast(null as timestamptz)' : 'null';
  if (type === 'timestamp') return `make_timestamptz(${String(value)})`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return `cast(${value} as bigint)`;
  if (typeof value === 'string') return textLiteral(value);
  if (value instanceof Uint8Array) return `from_hex('${Buffer.from(value).toString('hex')}')`;
  if (typeof value === 'object') return `[${value.map((item) => item ?? 'null').join(', ')}]`;
  // As a number with a point it would be a decimal first, and lose its last bit on the way to a double.
  const isDouble = type === 'double' || !Number.isInteger(value) || Object.is(value, -0);
  return isDouble ? `cast('${Object.is(value, -0) ? '-0' : value}' as double)` : value.toFixed(0);
}

/** A cell of a DuckDB result as a value of the engine port. */
export function fromDuckdb(value: DuckDBValue): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBDateValue) return isoDate(value.days);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof DuckDBListValue)
    return value.items.map((item) => (item === null ? null : Number(item)));
  return String(value);
}

const isoDate = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);

/** A bound as DuckDB prints it in COPY … RETURN_STATS, typed; undefined if it is not usable as a bound. */
export function parseBound(text: string | undefined, type: ColumnType): Value | undefined {
  if (text === undefined) return undefined;
  switch (type) {
    case 'string':
    case 'date':
      return text;
    case 'integer':
      return Number(text);
    case 'double': {
      const number = Number(text === 'inf' ? 'Infinity' : text === '-inf' ? '-Infinity' : text);
      return Number.isNaN(number) ? undefined : number;
    }
    case 'long':
      return BigInt(text);
    case 'boolean':
      return text === '1' || text === 'true';
    case 'timestamp':
      return parseTimestamp(text);
    case 'binary':
    case 'array<integer>':
      return undefined;
  }
}

/** `2025-12-28 00:00:00.5+00` to microseconds since the epoch. */
function parseTimestamp(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00(?::00)?$/.exec(text);
  if (match === null) return undefined;
  const seconds = BigInt(Date.parse(`${match[1]}T${match[2]}Z`) / 1000);
  return seconds * 1_000_000n + BigInt((match[3] ?? '').padEnd(6, '0'));
}
