/**
 * A cell of a result, or of rows that are sent. byte, short, integer, float and double are numbers; long is a bigint;
 * decimal is exact plain text; date is `YYYY-MM-DD` in the proleptic Gregorian calendar; timestamp and timestamp_ntz
 * are bigint microseconds since 1970-01-01T00:00:00 (UTC for timestamp); a day-time interval is bigint microseconds
 * and a year-month interval a number of months; binary is bytes; an array is an array; a map is an array of
 * [key, value]; a struct is an object; a variant is an object of its two binaries `value` and `metadata`.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A row: column names in order, with their values. */
export type Row = Readonly<Record<string, Value>>;
