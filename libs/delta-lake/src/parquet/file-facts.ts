import {
  type AsyncBuffer,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
} from 'hyparquet';
import { DeltaError } from '../errors.ts';
import { formatDate } from '../schema/instant.ts';
import type { StructType } from '../schema/types.ts';
import { compareCodePoints, type Value } from '../schema/value.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';
import type { ByteSource } from './codec.ts';
import { fileSchema } from './file-schema.ts';

/** What a Parquet file says of itself in its footer. */
export interface FileFacts {
  readonly rows: number;
  readonly schema: StructType;
  /**
   * Of the columns that are neither nested nor decimals: nulls, and bounds that hold for every row. A column whose
   * writer left something out is missing, or has no bounds. A NaN removes the bounds if the writer counts it, as
   * Spark's does (it is the max there). The format lets a writer ignore NaN; then the bounds ignore it too.
   */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
}

/** Footers of files with a few dozen columns are smaller; a larger one costs a second request. */
const FIRST_FETCH_BYTES = 65_536;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Bounds as the values of our columns: exact integers for instants, `YYYY-MM-DD` for days. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => BigInt(millis) * 1000n,
  timestampFromMicroseconds: (micros: bigint) => micros,
  // No bound: microseconds would have to be rounded down for one side and up for the other.
  timestampFromNanoseconds: () => undefined,
  dateFromDays: (days: number) => formatDate(days),
  // A bound that was cut inside a character is not usable.
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && textOf(bytes),
};

/**
 * Rows, columns and statistics of a Parquet file that another program wrote, from its footer alone. A commit needs
 * these. Source: Apache Parquet, parquet.thrift, `Statistics` (the deprecated `min` and `max` are ignored).
 * @throws DeltaError corrupt-file
 */
export async function fileFacts(source: ByteSource): Promise<FileFacts> {
  const footer = await readFooter(source);
  const schema = fileSchema(parquetSchema(footer));
  const statistics: Record<string, ColumnStatistics> = {};
  for (const { name, type } of schema.fields) {
    if (typeof type !== 'string' || type === 'binary' || type.startsWith('decimal')) continue;
    const chunks = footer.row_groups.map((group) =>
      group.columns.find(({ meta_data: column }) => column?.path_in_schema[0] === name),
    );
    const merged = merge(chunks.map((chunk) => chunk?.meta_data));
    if (merged !== null) statistics[name] = merged;
  }
  return { rows: Number(footer.num_rows), schema, statistics };
}

async function readFooter(source: ByteSource): Promise<FileMetaData> {
  const file: AsyncBuffer = {
    byteLength: source.bytes,
    async slice(start, end = source.bytes) {
      const bytes = await source.read(start, Math.min(end, source.bytes));
      return new Uint8Array(bytes).buffer;
    },
  };
  try {
    // The types of the parsers say Date, which has no microseconds. The values are only passed through.
    const parsers = PARSERS as unknown as NonNullable<
      NonNullable<Parameters<typeof parquetMetadataAsync>[1]>['parsers']
    >;
    return await parquetMetadataAsync(file, {
      parsers,
      geoparquet: false,
      initialFetchSize: FIRST_FETCH_BYTES,
    });
  } catch (cause) {
    throw new DeltaError('corrupt-file', 'A Parquet file cannot be read: it has no readable footer.', {
      cause,
    });
  }
}

/** The statistics of a column over all row groups; null when one of them does not say how many nulls it has. */
function merge(chunks: readonly (ColumnMetaData | undefined)[]): ColumnStatistics | null {
  let nulls = 0;
  let bounds: { readonly min: Value; readonly max: Value } | null = null;
  let isBounded = true;
  for (const chunk of chunks) {
    const statistics = chunk?.statistics;
    if (chunk === undefined || statistics?.null_count === undefined) return null;
    nulls += Number(statistics.null_count);
    if (statistics.null_count === chunk.num_values) continue;
    const min = statistics.min_value as Value | undefined;
    const max = statistics.max_value as Value | undefined;
    if (min === undefined || max === undefined || Number.isNaN(min) || Number.isNaN(max)) isBounded = false;
    else if (bounds === null) bounds = { min, max };
    else bounds = { min: least(bounds.min, min), max: greatest(bounds.max, max) };
  }
  return { nulls, ...(isBounded && bounds !== null ? bounds : {}) };
}

const least = (a: Value, b: Value): Value => (isLess(b, a) ? b : a);
const greatest = (a: Value, b: Value): Value => (isLess(a, b) ? b : a);

/** Parquet orders text by its bytes, which is by code point; JavaScript by UTF-16 units. */
function isLess(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b) < 0;
  return (a as number | bigint | boolean) < (b as number | bigint | boolean);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
