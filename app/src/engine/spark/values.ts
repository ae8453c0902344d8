import { literal, type Literal, quoteIdentifier, renderLiteral } from '@contrail/spark-connect';
import type { Column, ColumnType, Value } from '../../lake/column.ts';

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'string',
  long: 'bigint',
  integer: 'int',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  binary: 'binary',
  'array<integer>': 'array<int>',
};

/** The name of a column type in Spark. */
export const sqlType = (type: ColumnType): string => SQL_TYPES[type];

/** Columns as a schema text: `icao24` string, … */
export const schemaText = (columns: readonly { readonly name: string; readonly sqlType: string }[]): string =>
  columns.map((column) => `${quoteIdentifier(column.name)} ${column.sqlType}`).join(', ');

/** Columns with their Spark types. */
export const typed = (columns: readonly Column[]): readonly { name: string; sqlType: string }[] =>
  columns.map(({ name, type }) => ({ name, sqlType: sqlType(type) }));

/** A value of the port as a typed literal; a whole number is an INT if it fits, as in SQL text. */
export function literalOf(value: Value, type?: ColumnType): Literal {
  if (value === null) return literal.null();
  if (type === 'date') return literal.date(value as string);
  if (type === 'timestamp') return literal.timestamp(value as bigint);
  if (type === 'long') return literal.long(BigInt(value as number | bigint));
  if (type === 'double') return literal.double(value as number);
  if (typeof value === 'boolean') return literal.boolean(value);
  if (typeof value === 'bigint') return literal.long(value);
  if (typeof value === 'string') return literal.string(value);
  if (value instanceof Uint8Array) return literal.binary(value);
  if (typeof value === 'object') return literal.array(value.map((item) => literalOf(item, 'integer')));
  return Number.isInteger(value) && value === Math.trunc(value) && Math.abs(value) < 2 ** 31
    ? literal.integer(value)
    : literal.double(value);
}

/** A constant of a column as SQL text, typed, nulls too. */
export const constantText = (value: Value, type: ColumnType): string =>
  `cast(${renderLiteral(literalOf(value, type))} as ${sqlType(type)})`;

/** The columns of a relation without rows. */
export const emptyText = (columns: readonly { name: string; sqlType: string }[]): string =>
  `select ${columns.map((column) => `cast(null as ${column.sqlType}) as ${quoteIdentifier(column.name)}`).join(', ')} where false`;
