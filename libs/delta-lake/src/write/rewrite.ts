import type { AddFile } from '../actions/actions.ts';
import type { TableContext } from '../context.ts';
import type { Row } from '../parquet/codec.ts';
import { scanRows } from '../scan/rows.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** A file with at least one row that an operation is about. */
export interface TouchedFile {
  readonly file: AddFile;
  readonly rows: number;
  readonly matching: number;
}

/**
 * Reads the candidates once, only the columns that `test` needs, and answers those that hold a matching row, with how
 * many. Memory: one row group.
 */
export async function findTouched(
  context: TableContext,
  snapshot: Snapshot,
  candidates: readonly AddFile[],
  condition: { readonly columns: readonly string[] | null; readonly test: (row: Row) => boolean },
  signal?: AbortSignal,
): Promise<readonly TouchedFile[]> {
  const touched: TouchedFile[] = [];
  const columns = condition.columns === null ? {} : { columns: condition.columns };
  for (const file of candidates) {
    signal?.throwIfAborted();
    let [rows, matching] = [0, 0];
    for await (const batch of scanRows(context, snapshot, { ...columns, files: [file] })) {
      rows += batch.length;
      for (const row of batch) if (condition.test(row)) matching++;
    }
    if (matching > 0) touched.push({ file, rows, matching });
  }
  return touched;
}

/** Files, rows and bytes before and after, for the metrics. */
export function sumOf<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}
