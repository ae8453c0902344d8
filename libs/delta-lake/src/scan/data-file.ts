import { decodePath, isAbsolutePath } from '../actions/path.ts';
import type { TableContext } from '../context.ts';
import { DeltaError, hasCode, unsupportedFeature } from '../errors.ts';
import type { ByteSource } from '../parquet/codec.ts';
import { sourceOf } from '../parquet/source.ts';
import { localStore } from '../storage/local/local-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/**
 * The store and key of a path of the log: below the table, or anywhere on the same disk.
 * @throws DeltaError corrupt-log; unsupported-feature when the file is in another store than the table
 */
export function locate(
  context: TableContext,
  path: string,
): { readonly store: ObjectStore; readonly key: string } {
  const { store } = context;
  const plain = decodePath(path);
  if (!isAbsolutePath(path)) return { store, key: plain };
  if (plain.startsWith(`${store.url}/`)) return { store, key: plain.slice(store.url.length + 1) };
  if (!plain.startsWith('/') && !plain.startsWith('file:'))
    throw unsupportedFeature('files outside the table', 'read', store.url);
  return { store: localStore('/'), key: plain.replace(/^file:/, '').replace(/^\/+/, '') };
}

/**
 * A data file's bytes; `bytes`: its size by the log.
 * @throws DeltaError missing-file; unsupported-feature when the file is in another store than the table.
 */
export async function openFile(
  context: TableContext,
  file: { readonly path: string },
  bytes?: number,
): Promise<ByteSource> {
  const { store, key } = locate(context, file.path);
  try {
    return await sourceOf(store, key, bytes);
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    const table = context.store.url;
    throw new DeltaError(
      'missing-file',
      `The data file ${file.path} of ${table} is in the log and not there.`,
      {
        cause: error,
        facts: { table, path: file.path },
      },
    );
  }
}
