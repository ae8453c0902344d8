import type { AddFile, DeltaTable } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { WrittenFile } from '../engine/engine.ts';

/** The identity of a commit: of all commits of one `appId`, each `version` takes effect once. */
export interface CommitIdentity {
  readonly appId: string;
  readonly version: number;
  /** Parameters for the table's history. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Commits written files to a table under an identity: of any number of attempts, one takes effect. Answers the table's
 * version after it.
 * @throws ContrailError `conflict` when another writer changed what the batch replaces.
 */
export async function commitBatch(
  table: DeltaTable,
  identity: CommitIdentity,
  files: readonly WrittenFile[],
  removed: readonly AddFile[] = [],
): Promise<number> {
  const { appId, version, parameters } = identity;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const transaction = table
    .startTransaction({
      operation: 'STREAMING UPDATE',
      operationParameters: {
        outputMode: removed.length > 0 ? 'Update' : 'Append',
        queryId: appId,
        epochId: String(version),
        ...parameters,
      },
      ...(removed.length > 0 ? { reads: 'whole-table' as const } : {}),
    })
    .identify(appId, version)
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
        'commit-conflict',
        `Could not commit micro-batch ${version} to ${table.location}, because another writer committed first: ${result.message}`,
      );
  }
}
