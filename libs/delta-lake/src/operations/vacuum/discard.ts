import { relativePath } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { DELETED_FILES, keptSince } from '../../features/retention.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { deleteObject } from '../../storage/key.ts';
import { neededFiles } from './needed-files.ts';
import { uselessFiles } from './useless-files.ts';

/**
 * Deletes files that will not become part of the table, as their writer names them; those that are files of the table
 * after all, and those that lie outside of it, stay: a writer of another program may name what it likes. Best effort:
 * nobody names what is left, and vacuum finds it.
 */
export async function discardFiles(
  context: TableContext,
  snapshot: Snapshot,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  try {
    const entries = paths.map((path) => ({
      key: relativePath(context.store.url, path),
      bytes: 0,
      modifiedAtMs: 0,
    }));
    const since = keptSince(snapshot.configuration, DELETED_FILES, context.clock());
    const { files } = await uselessFiles(context, await neededFiles(context, snapshot, since), entries);
    await Promise.allSettled(files.map(({ key }) => deleteObject(context.store, key)));
  } catch {
    // What failed before this is what the caller has to hear of.
  }
}
