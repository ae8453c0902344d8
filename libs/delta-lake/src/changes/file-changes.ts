import type { AddFile, Commit, RemoveFile } from '../actions/actions.ts';
import type { DeletionVectorDescriptor } from '../actions/deletion-vector.ts';
import type { TableContext } from '../context/context.ts';
import { readDeletionVector } from '../deletion-vector/read.ts';

/** What happened to a row. Updates come in pairs, before and after. */
export const CHANGE_TYPES = ['insert', 'delete', 'update_preimage', 'update_postimage'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** Rows of one file that came or went in a commit. */
export interface FileChange {
  readonly file: AddFile | RemoveFile;
  readonly type: 'insert' | 'delete';
  /** Whether the row is one of them, by its place in the file; null: all are. */
  readonly isChanged: ((index: number) => boolean) | null;
}

/**
 * The changes that a commit's adds and removes amount to. A file that leaves and comes back with another deletion
 * vector has changed by what the two differ in: rows deleted since went, rows deleted no more came. Files that were only
 * rewritten (`dataChange` false) have not changed. Source: Delta protocol, "Add CDC File".
 */
export async function* fileChanges(context: TableContext, commit: Commit): AsyncGenerator<FileChange> {
  const removes = new Map(commit.removes.map((file) => [file.path, file]));
  for (const file of commit.adds) {
    if (!file.dataChange) continue;
    const before = removes.get(file.path);
    removes.delete(file.path);
    const after = await deletedRows(context, file.deletionVector);
    if (!before) yield { file, type: 'insert', isChanged: after && ((row) => !after.has(row)) };
    else {
      const earlier = await deletedRows(context, before.deletionVector);
      if (after) {
        yield { file, type: 'delete', isChanged: (row) => after.has(row) && earlier?.has(row) !== true };
      }
      if (earlier) {
        yield { file, type: 'insert', isChanged: (row) => earlier.has(row) && after?.has(row) !== true };
      }
    }
  }
  for (const file of removes.values()) {
    if (!file.dataChange) continue;
    const gone = await deletedRows(context, file.deletionVector);
    yield { file, type: 'delete', isChanged: gone && ((row) => !gone.has(row)) };
  }
}

async function deletedRows(
  context: TableContext,
  vector: DeletionVectorDescriptor | undefined,
): Promise<{ has(row: number): boolean } | null> {
  return vector ? readDeletionVector(context, vector) : null;
}
