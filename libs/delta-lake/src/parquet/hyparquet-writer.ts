import * as zlib from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter as FileWriter } from 'hyparquet-writer';
import { physicalName } from '../schema/column-mapping.ts';
import type { StructType } from '../schema/types.ts';
import { columnWriter, schemaElements } from './cells.ts';
import type { Compression, EncodedFile, ParquetWriter, WriterOptions } from './codec.ts';

/** Rows of a row group at most: a reader, too, holds one at a time. */
const ROW_GROUP_ROWS = 50_000;

type FileCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD' | 'BROTLI';

const CODECS: Readonly<Partial<Record<Compression, FileCodec>>> = {
  uncompressed: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  // Since Node 22.15.
  ...('zstdCompressSync' in zlib ? { zstd: 'ZSTD' } : {}),
  brotli: 'BROTLI',
};

/** The compressors that Node has; snappy is hyparquet-writer's own. */
const COMPRESSORS = {
  GZIP: (input: Uint8Array) => zlib.gzipSync(input),
  ZSTD: (input: Uint8Array) => zlib.zstdCompressSync(input),
  // The default quality of 11 takes a hundred times as long.
  BROTLI: (input: Uint8Array) =>
    zlib.brotliCompressSync(input, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

interface HyparquetWriter extends ParquetWriter {
  finish(): Promise<Extract<EncodedFile, { readonly kind: 'memory' }>>;
}

/** Writes with hyparquet-writer: data pages of version 2, each `write` at least one row group. */
export async function openHyparquetWriter(
  schema: StructType,
  options: WriterOptions = {},
): Promise<HyparquetWriter> {
  const compression =
    options.compression !== undefined && CODECS[options.compression] ? options.compression : 'snappy';
  const columnMapping = options.columnMapping ?? 'none';
  const elements: SchemaElement[] = [
    { name: 'spark_schema', num_children: schema.fields.length },
    ...schema.fields.flatMap((field) => schemaElements(field, columnMapping)),
  ];
  const columns = schema.fields.map((field) => ({
    name: physicalName(field, columnMapping),
    write: columnWriter(field.type, columnMapping),
  }));
  const output = new ByteWriter();
  const file = new FileWriter({
    writer: output,
    schema: elements,
    codec: CODECS[compression] ?? 'SNAPPY',
    compressors: COMPRESSORS,
    statistics: false,
    createdBy: 'contrail-delta-lake with hyparquet-writer',
  });
  return {
    compression,
    get bytes() {
      return output.offset;
    },
    async write(cells) {
      const columnData = columns.map(({ name, write }, index) => ({ name, data: write(cells[index] ?? []) }));
      await file.write({ columnData, rowGroupSize: ROW_GROUP_ROWS });
    },
    async finish() {
      await file.finish();
      const body = output.getBytes();
      return { kind: 'memory', bytes: body.byteLength, body };
    },
    async abandon() {},
  };
}
