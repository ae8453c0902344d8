import type { DeletionVectorDescriptor } from '../../actions/deletion-vector.ts';
import { tableKey } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { deletionVectorPath } from '../../deletion-vector/read.ts';
import { DELETED_FILES, statedRetention } from '../../features/retention.ts';
import { readCommits } from '../../log/commits.ts';
import { listLog } from '../../log/listing.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** A deletion time before the year 2000 is none: some writers leave it out, or count in seconds. */
export const EARLIEST_MS: number = Date.UTC(2000, 0);

/** A file as `add` and `remove` actions name it. */
interface NamedFile {
  readonly path: string;
  readonly deletionVector?: DeletionVectorDescriptor;
}

/** The paths, as the log has them, of a file and of its deletion vector. */
export function pathsOf({ path, deletionVector }: NamedFile): string[] {
  return deletionVector && deletionVector.storageType !== 'i'
    ? [path, deletionVectorPath(deletionVector)]
    : [path];
}

/** Files that must stay. */
export interface NeededFiles {
  /** By the file's key in the table's store: whether the newest version has the file. */
  readonly keys: ReadonlyMap<string, boolean>;
  /** The same for files whose names lead out of the table's folder, by their path in the log. */
  readonly elsewhere: ReadonlyMap<string, boolean>;
}

/**
 * Everything that a version within the retention may need: live files, files removed at `cutoffMs` or later, and the files
 * of their deletion vectors; `hasChanges`: the change data of commits since then, too.
 */
export async function neededFiles(
  context: TableContext,
  snapshot: Snapshot,
  cutoffMs: number,
  { hasChanges = false }: { readonly hasChanges?: boolean } = {},
): Promise<NeededFiles> {
  const { url } = context.store;
  const keys = new Map<string, boolean>();
  const elsewhere = new Map<string, boolean>();
  const need = (path: string, isLive: boolean): void => {
    const key = tableKey(url, path);
    const [files, name] = key === null ? [elsewhere, path] : [keys, key];
    files.set(name, isLive || files.get(name) === true);
  };
  for (const file of snapshot.state.files.values()) for (const path of pathsOf(file)) need(path, true);
  let isTimed = true;
  for (const file of snapshot.state.tombstones.values()) {
    isTimed &&= file.deletionTimestamp >= EARLIEST_MS;
    if (file.deletionTimestamp >= cutoffMs) for (const path of pathsOf(file)) need(path, false);
  }
  // Checkpoints have dropped tombstones that a longer retention still needs. The commits have them, and show when a
  // file was removed whose writer did not note the time.
  const stated = statedRetention(snapshot.configuration, DELETED_FILES);
  const isForgotten = stated === null || cutoffMs < context.clock() - stated;
  if (isForgotten || !isTimed || hasChanges) {
    const { commits, modifiedAtMs } = await listLog(context.store);
    const first = commits.find((version) => (modifiedAtMs.get(version) ?? 0) >= cutoffMs);
    for await (const commit of readCommits(context.store, first ?? Infinity, snapshot.version)) {
      for (const file of commit.removes) for (const path of pathsOf(file)) need(path, false);
      for (const { path } of commit.changeFiles) need(path, false);
    }
  }
  return { keys, elsewhere };
}
