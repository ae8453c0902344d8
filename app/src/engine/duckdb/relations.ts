import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBTimestampTZValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import type { Column, ColumnType, Value } from '../../lake/column.ts';
import type { DataFile, Row } from '../engine.ts';
import { groupByConstants } from '../file-groups.ts';
import { withExpressions } from '../sql/with.ts';
import { identifier, literal, sqlType, textLiteral } from './values.ts';

/** The SELECT for a relation of data files: its columns with their types, whatever the files hold or lack. */
export function filesSelect(columns: readonly Column[], files: readonly DataFile[]): string {
  const list = (column: Column): string =>
    `cast(${identifier(column.name)} as ${sqlType(column.type)}) as ${identifier(column.name)}`;
  const empty = `select ${columns.map((column) => `cast(null as ${sqlType(column.type)}) as ${identifier(column.name)}`).join(', ')} where false`;
  if (files.length === 0) return empty;
  const types = new Map(columns.map((column) => [column.name, column.type]));
  const groups = groupByConstants(files).map((group) => {
    const constants = Object.entries(group[0]?.constants ?? {}).filter(([name]) => types.has(name));
    const shared = new Set(constants.map(([name]) => name));
    const paths = group.map((file) => textLiteral(globEscape(file.path))).join(', ');
    const extra = constants.map(
      ([name, value]) => `, ${literal(value, types.get(name) as ColumnType)} as ${identifier(name)}`,
    );
    const inFiles = columns.filter((column) => !shared.has(column.name));
    // A file that was written before a column was added lacks it: the empty select adds every column with its type.
    const missing = `select ${inFiles.map((column) => `cast(null as ${sqlType(column.type)}) as ${identifier(column.name)}`).join(', ')} where false`;
    return `select *${extra.join('')} from (${missing} union all by name select * from read_parquet([${paths}], union_by_name = true, hive_partitioning = false))`;
  });
  return `select ${columns.map(list).join(', ')} from (${groups.join(' union all by name ')})`;
}

/** Up to this number, rows are written into the SELECT: a table for them would cost three statements. */
export const SHORT_ROWS = 64;

/** The SELECT for a few rows that the caller gave. */
export function rowsSelect(columns: readonly Column[], rows: readonly Row[]): string {
  const values = ({ name, type }: Column, row: Row | undefined): string =>
    `${literal(row?.[name] ?? null, type)} as ${identifier(name)}`;
  const select = (row: Row | undefined): string =>
    `select ${columns.map((column) => values(column, row)).join(', ')}`;
  if (rows.length === 0) return `${select(undefined)} where false`;
  return rows.map(select).join(' union all ');
}

/**
 * A SELECT with its relations before it, as common table expressions. DuckDB would compute a relation that is read
 * twice only once and keep its rows; ours are tables or projections, which are cheaper to read again.
 */
export const withRelations = (relations: ReadonlyMap<string, string>, sql: string): string =>
  withExpressions(
    Array.from(relations, ([name, text]) => `${identifier(name)} as not materialized (${text}\n)`),
    sql,
  );

/** Escapes a path, which DuckDB takes for a glob pattern: a folder may be called `data[1]`. */
export const globEscape = (path: string): string => path.replace(/[*?[]/g, (character) => `[${character}]`);

const DUCKDB_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  string: VARCHAR,
  long: BIGINT,
  integer: INTEGER,
  double: DOUBLE,
  boolean: BOOLEAN,
  date: DATE,
  timestamp: TIMESTAMPTZ,
  binary: BLOB,
  'array<integer>': LIST(INTEGER),
};

/** Loads rows that the caller gave into the temporary table `table`. */
export async function loadRows(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<void> {
  const ddl = columns.map((column) => `${identifier(column.name)} ${sqlType(column.type)}`).join(', ');
  await connection.run(`create or replace temp table ${identifier(table)} (${ddl})`);
  if (rows.length === 0) return;
  const appender = await connection.createAppender(table, null, 'temp');
  const types = columns.map((column) => DUCKDB_TYPES[column.type]);
  for (let start = 0; start < rows.length; start += 2048) {
    const part = rows.slice(start, start + 2048);
    const chunk = DuckDBDataChunk.create(types, part.length);
    columns.forEach((column, index) => {
      chunk.setColumnValues(
        index,
        part.map((row) => toDuckdb(row[column.name] ?? null, column.type)),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function toDuckdb(value: Value, type: ColumnType): DuckDBValue {
  if (value === null) return null;
  switch (type) {
    case 'long':
      return BigInt(value as number | bigint);
    case 'date':
      return new DuckDBDateValue(Date.parse(`${value as string}T00:00:00Z`) / 86_400_000);
    case 'timestamp':
      return new DuckDBTimestampTZValue(value as bigint);
    case 'binary':
      return new DuckDBBlobValue(value as Uint8Array);
    case 'array<integer>':
      return listValue(value as readonly (number | null)[] as DuckDBValue[]);
    case 'string':
    case 'integer':
    case 'double':
    case 'boolean':
      return value as DuckDBValue;
  }
}
