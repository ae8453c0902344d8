/** A column of a relation or a table. Types are the Delta names of the primitives in use. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}
export type ColumnType =
  | 'string'
  | 'long'
  | 'integer'
  | 'double'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'binary'
  | 'array<integer>';

/**
 * A cell. string and date (`YYYY-MM-DD`) are strings; integer and double are numbers; long is a bigint, and so
 * is timestamp: microseconds since the epoch, UTC; binary is bytes.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly (number | null)[];

/** A row by column name. */
export type Row = Readonly<Record<string, Value>>;
