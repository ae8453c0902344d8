import { relativePath } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { DELETED_FILES, keptSince } from '../../features/retention.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { deleteObject } from '../../storage/key.ts';
import { neededFiles } from './needed-files.ts';
import { uselessFiles } from './useless-files.ts';

/**
 * Deletes files that their writer will not commit. Files that are in the table after all stay, and so do files outside
 * its folder: the writer may be another program that names anything. Best effort: no commit names a file that is left,
 * and vacuum finds it.
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
    // The caller must hear of the failure that came before this.
  }
}
