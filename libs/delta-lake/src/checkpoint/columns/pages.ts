import type { ColumnMetaData, Compressors, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel } from 'hyparquet/src/schema.js';

/**
 * One page of a leaf column. An entry is a row's value, or its nth element, or the absence of one; its definition level
 * says how far the path to it is there, its repetition level is above 0 where it goes on with the row of the entry
 * before. Source: Apache Parquet, "Nested Encoding" (Dremel).
 */
export interface Page {
  readonly entries: number;
  /** Null: all are at the highest level. */
  readonly definitions: ArrayLike<number> | null;
  /** Null: none goes on. */
  readonly repetitions: ArrayLike<number> | null;
  /** Of the entries at the highest definition level, in order. Texts are still bytes. */
  readonly values: ArrayLike<unknown>;
}

/** A leaf column of one row group. */
export interface LeafChunk {
  readonly metadata: ColumnMetaData;
  /** From the root of the schema to the leaf. */
  readonly path: SchemaTree[];
  /** The bytes of the chunk, as they are in the file. */
  readonly bytes: Uint8Array;
}

/** Decodes a column chunk page by page, as they are asked for. */
export function* readPages({ metadata, path, bytes }: LeafChunk, compressors: Compressors): Generator<Page> {
  const leaf = path.at(-1);
  if (!leaf) return;
  const { type, codec, path_in_schema } = metadata;
  const { element } = leaf;
  const decoder = {
    type,
    codec,
    element,
    schemaPath: path,
    pathInSchema: path_in_schema,
    compressors,
    parsers: NO_PARSERS,
  };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const entriesOfChunk = Number(metadata.num_values);
  let dictionary: ArrayLike<unknown> = [];
  for (let seen = 0; seen < entriesOfChunk;) {
    const header = parquetHeader(reader);
    const body = bytes.subarray(reader.offset, reader.offset + header.compressed_page_size);
    reader.offset += header.compressed_page_size;
    const { dictionary_page_header, data_page_header, data_page_header_v2 } = header;
    if (dictionary_page_header) {
      const plain = decompressPage(body, Number(header.uncompressed_page_size), codec, compressors);
      const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
      dictionary = readPlain(
        { view, offset: 0 },
        type,
        dictionary_page_header.num_values,
        element.type_length,
      );
      continue;
    }
    const dataHeader = data_page_header ?? data_page_header_v2;
    // An index page, which nobody writes.
    if (!dataHeader) continue;
    const { definitionLevels, repetitionLevels, dataPage } = data_page_header
      ? readDataPage(
          decompressPage(body, Number(header.uncompressed_page_size), codec, compressors),
          data_page_header,
          decoder,
        )
      : readDataPageV2(body, header, decoder);
    const isEncoded = dataHeader.encoding.endsWith('_DICTIONARY');
    yield {
      entries: dataHeader.num_values,
      definitions: definitionLevels && definitionLevels.length > 0 ? definitionLevels : null,
      repetitions: repetitionLevels.length > 0 ? repetitionLevels : null,
      values: isEncoded
        ? Array.from(dataPage, (index) => dictionary[index as number])
        : dataPage instanceof BigInt64Array
          ? numbersOf(dataPage)
          : dataPage,
    };
    seen += dataHeader.num_values;
  }
}

/** The integers as numbers, where all of them are exact as such. */
function numbersOf(longs: BigInt64Array): ArrayLike<unknown> {
  const words = new Int32Array(longs.buffer, longs.byteOffset, 2 * longs.length);
  const numbers = new Float64Array(longs.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = (words[2 * i + 1] ?? 0) * 2 ** 32 + ((words[2 * i] ?? 0) >>> 0);
    if (!Number.isSafeInteger(number)) return longs;
    numbers[i] = number;
  }
  return numbers;
}

let whole: Buffer = Buffer.alloc(0);

/** The text of a value that is still bytes. */
export function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  // The texts of a page lie in one buffer, one after the other.
  if (whole.buffer !== buffer) whole = Buffer.from(buffer);
  return whole.toString('utf8', byteOffset, byteOffset + byteLength);
}

/** Values are taken as they are stored. */
const NO_PARSERS = {} as Parameters<typeof readDataPage>[2]['parsers'];

/** The definition level of an entry that has a value. */
export const valueLevel = (path: SchemaTree[]): number => getMaxDefinitionLevel(path);
