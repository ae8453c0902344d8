/**
 * The note that a repair still has to compute tables from Bronze: `_contrail/repair.json`. It is put before the repair
 * changes anything, and deleted when the tables are whole. While it is there no pipeline goes on, which would judge new
 * rows by tables that lack some.
 */
import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import type { TableDefinition } from '../../lake/table.ts';

const KEY = '_contrail/repair.json';

/** Puts the note, with the names of tables that are known to lack rows beside those of an earlier note. */
export async function noteOwing(
  store: ObjectStore,
  atMs: number,
  tables: readonly TableDefinition[],
): Promise<void> {
  const names = new Set([...((await owingTables(store)) ?? []), ...tables.map(({ name }) => name)]);
  await store.put(KEY, `${JSON.stringify({ begun_at_ms: atMs, tables: [...names] })}\n`);
}

/** Deletes the note. */
export const forgetOwing = (store: ObjectStore): Promise<void> => store.delete(KEY);

/** The tables that the note names; null without a note. */
export async function owingTables(store: ObjectStore): Promise<readonly string[] | null> {
  try {
    const note: unknown = JSON.parse(Buffer.from(await store.get(KEY)).toString('utf8'));
    const tables = typeof note === 'object' && note !== null && 'tables' in note ? note.tables : [];
    return Array.isArray(tables) ? tables.filter((name) => typeof name === 'string') : [];
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return null;
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The error of a lake with the note: `corrupt` / `repair-unfinished`; null without it. */
export async function unfinishedRepair(store: ObjectStore): Promise<ContrailError | null> {
  if ((await owingTables(store)) === null) return null;
  return new ContrailError(
    'repair-unfinished',
    `A repair of ${store.url} has not yet computed all tables from Bronze. Run "contrail repair --go" again: it goes on.`,
  );
}
