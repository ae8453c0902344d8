import { batchesOf, type RowSource } from '../../data-files/row-input.ts';
import { DeltaError } from '../../errors.ts';
import { checkRemovable } from '../../features/protocol.ts';
import { isOn } from '../../features/table-properties.ts';
import type { GivenPredicate } from '../../scan/predicate.ts';
import { scanRows } from '../../scan/rows.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { conditionOf } from './condition.ts';
import { operate, type OperationOptions } from './operation.ts';
import { replaceMetrics } from './overwrite.ts';
import { findTouched, sumOf, type TouchedFile } from './rewrite.ts';

/**
 * Replaces the rows that satisfy a predicate by new ones, which must satisfy it too. Files with both kinds of rows are
 * rewritten without the replaced ones.
 * @throws DeltaError invalid-argument when a new row does not satisfy the predicate, or the predicate does not fit the
 * columns; append-only, not-null-violated, unsupported-feature, and what reading and writing throw
 */
export async function replaceRows(
  live: LiveSnapshot,
  predicate: GivenPredicate,
  rows: RowSource,
  options: OperationOptions = {},
): Promise<OperationResult> {
  const { context } = live;
  return operate(live, options, async (snapshot, files) => {
    checkRemovable(snapshot.metadata, context.store.url);
    const condition = conditionOf(predicate, snapshot);
    let inserted = 0;
    for await (const batch of batchesOf(rows, snapshot.schema)) {
      const outside = batch.find((row) => !condition.test(row));
      if (outside) {
        throw new DeltaError(
          'invalid-argument',
          `A new row does not satisfy the condition whose rows it replaces: ${condition.text}.`,
          {
            facts: { row: outside },
          },
        );
      }
      inserted += batch.length;
      await files.write(batch);
      await files.writeChanges('insert', condition.isOnPartitions ? [] : batch);
    }
    const touched: readonly TouchedFile[] = condition.isOnPartitions
      ? condition.files.map((file) => ({ file, rows: 0, matching: 0 }))
      : await findTouched(context, snapshot, condition.files, condition, options.signal);
    const hasFeed = isOn(snapshot.configuration, 'delta.enableChangeDataFeed') && !condition.isOnPartitions;
    const rewritten = touched.filter((file) => hasFeed || file.matching < file.rows);
    for await (const batch of scanRows(context, snapshot, { files: rewritten.map(({ file }) => file) })) {
      const gone = new Set(batch.filter(condition.test));
      await files.write(batch.filter((row) => !gone.has(row)));
      await files.writeChanges('delete', [...gone]);
    }
    const removes = touched.map(({ file }) => file);
    const copied = sumOf(touched, (file) => file.rows - file.matching);
    return {
      spec: {
        operation: 'WRITE',
        operationParameters: {
          mode: 'Overwrite',
          partitionBy: JSON.stringify(snapshot.partitionColumns),
          predicate: condition.text,
        },
        reads: condition.reads,
        copiesRows: copied > 0,
      },
      removes,
      metrics: ({ appends, changes }) => ({
        ...replaceMetrics(appends, removes),
        numOutputRows: inserted + copied,
        numAddedChangeFiles: changes.length,
        ...(condition.isOnPartitions
          ? {}
          : { numDeletedRows: sumOf(touched, ({ matching }) => matching), numCopiedRows: copied }),
      }),
    };
  });
}
