import type { DeltaTable } from '@contrail/delta-lake';
import type { WrittenFile } from '../../engine/engine.ts';
import { commitBatch } from '../commit.ts';

/** The application id of the rows that repairs add. */
const REPAIR_APP_ID = 'contrail/repair';

/** Adds files to a table in the name of a repair. The caller adds only what the table lacks, and holds the lake. */
export async function commitRepair(table: DeltaTable, files: readonly WrittenFile[]): Promise<void> {
  if (files.length === 0) return;
  const version = 1 + ((await table.snapshot()).transactionVersion(REPAIR_APP_ID) ?? 0);
  await commitBatch(table, { appId: REPAIR_APP_ID, version }, files);
}
