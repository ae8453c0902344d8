/** Commits what the newest record of a merge says. */
import type { AddFile, DeltaTable, Snapshot } from '@contrail/delta-lake';
import { basename } from 'node:path';
import { ContrailError } from '../../errors.ts';
import type { Lake } from '../../lake/lake.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { REPAIR } from '../../topic/next-steps.ts';
import { newestMerge } from './merge-log.ts';
import type { MergeRecord, RecordedChange } from './merge-record.ts';
import { rowsOf } from './replacement.ts';

/** The application id of the commits of merges. */
export const MERGE_APP_ID = 'contrail/merge';
/** Attempts for a commit that lost to another writer. */
const TRIES = 5;

/** Points of a merge at which a crash must change nothing. */
export type MergePoint = 'planned' | `written ${string}` | 'recorded' | `committed ${string}` | 'finished';

/** Whether every table has what the newest record says. */
export async function isMergeFinished(lake: Lake): Promise<boolean> {
  const record = await newestMerge(lake.store);
  if (record === null) return true;
  for (const definition of BATCH_TABLES) {
    if (!isChanged(record.tables[definition.name])) continue;
    const snapshot = await (await lake.table(definition))?.snapshot();
    if ((snapshot?.transactionVersion(MERGE_APP_ID) ?? 0) < record.merge_id) return false;
  }
  return true;
}

const isChanged = (change: RecordedChange | undefined): change is RecordedChange =>
  change !== undefined && change.adds.length + change.removes.length > 0;

/**
 * Finishes the commits of the newest merge, if there are any left; doing it again changes nothing. Everything that is
 * about to write into a lake does this first.
 * @throws ContrailError `conflict` / `merge-conflict`, `corrupt` / `merge-record-unreadable`
 */
export async function finishMerge(
  lake: Lake,
  onPoint?: (point: MergePoint) => void,
): Promise<MergeRecord | null> {
  const record = await newestMerge(lake.store);
  if (record !== null) await applyRecord(lake, record, onPoint);
  return record;
}

/** Commits a record to the tables that do not have it yet, in their order. */
export async function applyRecord(
  lake: Lake,
  record: MergeRecord,
  onPoint?: (point: MergePoint) => void,
): Promise<void> {
  for (const definition of BATCH_TABLES) {
    const change = record.tables[definition.name];
    if (!isChanged(change)) continue;
    if (await applyChange(lake, definition, record, change)) onPoint?.(`committed ${definition.name}`);
  }
}

async function applyChange(
  lake: Lake,
  definition: TableDefinition,
  record: MergeRecord,
  change: RecordedChange,
): Promise<boolean> {
  const table = await lake.table(definition);
  if (table === null)
    throw new ContrailError(
      'table-gone',
      `${definition.name} was deleted from ${lake.store.url}. Restore it, if you have a copy. ${REPAIR}`,
    );
  for (let tries = 1; ; tries += 1) {
    const snapshot = await table.snapshot();
    if ((snapshot.transactionVersion(MERGE_APP_ID) ?? 0) >= record.merge_id) return false;
    const removes = removedFiles(snapshot, change);
    const missing = removes === null ? 'files that it replaces' : await missingFile(lake, definition, change);
    if (removes === null || missing !== null) throw overtaken(definition, record, missing ?? '', lake);
    const result = await commitChange(table, record, change, removes);
    if (result === null) return true;
    if (tries === TRIES) throw overtaken(definition, record, result, lake);
  }
}

/** Answers what another writer did first; null: it is committed. */
async function commitChange(
  table: DeltaTable,
  record: MergeRecord,
  { adds }: RecordedChange,
  removes: readonly AddFile[],
): Promise<string | null> {
  const { merge_id, command, work, slices, slice } = record;
  const span = slices[slice];
  const instant = (seconds = 0): string => new Date(seconds * 1000).toISOString();
  const result = await table
    .startTransaction({
      operation: 'MERGE',
      operationParameters: { command, work, from: instant(span?.start), to: instant(span?.end) },
      ...(removes.length > 0 ? { reads: 'whole-table' as const } : {}),
    })
    .identify(MERGE_APP_ID, merge_id)
    .append(adds)
    .remove(removes)
    .setOperationMetrics({
      numAddedFiles: adds.length,
      numRemovedFiles: removes.length,
      numOutputRows: rowsOf(adds),
    })
    .commit();
  return result.kind === 'conflict' ? result.message : null;
}

/** The files of the present version that the record takes out; null when one of them is no longer there. */
function removedFiles(snapshot: Snapshot, { removes }: RecordedChange): readonly AddFile[] | null {
  const wanted = new Set(removes);
  const found = snapshot.files().filter(({ path }) => wanted.has(path));
  return found.length === wanted.size ? found : null;
}

/** A file that was written and is gone, as after a vacuum long after a crash; null when all are there. */
async function missingFile(
  lake: Lake,
  { name }: TableDefinition,
  { adds }: RecordedChange,
): Promise<string | null> {
  const store = lake.store.at(name);
  for (const { path } of adds) if ((await store.head(path)) === null) return `the file ${basename(path)}`;
  return null;
}

function overtaken(
  { name }: TableDefinition,
  { merge_id, command }: MergeRecord,
  what: string,
  lake: Lake,
): ContrailError {
  return new ContrailError(
    'merge-conflict',
    `Could not commit slice ${merge_id} of "contrail ${command}" to ${name} of ${lake.store.url}: another program changed the table in between (${what}). ` +
      `Run the same "contrail ${command}" again: it computes the slice again from Bronze.`,
    { facts: { table: name, merge_id } },
  );
}
