import type { AddFile } from '../../actions/actions.ts';
import { recordCount } from '../../actions/logged-file.ts';
import { checkRemovable } from '../../features/protocol.ts';
import { isOn } from '../../features/table-properties.ts';
import { scanRows } from '../../scan/rows.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { conditionOf, type Where } from './condition.ts';
import { operate, type OperationOptions } from './operation.ts';
import { findTouched, rewriteMetrics, sumOf } from './rewrite.ts';

/**
 * Deletes the rows that satisfy a condition. If partition values decide, whole files are removed unread. Other files
 * are read, and rewritten without the rows if they hold any.
 * @throws DeltaError append-only, unsupported-feature, invalid-argument, and what reading and writing throw
 */
export async function deleteRows(
  live: LiveSnapshot,
  where: Where,
  options: OperationOptions = {},
): Promise<OperationResult> {
  const { context } = live;
  const startedMs = context.clock();
  return operate(
    live,
    options,
    async (snapshot, files) => {
      checkRemovable(snapshot.metadata, context.store.url);
      const condition = conditionOf(where, snapshot);
      const spec = {
        operation: 'DELETE',
        operationParameters: { predicate: JSON.stringify([condition.text]) },
        reads: condition.reads,
        keepsRows: true,
      };
      if (condition.isOnPartitions) {
        // No change files: readers of the feed then derive the changes from the removed files.
        const deletedRows = sumKnown(condition.files);
        return {
          spec: { ...spec, copiesRows: false },
          removes: condition.files,
          metrics: () => ({
            numRemovedFiles: condition.files.length,
            numRemovedBytes: sumOf(condition.files, ({ size }) => size),
            numAddedFiles: 0,
            numAddedBytes: 0,
            numAddedChangeFiles: 0,
            ...(deletedRows === null ? {} : { numDeletedRows: deletedRows }),
            numCopiedRows: 0,
            executionTimeMs: context.clock() - startedMs,
          }),
        };
      }
      const touched = await findTouched(context, snapshot, condition.files, condition, options.signal);
      const scannedMs = context.clock();
      const hasFeed = isOn(snapshot.configuration, 'delta.enableChangeDataFeed');
      const rewritten = touched.filter(({ rows, matching }) => hasFeed || matching < rows);
      for await (const rows of scanRows(context, snapshot, { files: rewritten.map(({ file }) => file) })) {
        const gone = new Set(rows.filter(condition.test));
        await files.write(rows.filter((row) => !gone.has(row)));
        await files.writeChanges('delete', [...gone]);
      }
      return {
        spec: { ...spec, copiesRows: touched.some(({ rows, matching }) => matching < rows) },
        removes: touched.map(({ file }) => file),
        metrics: rewriteMetrics(context, touched, 'numDeletedRows', { startedMs, scannedMs }),
      };
    },
    'kept',
  );
}

/** Live rows by the files' statistics; null when one of them does not say. */
function sumKnown(files: readonly AddFile[]): number | null {
  let sum = 0;
  for (const file of files) {
    const rows = recordCount(file);
    if (rows === null) return null;
    sum += rows - (file.deletionVector?.cardinality ?? 0);
  }
  return sum;
}
