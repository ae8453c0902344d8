import { checkOptions } from '../arguments.ts';
import { contextOf, type TableContext, type TableOptions } from '../context/context.ts';
import { loadState } from '../snapshot/load.ts';
import { Snapshot } from '../snapshot/snapshot.ts';
import { snapshotAt } from '../snapshot/time-travel.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { DeltaTable } from './table.ts';

/**
 * Opens the table at a local path, a `file://` or `s3://` URL, or the root of an object store.
 * @throws DeltaError not-a-table, unsupported-protocol, unsupported-feature, corrupt-log
 */
export async function openTable(
  location: string | ObjectStore,
  options: TableOptions = {},
): Promise<DeltaTable> {
  return openIn(contextOf(location, options));
}

/** {@link openTable} with the context made already. */
export async function openIn(context: TableContext): Promise<DeltaTable> {
  return new DeltaTable(context, new Snapshot(context, await loadState(context)));
}

/**
 * The table as it was at a version. Does not load the newest version, which may use features that this library lacks.
 * @throws DeltaError no-such-version, and as {@link openTable}
 */
export async function openSnapshot(
  location: string | ObjectStore,
  at: { readonly version: number },
  options: TableOptions = {},
): Promise<Snapshot> {
  checkOptions('openSnapshot', at, { version: 'any' });
  return snapshotAt(contextOf(location, options), at.version);
}
