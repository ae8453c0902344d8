import { isAscii } from 'node:buffer';
import type { ColumnMetaData, Compressors, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';

/**
 * One page of a leaf column. An entry is a row's value, or one of its elements, or the absence of a value. Its
 * definition level says down to which level the path to it is present. Its repetition level is above 0 if it belongs to
 * the same row as the entry before. Source: Apache Parquet, "Nested Encoding" (Dremel).
 */
export interface Page {
  readonly entries: number;
  /** Null: all are at the highest level. */
  readonly definitions: ArrayLike<number> | null;
  /** Null: no entry continues the row before. */
  readonly repetitions: ArrayLike<number> | null;
  /**
   * Values of the entries at the highest definition level, in order. Bytes become text: checkpoints hold no other
   * bytes.
   */
  readonly values: ArrayLike<unknown>;
  /** Whether the page is the last of its chunk. */
  readonly isLast: boolean;
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
      const { num_values } = dictionary_page_header;
      dictionary = exact(readPlain({ view, offset: 0 }, type, num_values, element.type_length));
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
    seen += dataHeader.num_values;
    yield {
      entries: dataHeader.num_values,
      definitions: definitionLevels && definitionLevels.length > 0 ? definitionLevels : null,
      repetitions: repetitionLevels.length > 0 ? repetitionLevels : null,
      values: isEncoded ? lookUp(dictionary, dataPage as ArrayLike<number>) : exact(dataPage),
      isLast: seen >= entriesOfChunk,
    };
  }
}

function lookUp(dictionary: ArrayLike<unknown>, indexes: ArrayLike<number>): ArrayLike<unknown> {
  const values: unknown[] = [];
  for (let i = 0; i < indexes.length; i++) values.push(dictionary[indexes[i] ?? -1]);
  return values;
}

/** Stored values as a commit's JSON has them. */
function exact(stored: ArrayLike<unknown>): ArrayLike<unknown> {
  if (stored instanceof BigInt64Array) return numbersOf(stored);
  return stored[0] instanceof Uint8Array ? textsOf(stored as ArrayLike<Uint8Array>) : stored;
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

/** Texts of a page. They lie in one buffer and most are ASCII, so all are decoded at once and then cut apart. */
function textsOf(stored: ArrayLike<Uint8Array>): readonly string[] {
  const values = Array.from(stored);
  const { buffer, byteOffset: start = 0 } = values[0] ?? {};
  const last = values.at(-1);
  if (!buffer || !last) return [];
  if (!values.every((value) => value.buffer === buffer))
    return values.map((value) => Buffer.from(value).toString('utf8'));
  const page = Buffer.from(buffer, start, last.byteOffset + last.length - start);
  const whole = isAscii(page) ? page.toString('latin1') : null;
  return values.map(({ byteOffset, length }) => {
    const from = byteOffset - start;
    return whole?.slice(from, from + length) ?? page.toString('utf8', from, from + length);
  });
}

/** Values are taken as they are stored. */
const NO_PARSERS = {} as Parameters<typeof readDataPage>[2]['parsers'];
