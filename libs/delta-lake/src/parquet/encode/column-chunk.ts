import type { ColumnChunk, CompressionCodec, Encoding, SchemaTree, Statistics } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { encodeNestedValues } from 'hyparquet-writer/src/dremel.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { type Distinct, type PlainValues, plainValues } from './plain-values.ts';

/** The most cells of a page, as in parquet-java. A reader decodes a page at once. */
const PAGE_CELLS = 20_000;

export interface Compressor {
  readonly codec: CompressionCodec;
  readonly compress: (page: Uint8Array) => Uint8Array;
}

/** The values of a leaf column, with the levels that place them; a flat column has no repetition levels. */
interface Leaf {
  readonly values: PlainValues;
  readonly definition: ArrayLike<number>;
  readonly maxDefinition: number;
  readonly repetition: ArrayLike<number> | null;
  readonly maxRepetition: number;
}

/**
 * Appends one leaf column of a row group: a dictionary where that halves it, then data pages of version 2.
 *
 * hyparquet-writer lays out the file, its levels, headers and footer. The values are packed here, because its dozen
 * generic passes over them took three times as long.
 * Source: Parquet, "Column chunks", "Data Pages" (v2), "Dictionary Encoding".
 */
export function writeColumnChunk(
  file: ByteWriter,
  path: readonly SchemaTree[],
  rows: readonly unknown[],
  compressor: Compressor,
): ColumnChunk {
  const { element } = path[path.length - 1] as SchemaTree;
  const leaf = leafOf(path, rows);
  const start = file.offset;
  const encoded = dictionaryOf(leaf.values);
  let uncompressed = 0;
  if (encoded) uncompressed += writeDictionaryPage(file, encoded.values, compressor);
  const dataStart = file.offset;
  for (const page of pagesOf(leaf)) uncompressed += writeDataPage(file, leaf, encoded, page, compressor);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type ?? 'BYTE_ARRAY',
      encodings: encoded ? ['PLAIN', 'RLE', 'RLE_DICTIONARY'] : ['PLAIN', 'RLE'],
      path_in_schema: path.slice(1).map((node) => node.element.name),
      codec: compressor.codec,
      num_values: BigInt(leaf.definition.length),
      total_compressed_size: BigInt(file.offset - start),
      total_uncompressed_size: BigInt(uncompressed),
      data_page_offset: BigInt(dataStart),
      ...(encoded ? { dictionary_page_offset: BigInt(start) } : {}),
      statistics: statisticsOf(leaf, encoded),
    },
  };
}

function leafOf(path: readonly SchemaTree[], rows: readonly unknown[]): Leaf {
  const { element } = path[path.length - 1] as SchemaTree;
  if (path.length === 2) {
    const values = plainValues(element, rows);
    const definition = new Uint8Array(rows.length).fill(1);
    if (values.count < rows.length) {
      for (let i = 0; i < rows.length; i++) if (rows[i] === null || rows[i] === undefined) definition[i] = 0;
    }
    return { values, definition, maxDefinition: 1, repetition: null, maxRepetition: 0 };
  }
  const nested = encodeNestedValues(path as SchemaTree[], rows as unknown[]);
  const maxRepetition = path.filter((node) => node.element.repetition_type === 'REPEATED').length;
  return {
    values: plainValues(element, nested.values),
    definition: nested.definitionLevels,
    maxDefinition: nested.maxDefinitionLevel,
    repetition: maxRepetition > 0 ? nested.repetitionLevels : null,
    maxRepetition,
  };
}

/** A dictionary with its indexes has to be at most half of the plain values, or it is not worth its lookups. */
function dictionaryOf(values: PlainValues): Distinct | null {
  const distinct = values.count < 2 ? null : values.distinct(values.count >> 1);
  if (!distinct) return null;
  const indexes = (values.count * bitWidth(distinct.values.count - 1)) / 8;
  return 2 * (distinct.values.size + indexes) <= values.size ? distinct : null;
}

/**
 * Statistics by which engines skip row groups. The writer of the footer shortens long texts and raises the upper bound.
 */
function statisticsOf({ values, definition }: Leaf, encoded: Distinct | null): Statistics {
  const bounds = (encoded?.values ?? values).bounds();
  const null_count = BigInt(definition.length - values.count);
  return bounds ? { null_count, min_value: bounds.min, max_value: bounds.max } : { null_count };
}

interface Page {
  /** Cells `[start, end)`, nulls counted. */
  readonly start: number;
  readonly end: number;
  /** Values `[from, to)`, without the nulls. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** Pages begin with a row. */
function* pagesOf({ definition, maxDefinition, repetition }: Leaf): Generator<Page> {
  let [start, from, to, rows] = [0, 0, 0, 0];
  for (let i = 0; i < definition.length; i++) {
    if (repetition === null || repetition[i] === 0) {
      if (i - start >= PAGE_CELLS) {
        yield { start, end: i, from, to, rows };
        [start, from, rows] = [i, to, 0];
      }
      rows++;
    }
    if (definition[i] === maxDefinition) to++;
  }
  if (definition.length > start) yield { start, end: definition.length, from, to, rows };
}

/** Answers the size of the page before compression, its header included. */
function writeDataPage(
  file: ByteWriter,
  leaf: Leaf,
  encoded: Distinct | null,
  page: Page,
  { compress }: Compressor,
): number {
  const levels = new ByteWriter();
  const put = (from: ArrayLike<number>, max: number): number =>
    writeRleBitPackedHybrid(levels, part(from, page.start, page.end), bitWidth(max));
  const repetitionBytes = leaf.repetition ? put(leaf.repetition, leaf.maxRepetition) : 0;
  const definitionBytes = put(leaf.definition, leaf.maxDefinition);
  const values = encoded ? indexPage(encoded, page) : leaf.values.bytes(page.from, page.to);
  const compressed = compress(values);
  const before = file.offset;
  writePageHeader(file, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.offset + values.byteLength,
    compressed_page_size: levels.offset + compressed.byteLength,
    data_page_header_v2: {
      num_values: page.end - page.start,
      num_nulls: page.end - page.start - (page.to - page.from),
      num_rows: page.rows,
      encoding: (encoded ? 'RLE_DICTIONARY' : 'PLAIN') satisfies Encoding,
      definition_levels_byte_length: definitionBytes,
      repetition_levels_byte_length: repetitionBytes,
      is_compressed: true,
    },
  });
  const header = file.offset - before;
  file.appendBytes(levels.getBytes());
  file.appendBytes(compressed);
  return header + levels.offset + values.byteLength;
}

function indexPage({ values, indexes }: Distinct, { from, to }: Page): Uint8Array {
  const page = new ByteWriter();
  const width = bitWidth(values.count - 1);
  page.appendUint8(width);
  writeRleBitPackedHybrid(page, indexes.subarray(from, to), width);
  return page.getBytes();
}

function writeDictionaryPage(file: ByteWriter, values: PlainValues, { compress }: Compressor): number {
  const plain = values.bytes(0, values.count);
  const compressed = compress(plain);
  const before = file.offset;
  writePageHeader(file, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: plain.byteLength,
    compressed_page_size: compressed.byteLength,
    dictionary_page_header: { num_values: values.count, encoding: 'PLAIN' },
  });
  const header = file.offset - before;
  file.appendBytes(compressed);
  return header + plain.byteLength;
}

/** Bits that numbers up to `max` take. */
function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

function part(levels: ArrayLike<number>, start: number, end: number): number[] | Uint8Array {
  if (levels instanceof Uint8Array) return levels.subarray(start, end);
  return (levels as number[]).slice(start, end);
}
