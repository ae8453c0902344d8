/** What the tables say of a batch that is committed to them. */
import type { AddFile } from '@contrail/delta-lake';
import type { Lake } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import type { BatchRecord } from './batch-record.ts';

/** Names the pipeline's commits: one topic feeds a lake once. */
export const appIdOf = (topic: string): string => `contrail/${topic}`;

/** The version of a table that this batch made, or null when the table does not have it. */
export async function commitOf(
  lake: Lake,
  definition: TableDefinition,
  { topic, batch_id }: Pick<BatchRecord, 'topic' | 'batch_id'>,
): Promise<number | null> {
  const table = await lake.table(definition);
  const snapshot = await table?.snapshot();
  if (table === null || snapshot === undefined) return null;
  const appId = appIdOf(topic);
  if ((snapshot.transactionVersion(appId) ?? 0) < batch_id) return null;
  for (let version = snapshot.version; version >= 0; version -= 1) {
    const { transactions } = await table.changes(version);
    if (transactions.some((found) => found.appId === appId && found.version === batch_id)) return version;
  }
  return null;
}

/** The files that this batch added to a table. */
export async function committedFiles(
  lake: Lake,
  definition: TableDefinition,
  record: Pick<BatchRecord, 'topic' | 'batch_id'>,
): Promise<readonly AddFile[]> {
  const version = await commitOf(lake, definition, record);
  const table = await lake.table(definition);
  return version === null || table === null ? [] : (await table.changes(version)).adds;
}

/** Rows in files, by their statistics. */
export const rowsOf = (adds: readonly AddFile[]): number =>
  adds.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0);
