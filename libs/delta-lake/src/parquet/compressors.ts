import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';

/** Codecs that Node unpacks itself, faster than JavaScript could. */
const NATIVE: Compressors = {
  GZIP: (input) => gunzipSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/**
 * Decompressors for the pages of a file. Those of hyparquet-compressors, which are WebAssembly and take a tenth of a
 * second and some megabytes to load, are loaded when a file needs them.
 */
export async function compressorsFor(metadata: FileMetaData): Promise<Compressors> {
  const codecs = new Set(
    metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec)),
  );
  const isNative = [...codecs].every(
    (codec) => codec === undefined || codec === 'UNCOMPRESSED' || NATIVE[codec] !== undefined,
  );
  if (isNative) return NATIVE;
  const { compressors } = await import('hyparquet-compressors');
  return { ...compressors, ...NATIVE };
}
