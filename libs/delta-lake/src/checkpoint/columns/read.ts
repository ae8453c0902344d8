import {
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import type { FileTexts } from '../../actions/file-texts.ts';
import { ActionCollector } from '../../actions/parse.ts';
import { DeltaError } from '../../errors.ts';
import type { ByteSource } from '../../parquet/codec.ts';
import { compressorsFor } from '../../parquet/compressors.ts';
import type { StructType } from '../../schema/types.ts';
import { type OpenLeaf, recordOf, structColumns } from './column.ts';
import { readPages } from './pages.ts';
import { READABLE_SCHEMA } from './schema.ts';

/**
 * The actions of a checkpoint's Parquet file, a row group at a time, read column by column: a row of a checkpoint has
 * sixty leaves and a value in ten of them, so reading by rows would cost ten times as much. Null when the file stores
 * something in a way that is not foreseen; the Parquet codec then reads it by rows.
 * @throws DeltaError corrupt-file
 */
export async function readActionColumns(
  source: ByteSource,
  texts: FileTexts | null,
): Promise<readonly ActionCollector[] | null> {
  const file = {
    byteLength: source.bytes,
    slice: async (start: number, end: number = source.bytes): Promise<ArrayBuffer> => {
      const { buffer, byteOffset, byteLength } = await source.read(start, end);
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    },
  };
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file, { geoparquet: false });
  } catch (cause) {
    throw corrupt('it has no readable footer', cause);
  }
  const compressors = await compressorsFor(metadata);
  const root = parquetSchema(metadata);
  const collectors: ActionCollector[] = [];
  for (const group of metadata.row_groups) {
    const chunks = await readChunks(source, group);
    const open: OpenLeaf = (path) => {
      const chunk = chunks.get(nameOf(path));
      return chunk ? readPages({ ...chunk, path }, compressors) : null;
    };
    const collector = new ActionCollector(texts);
    try {
      if (!takeActions(collector, root, open)) return null;
    } catch (cause) {
      throw corrupt('its pages cannot be decoded', cause);
    }
    collectors.push(collector);
  }
  return collectors;
}

/** Takes all actions of a row group, one kind after the other; false when a kind is not stored as foreseen. */
function takeActions(collector: ActionCollector, root: SchemaTree, open: OpenLeaf): boolean {
  for (const { name, type } of READABLE_SCHEMA.fields) {
    const node = root.children.find(({ element }) => element.name === name);
    if (!node) continue;
    const columns = structColumns(type as StructType, [root, node], open);
    if (!columns) return false;
    for (let row = 0; columns.leader.has(row); row++) collector.takeBody(name, recordOf(columns, row));
  }
  return true;
}

type Chunk = {
  readonly metadata: NonNullable<RowGroup['columns'][number]['meta_data']>;
  readonly bytes: Uint8Array;
};

/** The bytes of the columns that are wanted; neighbours are fetched together. */
async function readChunks(source: ByteSource, group: RowGroup): Promise<ReadonlyMap<string, Chunk>> {
  const wanted = group.columns.flatMap(({ meta_data }) => {
    if (!meta_data || !isWanted(meta_data.path_in_schema)) return [];
    const { dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data;
    const start = Number(
      dictionary_page_offset && dictionary_page_offset < data_page_offset
        ? dictionary_page_offset
        : data_page_offset,
    );
    return [{ metadata: meta_data, start, end: start + Number(total_compressed_size) }];
  });
  wanted.sort((a, b) => a.start - b.start);
  const chunks = new Map<string, Chunk>();
  for (let first = 0, next = 0; first < wanted.length; first = next) {
    const start = wanted[first]?.start ?? 0;
    let end = start;
    while (next < wanted.length && (wanted[next]?.start ?? 0) <= end + MERGED_GAP_BYTES)
      end = Math.max(end, wanted[next++]?.end ?? 0);
    const bytes = await source.read(start, end);
    for (const { metadata, ...range } of wanted.slice(first, next))
      chunks.set(metadata.path_in_schema.join('\u0000'), {
        metadata,
        bytes: bytes.subarray(range.start - start, range.end - start),
      });
  }
  return chunks;
}

const MERGED_GAP_BYTES = 65_536;

/** Typed statistics and partition values are not read here: a checkpoint that has only these is read by rows. */
const isWanted = (path: readonly string[]): boolean =>
  !(path[1]?.endsWith('_parsed') ?? false) && READABLE_SCHEMA.fields.some(({ name }) => name === path[0]);

const nameOf = (path: readonly SchemaTree[]): string =>
  path
    .slice(1)
    .map(({ element }) => element.name)
    .join('\u0000');

function corrupt(what: string, cause: unknown): DeltaError {
  if (cause instanceof DeltaError) return cause;
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new DeltaError('corrupt-file', `Not a readable Parquet file: ${what}${reason}.`, { cause });
}
