import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from 'hyparquet';
import { DeltaError } from '../errors.ts';
import { blankRecord } from '../records.ts';
import type { StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { cellReader, columnOf, type ParquetNode, type ReadPlan } from './cell-reader.ts';
import { type ByteSource, columnsOfRows, type ParquetCodec, type ReadOptions, type Row } from './codec.ts';
import { compressorsFor } from './compressors.ts';
import { decodedName, withDecodedNames } from './decoded-names.ts';
import { fileSchema } from './file-schema.ts';
import { openHyparquetWriter } from './hyparquet-writer.ts';
import { legacyCalendar } from './legacy-calendar.ts';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** How hyparquet reads annotated columns: exact integers instead of Date objects, text with its byte order mark. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint) => BigInt(millis) * 1000n,
  timestampFromMicroseconds: (micros: bigint) => micros,
  timestampFromNanoseconds: (nanos: bigint) => (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes),
};

/** What hyparquet can do beyond the port: read footers, and write whole files in memory. */
export interface HyparquetCodec extends ParquetCodec {
  /** The columns of a file as Delta types, by its footer. @throws DeltaError corrupt-file */
  schema(source: ByteSource): Promise<StructType>;
  /** Number of rows by the file's footer. @throws DeltaError corrupt-file */
  rowCount(source: ByteSource): Promise<number>;
  /** The footer. @throws DeltaError corrupt-file */
  footer(source: ByteSource): Promise<FileMetaData>;
  /** A whole file of these rows; every column is optional, map keys excepted. */
  write(rows: readonly Row[], schema: StructType): Promise<Uint8Array>;
}

/** The default {@link ParquetCodec}: hyparquet, hyparquet-compressors and hyparquet-writer, all JavaScript. */
export function hyparquetCodec(): HyparquetCodec {
  return {
    read,
    schema,
    rowCount,
    footer: (source) => footer(asyncBuffer(source)),
    write,
    openWriter: openHyparquetWriter,
  };
}

async function* read(
  source: ByteSource,
  schema: StructType,
  options: ReadOptions = {},
): AsyncGenerator<readonly Row[]> {
  const file = asyncBuffer(source);
  const metadata = await footer(file);
  const root: ParquetNode = parquetSchema(metadata);
  const plan: ReadPlan = {
    columnMapping: options.columnMapping ?? 'none',
    calendar: legacyCalendar(metadata.key_value_metadata),
  };
  const readers = schema.fields.map((field) => {
    const node = columnOf(root.children, field, plan.columnMapping);
    return {
      name: field.name,
      stored: node ? decodedName(node.element.name) : null,
      read: node ? cellReader(field.type, node, field.name, plan) : (): null => null,
    };
  });
  const columns = readers.map(({ stored }) => stored).filter((name) => name !== null);
  const compressors = await compressorsFor(metadata);
  const blank = blankRecord<Value>(readers.map(({ name }) => name));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const raw = await readGroup(file, metadata, compressors, columns, rowStart, rowEnd);
    yield raw.map((record) => {
      const row = blank();
      for (const { name, stored, read: readCell } of readers) row[name] = readCell(record[stored ?? '']);
      return row;
    });
    rowStart = rowEnd;
  }
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  compressors: Compressors,
  columns: string[],
  rowStart: number,
  rowEnd: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => ({}));
  let rows: readonly Readonly<Record<string, unknown>>[] = [];
  try {
    await parquetRead({
      file,
      metadata: withDecodedNames(withoutLossyAnnotations(metadata)),
      columns,
      rowStart,
      rowEnd,
      rowFormat: 'object',
      compressors,
      utf8: false,
      geoparquet: false,
      parsers: PARSERS,
      onComplete: (result) => {
        rows = result;
      },
    });
  } catch (cause) {
    throw corrupt('its pages cannot be decoded', cause);
  }
  if (rows.length !== rowEnd - rowStart) {
    throw corrupt(`a row group has ${rows.length} rows, but its footer says ${rowEnd - rowStart}`);
  }
  return rows;
}

/**
 * hyparquet turns decimals into floats and maps into objects (which lose key types, order and doubles). Without their
 * annotations it answers plain integers and bytes, and the entries of a map one by one; `cells.ts` does the rest.
 */
function withoutLossyAnnotations(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element): SchemaElement => {
    const { converted_type, logical_type, ...rest } = element;
    const isText = converted_type === 'UTF8' || logical_type?.type === 'STRING';
    const isInstant = logical_type?.type === 'TIMESTAMP' || converted_type?.startsWith('TIMESTAMP');
    if (isText || isInstant || converted_type === 'LIST' || logical_type?.type === 'LIST') {
      // hyparquet recognises lists by their converted type alone.
      return logical_type?.type === 'LIST' ? { ...element, converted_type: 'LIST' } : element;
    }
    return rest;
  });
  return { ...metadata, schema };
}

async function schema(source: ByteSource): Promise<StructType> {
  return fileSchema(parquetSchema(await footer(asyncBuffer(source))));
}

async function rowCount(source: ByteSource): Promise<number> {
  const metadata = await footer(asyncBuffer(source));
  return Number(metadata.num_rows);
}

async function write(rows: readonly Row[], schema: StructType): Promise<Uint8Array> {
  const writer = await openHyparquetWriter(schema);
  await writer.write(columnsOfRows(rows, schema));
  return (await writer.finish()).body;
}

async function footer(file: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(file, { geoparquet: false, parsers: PARSERS });
  } catch (cause) {
    throw corrupt('it has no readable footer', cause);
  }
}

function asyncBuffer(source: ByteSource): AsyncBuffer {
  return {
    byteLength: source.bytes,
    async slice(start, end = source.bytes) {
      const bytes = await source.read(start, Math.min(end, source.bytes));
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

function corrupt(what: string, cause?: unknown): Error {
  // What failed in the store or in our own code is not the file's fault.
  if (cause instanceof DeltaError) return cause;
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new DeltaError('corrupt-file', `Not a readable Parquet file: ${what}${reason}.`, { cause });
}
