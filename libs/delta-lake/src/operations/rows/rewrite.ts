import type { AddFile } from '../../actions/actions.ts';
import type { TableContext } from '../../context/context.ts';
import type { Row } from '../../parquet/codec.ts';
import { scanRows } from '../../scan/rows.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Plan } from './operation.ts';

/** A file with at least one row that an operation is about. */
export interface TouchedFile {
  readonly file: AddFile;
  readonly rows: number;
  readonly matching: number;
}

/**
 * Reads the candidates once, only the columns that `test` needs, and returns the files that hold matching rows with
 * their number. Memory: one row group.
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

/** The metrics, by Spark's names, of an operation that wrote the touched files again. `changed`: what it did to the matching rows. */
export function rewriteMetrics(
  context: TableContext,
  touched: readonly TouchedFile[],
  changed: 'numDeletedRows' | 'numUpdatedRows',
  times: { readonly startedMs: number; readonly scannedMs: number },
): Plan['metrics'] {
  return ({ appends, changes }) => ({
    numRemovedFiles: touched.length,
    numRemovedBytes: sumOf(touched, ({ file }) => file.size),
    numAddedFiles: appends.length,
    numAddedBytes: sumOf(appends, ({ bytes }) => bytes),
    numAddedChangeFiles: changes.length,
    [changed]: sumOf(touched, ({ matching }) => matching),
    numCopiedRows: sumOf(touched, ({ rows, matching }) => rows - matching),
    executionTimeMs: context.clock() - times.startedMs,
    scanTimeMs: times.scannedMs - times.startedMs,
    rewriteTimeMs: context.clock() - times.scannedMs,
  });
}
