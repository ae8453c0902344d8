import { absolutePath, tableKey } from '../actions/path.ts';
import { DeltaError, hasCode, unsupportedFeature } from '../errors.ts';
import type { ByteSource } from '../parquet/codec.ts';
import { sourceOf } from '../parquet/source.ts';
import type { ObjectPlace, TableContext } from './context.ts';

/**
 * The store and key of a path of the log: below the table, elsewhere on the same disk, or elsewhere on the same S3.
 * @throws DeltaError corrupt-log; unsupported-feature when the file is in another store than the table
 */
export function locate(context: TableContext, path: string): ObjectPlace {
  const { store } = context;
  const key = tableKey(store.url, path);
  if (key !== null) return { store, key };
  const place = context.locate(absolutePath(store.url, path));
  if (!place) throw unsupportedFeature('files outside the table', 'read', store.url);
  return place;
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
      `The data file ${file.path} of ${table} is in the log but does not exist.`,
      {
        cause: error,
        facts: { table, path: file.path },
      },
    );
  }
}
