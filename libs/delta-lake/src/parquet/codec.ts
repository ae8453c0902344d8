import type { StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';

/** A row by column name. */
export type Row = Readonly<Record<string, Value>>;

/** The bytes of one file, read in pieces. */
export interface ByteSource {
  readonly bytes: number;
  /** Bytes `[start, end)`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/**
 * Parquet codec port. The default reads with hyparquet, in JavaScript; another engine can take its place.
 */
export interface ParquetCodec {
  /**
   * The rows of a file, in order, in batches of at most one row group. Each row has exactly the columns of `schema`,
   * with values as {@link Value} says; a column that the file lacks is null, others of the file are not read.
   * @throws DeltaError corrupt-file when the bytes are no Parquet file; unsupported-feature when a column's type is
   * unknown or the file's column cannot be read as that type.
   */
  read(source: ByteSource, schema: StructType): AsyncIterable<readonly Row[]>;

  /** Number of rows by the file's footer. @throws DeltaError corrupt-file */
  rowCount(source: ByteSource): Promise<number>;

  /** A whole file of these rows; every column is optional, map keys excepted. */
  write(rows: readonly Row[], schema: StructType): Promise<Uint8Array>;
}
