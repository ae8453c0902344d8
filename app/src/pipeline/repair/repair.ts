import type { BatchRecord } from '../batch-record.ts';
import { noteFinished, readableRecord, writeRecord } from '../batch-log.ts';
import { commitGaps } from '../gaps.ts';
import { MERGE_APP_ID } from '../merge/apply.ts';
import { newestMerge } from '../merge/merge-log.ts';
import type { Lake } from '../../lake/lake.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { noteOwing } from './owing.ts';
import { type Diagnosis, examine, type RepairParts } from './examine.ts';
import { readAgain } from './read-again.ts';

/** Points at which a kill must change nothing. */
export const REPAIR_POINTS = ['begun', 'made tables', 'recorded', 'noted', 'finished'] as const;
export type RepairPoint = (typeof REPAIR_POINTS)[number];

/**
 * The first step: reads again what the topic still holds of the lost messages. Answers what is wrong then, with what
 * was read.
 */
export async function readLost(parts: RepairParts, found: Diagnosis): Promise<Diagnosis> {
  if (found.again.length === 0) return found;
  await noteOwing(parts.lake.store, parts.clock(), found.behind);
  await readAgain(parts, found.again);
  return { ...(await examine(parts, true)), again: found.again };
}

/**
 * Does what {@link examine} proposes. All of it hangs on one file: the record of a micro-batch without messages, put if
 * absent. Before it nothing has changed, but for tables in the place of lost ones, and rows that they had. After it the lake is sound:
 * the record names where the lake goes on, what each table holds, and what is lost. A run of the pipeline does what a
 * killed repair has left. What tables lack is computed afterwards, by `settle`; a note keeps pipelines away until then.
 */
export async function repair(
  { lake, engine, clock }: RepairParts,
  {
    record,
    missing,
    behind,
    isOwing,
  }: Pick<Diagnosis, 'missing' | 'behind' | 'isOwing'> & { readonly record: BatchRecord },
  onPoint?: (point: RepairPoint) => void,
): Promise<void> {
  onPoint?.('begun');
  if (isOwing) await noteOwing(lake.store, clock(), behind);
  await makeTables(lake, missing);
  onPoint?.('made tables');
  await writeRecord(lake.store, record);
  onPoint?.('recorded');
  await commitGaps(lake, engine, record);
  onPoint?.('noted');
  await noteFinished(lake.store, { batch_id: record.batch_id, tables: record.tables ?? {} });
  onPoint?.('finished');
}

/** Makes lost tables again. What earlier merges did to them is done: nobody must do it to the new ones. */
async function makeTables(lake: Lake, missing: readonly TableDefinition[]): Promise<void> {
  const merged = (await newestMerge(lake.store))?.merge_id ?? 0;
  const simulated = await lake.simulated();
  for (const definition of missing) {
    const table = await lake.create(definition, simulated);
    if (merged === 0) continue;
    await table
      .startTransaction({ operation: 'REPAIR', operationParameters: {} })
      .identify(MERGE_APP_ID, merged)
      .commit();
  }
}

/** Finishes a repair that was killed after its record: its losses are noted. Does nothing otherwise. */
export async function finishRepair({ lake, engine }: RepairParts): Promise<void> {
  const { record } = await readableRecord(lake.store);
  if (record?.losses !== undefined) await commitGaps(lake, engine, record);
}
