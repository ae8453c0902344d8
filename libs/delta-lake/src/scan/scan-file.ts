import type { AddFile } from '../actions/actions.ts';
import { absolutePath } from '../actions/path.ts';
import type { TableContext } from '../context/context.ts';
import { readDeletionVector } from '../deletion-vector/read.ts';
import type { RowIndexes } from '../deletion-vector/row-indexes.ts';
import type { TableColumns } from '../features/table-configuration.ts';
import type { Value } from '../schema/value.ts';
import { constantsOf } from './constants.ts';

/**
 * All that an engine needs to read one file of a snapshot by itself, together with `Snapshot.fileSchema`. An engine
 * that ignores one of these reads wrong rows, so an engine that cannot apply one must refuse the file.
 */
export interface ScanFile {
  readonly file: AddFile;
  /** Where the file is: a local path if the table is on disk, else a URL. */
  readonly path: string;
  /** Values of the partition columns. All rows share them, and the file may not hold them. */
  readonly constants: Readonly<Record<string, Value>>;
  /** Rows that are deleted, counted from 0 in the order of the file; null when none is. */
  readonly deletedRows: RowIndexes | null;
}

/** Completes a file for a scan; reads its deletion vector. @throws DeltaError missing-file, corrupt-file */
export async function scanFile(context: TableContext, table: TableColumns, file: AddFile): Promise<ScanFile> {
  return {
    file,
    path: absolutePath(context.store.url, file.path),
    constants: constantsOf(table, file.partitionValues),
    deletedRows: file.deletionVector ? await readDeletionVector(context, file.deletionVector) : null,
  };
}
