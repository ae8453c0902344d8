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
  /** Whether the row at an index in the file is one of them; null: all are. */
  readonly isChanged: ((index: number) => boolean) | null;
}

/**
 * The row changes that follow from a commit's adds and removes. If a file is removed and added again with another
 * deletion vector, the two vectors are compared: rows in the new one alone were deleted, rows in the old one alone were
 * inserted. Files that were only rewritten (`dataChange` false) have no changes. Source: Delta protocol, "Add CDC
 * File".
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
