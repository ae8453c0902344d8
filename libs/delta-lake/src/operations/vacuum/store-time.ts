import { randomUUID } from 'node:crypto';
import type { TableContext } from '../../context/context.ts';
import { LOG_FOLDER } from '../../log/names.ts';
import { deleteObject } from '../../storage/key.ts';

/**
 * The time now, in epoch ms, by our clock or the store's, whichever is behind: what is written in this moment tells the
 * store's. The ages of files are then never taken for more than they are, though one of the two clocks be wrong.
 */
export async function commonTime(context: TableContext): Promise<number> {
  const { store } = context;
  // Named like an unfinished write of a local store: readers pass it over, and what a killed process leaves is cleaned up.
  const key = `${LOG_FOLDER}.clock.${randomUUID()}.tmp`;
  await store.put(key, '');
  const head = await store.head(key);
  await deleteObject(store, key);
  return Math.min(context.clock(), head?.modifiedAtMs ?? Infinity);
}
