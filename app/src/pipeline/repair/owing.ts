/**
 * The note that a repair still has to compute tables from Bronze: `_contrail/repair.json`. It is put before the repair
 * changes anything, and deleted when the tables are whole. While it is there no pipeline goes on, which would judge new
 * rows by tables that lack some.
 */
import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';

const KEY = '_contrail/repair.json';

/** Puts the note. */
export const noteOwing = (store: ObjectStore, atMs: number): Promise<void> =>
  store.put(KEY, `${JSON.stringify({ begun_at_ms: atMs })}\n`);

/** Deletes the note. */
export const forgetOwing = (store: ObjectStore): Promise<void> => store.delete(KEY);

/** The error of a lake with the note: `corrupt` / `repair-unfinished`; null without it. */
export async function unfinishedRepair(store: ObjectStore): Promise<ContrailError | null> {
  try {
    await store.get(KEY);
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    throw error;
  }
  return new ContrailError(
    'repair-unfinished',
    `A repair of ${store.url} has not yet computed all tables from Bronze. Run "contrail repair --go" again: it goes on.`,
  );
}
