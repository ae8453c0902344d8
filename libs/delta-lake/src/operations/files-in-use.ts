import type { DeletionVectorDescriptor } from '../actions/deletion-vector.ts';
import { tableKey } from '../actions/path.ts';
import { DELETED_FILES, durationMs } from '../checkpoint/retention.ts';
import type { TableContext } from '../context.ts';
import { readCommits } from '../log/commits.ts';
import { listLog } from '../log/listing.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

interface NamedFile {
  readonly path: string;
  readonly deletionVector?: DeletionVectorDescriptor;
}

/** Answers whether a key of the table's folder is in use. */
export interface FilesInUse {
  has(key: string): boolean;
}

const DELETION_VECTOR = /(^|\/)deletion_vector_[0-9a-fA-F-]{36}\.bin$/;

/**
 * Everything that a version within the retention may need: live files, files removed at `cutoffMs` or later, and,
 * while one of these has a deletion vector in a file, all files of deletion vectors.
 */
export async function filesInUse(
  context: TableContext,
  snapshot: Snapshot,
  cutoffMs: number,
): Promise<FilesInUse> {
  const keys = new Set<string>();
  let hasVectors = false;
  const use = ({ path, deletionVector }: NamedFile): void => {
    const key = tableKey(context.store.url, path);
    if (key !== null) keys.add(key);
    hasVectors ||= deletionVector !== undefined && deletionVector.storageType !== 'i';
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
  return { has: (key) => keys.has(key) || (hasVectors && DELETION_VECTOR.test(key)) };
}
