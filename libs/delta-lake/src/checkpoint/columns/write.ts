import * as zlib from 'node:zlib';
import { type ColumnChunk, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { ByteWriter, ParquetWriter as FileWriter } from 'hyparquet-writer';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { schemaElements } from '../../parquet/cells.ts';
import type { EncodedFile } from '../../parquet/codec.ts';
import type { StructType } from '../../schema/types.ts';
import { type LeafColumn, leafColumns } from './leaf-columns.ts';

const PAGE_BYTES = 2 ** 20;
const COMPRESSORS = {
  SNAPPY: snappyCompress,
  ZSTD: (page: Uint8Array) =>
    zlib.zstdCompressSync(page, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }),
};
/**
 * The codec for long texts such as paths and statistics. Zstandard (Node 22.15 and later) takes less work and makes a
 * third of the bytes.
 */
const LONG_TEXTS = 'zstdCompressSync' in zlib ? 'ZSTD' : 'SNAPPY';
const MANY_ROWS = 256;

/** A column chunk, written as if it were the first of a file. */
interface LooseChunk {
  readonly chunk: ColumnChunk;
  readonly bytes: Uint8Array;
}

/**
 * Writes a checkpoint's Parquet file column by column: a row has values in ten of sixty leaves. Leaves without any
 * value are alike and are encoded once.
 */
export class ActionFileWriter {
  readonly #type: StructType;
  /** From the root to each leaf. */
  readonly #leaves: readonly SchemaTree[][];
  readonly #output = new ByteWriter();
  readonly #file: FileWriter;

  constructor(type: StructType) {
    this.#type = type;
    const schema: SchemaElement[] = [
      { name: 'spark_schema', num_children: type.fields.length },
      ...type.fields.flatMap((field) => schemaElements(field, 'none')),
    ];
    this.#leaves = leavesBelow([parquetSchema({ schema })]);
    this.#file = new FileWriter({
      writer: this.#output,
      schema,
      statistics: false,
      createdBy: 'contrail-delta-lake with hyparquet-writer',
    });
  }

  /** Writes actions, each an object with its kind as the one field, as a row group; awaits `turn` after each column. */
  async write(
    actions: readonly Readonly<Record<string, unknown>>[],
    turn: () => Promise<void>,
  ): Promise<void> {
    const { row_groups } = this.#file;
    const start = this.#output.offset;
    const columns: ColumnChunk[] = [];
    const empty = new Map<readonly number[], Map<string, LooseChunk>>();
    for (const column of leafColumns(this.#type, actions)) {
      const path = this.#leaves[columns.length] ?? [];
      if (column.values === null) {
        columns.push(this.#append(emptyChunk(path, column, empty), path));
      } else {
        columns.push(encode(this.#output, path, { ...column, values: column.values }));
        await turn();
      }
    }
    const sum = columns.reduce(
      (bytes, chunk) => bytes + (chunk.meta_data?.total_uncompressed_size ?? 0n),
      0n,
    );
    row_groups.push({
      columns,
      total_byte_size: sum,
      num_rows: BigInt(actions.length),
      total_compressed_size: BigInt(this.#output.offset - start),
    });
    this.#file.num_rows += BigInt(actions.length);
  }

  /** The whole file. */
  async finish(): Promise<Extract<EncodedFile, { readonly kind: 'memory' }>> {
    await this.#file.finish();
    const body = this.#output.getBytes();
    return { kind: 'memory', bytes: body.byteLength, body };
  }

  #append({ chunk, bytes }: LooseChunk, path: SchemaTree[]): ColumnChunk {
    const { offset } = this.#output;
    const { meta_data } = chunk;
    this.#output.appendBytes(bytes);
    if (!meta_data) return chunk;
    return {
      file_offset: BigInt(offset),
      meta_data: {
        ...meta_data,
        type: typeOf(path),
        path_in_schema: path.slice(1).map(({ element }) => element.name),
        data_page_offset: meta_data.data_page_offset + BigInt(offset),
      },
    };
  }
}

/** The chunk of a leaf without values. Apart from the definition levels, its bytes depend on little. */
function emptyChunk(
  path: SchemaTree[],
  { definitions }: LeafColumn,
  known: Map<readonly number[], Map<string, LooseChunk>>,
): LooseChunk {
  const repetition = getMaxRepetitionLevel(path);
  const kind = `${getMaxDefinitionLevel(path)} ${repetition} ${typeOf(path) === 'BOOLEAN'}`;
  const alike = known.get(definitions) ?? new Map<string, LooseChunk>();
  known.set(definitions, alike);
  const found = alike.get(kind);
  if (found) return found;
  const output = new ByteWriter();
  const values = definitions.map(() => null);
  const repetitions = repetition > 0 ? definitions.map(() => 0) : [];
  const chunk = {
    chunk: encode(output, path, { values, definitions, repetitions }),
    bytes: output.getBytes(),
  };
  alike.set(kind, chunk);
  return chunk;
}

function encode(
  writer: ByteWriter,
  path: SchemaTree[],
  { values, definitions, repetitions }: LeafColumn & { readonly values: readonly unknown[] },
): ColumnChunk {
  const schemaPath = path.map(({ element }) => element);
  const { chunk } = writeColumn({
    writer,
    column: {
      columnName: schemaPath
        .slice(1)
        .map(({ name }) => name)
        .join('.'),
      element: schemaPath.at(-1) ?? { name: '' },
      schemaPath,
      codec: values.length >= MANY_ROWS && typeOf(path) === 'BYTE_ARRAY' ? LONG_TEXTS : 'SNAPPY',
      compressors: COMPRESSORS,
      stats: false,
      pageSize: PAGE_BYTES,
      columnIndex: false,
      offsetIndex: false,
    },
    // Read only, whatever its types say.
    pageData: {
      values: values as unknown[],
      definitionLevels: definitions as number[],
      repetitionLevels: repetitions as number[],
      maxDefinitionLevel: getMaxDefinitionLevel(path),
    },
  });
  return chunk;
}

const typeOf = (path: readonly SchemaTree[]): NonNullable<SchemaElement['type']> =>
  path.at(-1)?.element.type ?? 'BYTE_ARRAY';

function leavesBelow(path: SchemaTree[]): SchemaTree[][] {
  const children = path.at(-1)?.children ?? [];
  return children.length === 0 ? [path] : children.flatMap((child) => leavesBelow([...path, child]));
}
