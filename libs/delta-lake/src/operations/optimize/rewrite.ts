import { recordCount } from '../../actions/logged-file.ts';
import type { TableContext } from '../../context/context.ts';
import { writeDataFiles } from '../../data-files/data-files.ts';
import { DeltaError } from '../../errors.ts';
import { scanRows } from '../../scan/rows.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { DataFile } from '../../transaction/draft.ts';
import { sortRows } from '../sort/external-sort.ts';
import { type Order, rowOrder } from '../sort/order.ts';
import type { FileGroup } from './groups.ts';

/** One piece of work: these files of one partition become others that hold the same rows. */
export interface Rewriting {
  readonly snapshot: Snapshot;
  readonly files: FileGroup;
  readonly targetBytes: number;
  /** Null: keep the order of the files and of the rows in each. */
  readonly order: Order | null;
  readonly signal?: AbortSignal | undefined;
}

/** Rewrites a group. The files that it returns are durable and hold each row of the group once. */
export type Rewrite = (work: Rewriting) => Promise<readonly DataFile[]>;

/** Rewrites with the library's own reader and writer, batch by batch; a sort spills to temporary files. */
export function rewriteRows(context: TableContext): Rewrite {
  return async ({ snapshot, files, targetBytes, order, signal }) => {
    const rows = scanRows(context, snapshot, { files });
    const sorted = order ? sortRows(rows, await rowOrder(context, snapshot, files, order), { signal }) : rows;
    return writeDataFiles(context, snapshot, sorted, { targetBytes, signal });
  };
}

/** Makes sure that a rewrite has not lost or doubled rows, whatever codec wrote it. */
export function checkRows(table: string, files: FileGroup, written: readonly DataFile[]): void {
  let before = 0;
  for (const file of files) {
    const rows = recordCount(file);
    if (rows === null) return;
    before += rows - (file.deletionVector?.cardinality ?? 0);
  }
  const after = written.reduce((sum, { rows }) => sum + rows, 0);
  if (after === before) return;
  throw new DeltaError(
    'internal',
    `Rewriting ${files.length} files of ${table} made ${after} rows of ${before}, so nothing was committed.`,
    { facts: { table, before, after } },
  );
}
