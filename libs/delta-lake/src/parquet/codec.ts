import { ownValue } from '../records.ts';
import type { ColumnMappingMode } from '../schema/column-mapping.ts';
import type { StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import type { LocalCopy, ObjectStore } from '../storage/object-store.ts';

/** A row by column name. */
export type Row = Readonly<Record<string, Value>>;

/** The bytes of one file, read in pieces. */
export interface ByteSource {
  readonly bytes: number;
  /** Bytes `[start, end)`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The whole file on the local disk, for engines that read paths; absent if the source cannot give it. */
  localCopy?(): Promise<LocalCopy>;
}

export interface ReadOptions {
  /** How the fields of the schema, nested ones too, are found in the file. Default `none`: by their names. */
  readonly columnMapping?: ColumnMappingMode;
}

/**
 * Parquet codec port: reads and writes the rows of data files, and knows no table. Adapters: hyparquet (the default, in
 * JavaScript) and DuckDB; `test/parquet/contract.ts` holds their promises. Footers and checkpoints do not go through
 * it, so that maintenance of a table starts no engine.
 */
export interface ParquetCodec {
  /**
   * The rows of a file, in its order, in batches of at most one row group. Each row has exactly the columns of
   * `schema`, by their names in the schema and with values as {@link Value} says; a column that the file lacks is null,
   * others of the file are not read. Values of a type that Delta lets widen to the schema's are widened.
   * @throws DeltaError corrupt-file when the bytes are no Parquet file, or a column cannot be read as its type;
   * unsupported-feature when a type of the schema is unknown.
   */
  read(source: ByteSource, schema: StructType, options?: ReadOptions): AsyncIterable<readonly Row[]>;

  /** Begins a file whose rows come piece by piece; every column is optional, map keys excepted. */
  openWriter(schema: StructType, options?: WriterOptions): Promise<ParquetWriter>;
}

/** Names of `delta.parquet.compression.codec`. */
export const COMPRESSIONS = ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface WriterOptions {
  /** A preference: an adapter without this codec uses another one, and {@link ParquetWriter.compression} says which. */
  readonly compression?: Compression;
  /** How the file names its columns. Default `none`; else by their physical names, with their field ids. */
  readonly columnMapping?: ColumnMappingMode;
}

/** A file that is being written. Do not use it after `finish` or `abandon`. */
export interface ParquetWriter {
  readonly compression: Compression;
  /** Size of the file so far; an adapter that compresses later estimates. */
  readonly bytes: number;
  /**
   * Takes rows, in order, as a row group or a part of one: for each field of the schema its cells, as many as there are
   * rows. The caller has checked that each is of its column's type ({@link Value}). A long may also be a safe integer.
   */
  write(columns: readonly (readonly Value[])[]): Promise<void>;
  /** The whole file. */
  finish(): Promise<EncodedFile>;
  /** Releases what the writer holds, without finishing the file. */
  abandon(): Promise<void>;
}

/** Rows as the columns that {@link ParquetWriter.write} takes; what a row lacks is null. */
export function columnsOfRows(rows: readonly Row[], schema: StructType): readonly (readonly Value[])[] {
  return schema.fields.map(({ name }) => rows.map((row) => ownValue(row, name) ?? null));
}

/** A finished file, in memory or on the local disk. The owner of one on disk calls `remove` in the end. */
export type EncodedFile =
  | { readonly kind: 'memory'; readonly bytes: number; readonly body: Uint8Array }
  | { readonly kind: 'disk'; readonly bytes: number; readonly path: string; remove(): Promise<void> };

/** Puts a finished file into a store, and releases its memory or disk space. @throws DeltaError store-failed */
export async function putEncoded(store: ObjectStore, key: string, file: EncodedFile): Promise<void> {
  if (file.kind === 'memory') return store.put(key, file.body);
  try {
    await store.putFile(key, file.path);
  } finally {
    await file.remove();
  }
}
