import type { AddFile } from '../../actions/actions.ts';
import { recordCount } from '../../actions/logged-file.ts';
import type { TableContext } from '../../context/context.ts';
import { hasCode } from '../../errors.ts';
import { scanRows } from '../../scan/rows.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/**
 * Reads everything in a data file: all pages of all columns, and its deletion vector. Columns of a type that this
 * library does not read are skipped.
 * @throws DeltaError corrupt-file, missing-file for what is wrong
 * @returns the rows that were read and those that the log says, if they differ; else null
 */
export async function readWhole(
  context: TableContext,
  snapshot: Snapshot,
  file: AddFile,
): Promise<{ readonly rows: number; readonly noted: number } | null> {
  let rows: number;
  try {
    rows = await countRows(context, snapshot, file);
  } catch (error) {
    if (!hasCode(error, 'unsupported-feature')) throw error;
    rows = await countByColumn(context, snapshot, file);
  }
  const count = recordCount(file);
  const noted = count === null ? rows : count - (file.deletionVector?.cardinality ?? 0);
  return noted === rows ? null : { rows, noted };
}

async function countRows(
  context: TableContext,
  snapshot: Snapshot,
  file: AddFile,
  columns?: readonly string[],
): Promise<number> {
  let rows = 0;
  const options = columns ? { files: [file], columns } : { files: [file] };
  for await (const batch of scanRows(context, snapshot, options)) rows += batch.length;
  return rows;
}

async function countByColumn(context: TableContext, snapshot: Snapshot, file: AddFile): Promise<number> {
  let rows = 0;
  for (const { name } of snapshot.schema.fields) {
    try {
      rows = await countRows(context, snapshot, file, [name]);
    } catch (error) {
      if (!hasCode(error, 'unsupported-feature')) throw error;
    }
  }
  return rows;
}
