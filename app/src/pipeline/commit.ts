import type { AddFile, DeltaTable } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { WrittenFile } from '../engine/engine.ts';

/**
 * Commits written files to a table under the batch's identity: of any number of tries with one `version`, one takes
 * effect. Answers the table's version after it.
 * @throws ContrailError `conflict` when somebody else changed what the batch replaces.
 */
export async function commitBatch(
  table: DeltaTable,
  batch: { readonly appId: string; readonly version: number },
  files: readonly WrittenFile[],
  removed: readonly AddFile[] = [],
): Promise<number> {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const transaction = table
    .startTransaction({
      operation: 'STREAMING UPDATE',
      operationParameters: {
        outputMode: removed.length > 0 ? 'Update' : 'Append',
        queryId: batch.appId,
        epochId: String(batch.version),
      },
      ...(removed.length > 0 ? { reads: 'whole-table' as const } : {}),
    })
    .identify(batch.appId, batch.version)
    .append(
      files.map((file) => ({
        path: file.path,
        bytes: file.bytes,
        rows: file.rows,
        partition: file.partition,
        statistics: file.statistics,
      })),
    )
    .remove(removed)
    .setOperationMetrics({
      numAddedFiles: files.length,
      numRemovedFiles: removed.length,
      numOutputRows: rows,
    });
  const result = await transaction.commit();
  switch (result.kind) {
    case 'committed':
    case 'already-committed':
      return result.version;
    case 'conflict':
      throw new ContrailError(
        'conflict',
        'commit-conflict',
        `Committing micro-batch ${batch.version} to ${table.location} lost against another writer: ${result.message}`,
      );
  }
}
