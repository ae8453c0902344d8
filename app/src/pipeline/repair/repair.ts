import type { BatchRecord } from '../batch-record.ts';
import { noteFinished, readableRecord, writeRecord } from '../batch-log.ts';
import { commitGaps } from '../gaps.ts';
import type { Diagnosis, RepairParts } from './examine.ts';

/** Points at which a kill must change nothing. */
export const REPAIR_POINTS = ['begun', 'made tables', 'recorded', 'noted', 'finished'] as const;
export type RepairPoint = (typeof REPAIR_POINTS)[number];

/**
 * Does what {@link examine} proposes. All of it hangs on one file: the record of a micro-batch without messages, put if
 * absent. Before it nothing has changed, but for empty tables in the place of lost ones. After it the lake is sound:
 * the record names where the lake goes on, what each table holds, and what is lost. A run of the pipeline does what a
 * killed repair has left.
 */
export async function repair(
  { lake, engine }: RepairParts,
  { record, missing }: Pick<Diagnosis, 'missing'> & { readonly record: BatchRecord },
  onPoint?: (point: RepairPoint) => void,
): Promise<void> {
  onPoint?.('begun');
  const simulated = await lake.simulated();
  for (const table of missing) await lake.create(table, simulated);
  onPoint?.('made tables');
  await writeRecord(lake.store, record);
  onPoint?.('recorded');
  await commitGaps(lake, engine, record);
  onPoint?.('noted');
  const { batch_id, tables = {} } = record;
  await noteFinished(lake.store, { batch_id, tables });
  onPoint?.('finished');
}

/** Finishes a repair that was killed after its record: its losses are noted. Does nothing otherwise. */
export async function finishRepair({ lake, engine }: RepairParts): Promise<void> {
  const { record } = await readableRecord(lake.store);
  if (record?.losses !== undefined) await commitGaps(lake, engine, record);
}
