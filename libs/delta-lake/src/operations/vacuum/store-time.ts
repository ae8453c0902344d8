import { randomUUID } from 'node:crypto';
import type { TableContext } from '../../context/context.ts';
import { LOG_FOLDER } from '../../log/names.ts';
import { deleteObject } from '../../storage/key.ts';

/**
 * The time now, in epoch ms, by our clock or the store's, whichever is behind. A file that is written now shows the
 * store's time. Files then never seem older than they are, even if one of the two clocks is wrong.
 */
export async function commonTime(context: TableContext): Promise<number> {
  const { store } = context;
  // The name is that of an unfinished write of a local store: readers ignore it, and a cleanup deletes it if we are
  // killed.
  const key = `${LOG_FOLDER}.clock.${randomUUID()}.tmp`;
  await store.put(key, '');
  const head = await store.head(key);
  await deleteObject(store, key);
  return Math.min(context.clock(), head?.modifiedAtMs ?? Infinity);
}
