import type { DeletionVectorDescriptor } from '../actions/deletion-vector.ts';
import { tableKey } from '../actions/path.ts';
import { DELETED_FILES, durationMs } from '../checkpoint/retention.ts';
import type { TableContext } from '../context.ts';
import { deletionVectorPath } from '../deletion-vector/read.ts';
import { readCommits } from '../log/commits.ts';
import { listLog } from '../log/listing.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** A file as `add` and `remove` actions name it. */
interface NamedFile {
  readonly path: string;
  readonly deletionVector?: DeletionVectorDescriptor;
}

/** Keys, in the table's store, of a file and of its deletion vector, as far as they lie there. */
export function keysOf(tableUrl: string, { path, deletionVector }: NamedFile): string[] {
  const keys = [tableKey(tableUrl, path)];
  if (deletionVector && deletionVector.storageType !== 'i')
    keys.push(tableKey(tableUrl, deletionVectorPath(deletionVector)));
  return keys.filter((key) => key !== null);
}

/**
 * Keys of everything that a version within the retention may need: live files, files removed at `cutoffMs` or later,
 * and the files of their deletion vectors.
 */
export async function filesInUse(
  context: TableContext,
  snapshot: Snapshot,
  cutoffMs: number,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const use = (file: NamedFile): void => {
    for (const key of keysOf(context.store.url, file)) keys.add(key);
  };
  for (const file of snapshot.state.files.values()) use(file);
  for (const file of snapshot.state.tombstones.values()) if (file.deletionTimestamp >= cutoffMs) use(file);
  // Checkpoints have dropped tombstones that a longer retention still wants; the commits tell of them.
  if (cutoffMs < context.clock() - durationMs(snapshot.configuration, DELETED_FILES)) {
    const { commits, modifiedAtMs } = await listLog(context.store);
    const first = commits.find((version) => (modifiedAtMs.get(version) ?? 0) >= cutoffMs);
    for await (const { removes } of readCommits(context.store, first ?? Infinity, snapshot.version))
      for (const file of removes) use(file);
  }
  return keys;
}
