import type { CommitResult, DataFile, DeltaTable, Row } from '../../src/index.ts';
import { contextOf } from '../../src/context.ts';
import { writeDataFiles } from '../../src/write/data-files.ts';

/** Writes rows as data files of the table, with statistics. */
export function writeRows(table: DeltaTable, rows: readonly Row[]): Promise<readonly DataFile[]> {
  return writeDataFiles(contextOf(table.store), table.cached(), rows);
}

/** Appends rows in one commit. */
export async function appendRows(table: DeltaTable, rows: readonly Row[]): Promise<CommitResult> {
  return table
    .startTransaction({ operation: 'WRITE' })
    .append(await writeRows(table, rows))
    .commit();
}
