/** Gives the tables after Bronze the rows that they lack. */
import type { Engine, Relation, Select } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import type { Airport } from '../../flight/airports.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { BATCH } from '../batch-selects.ts';
import { type MergeProgress, runMerge, SLICE_ROWS } from '../merge/merge.ts';
import { batchOf } from '../merge/slice-selects.ts';
import type { AskedRange } from '../merge/slices.ts';
import { PARAMETERS, QUERIES } from '../queries.ts';
import { commitRepair } from './commit-repair.ts';
import { COMPARED, lackingSelect, owedRange } from './lost-messages.ts';
import { forgetOwing, owingTables } from './owing.ts';

/** What settling works with. */
export interface SettleParts {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly airports: readonly Airport[];
  readonly clock: () => number;
  readonly signal?: AbortSignal;
  readonly holdLake?: () => Promise<void>;
  readonly onProgress?: (progress: MergeProgress) => void;
}

/**
 * Merges the range that Silver, Silver_ML or Gold lack, then gives the quarantine the rows of Bronze that reach no
 * table. Killed at any moment, the same call goes on. False: the signal has fired before it was done.
 */
export async function settle(parts: SettleParts): Promise<boolean> {
  const { lake } = parts;
  const range = await rangeToMerge(parts);
  if (range !== null && !(await merged(parts, range))) return false;
  await fillQuarantine(parts);
  await forgetOwing(lake.store);
  return true;
}

/** What Silver, Silver_ML and windows of Gold lack; all, where another table is behind, which cannot be compared so. */
async function rangeToMerge({ lake, engine }: SettleParts): Promise<AskedRange | null> {
  const behind = (await owingTables(lake.store)) ?? [];
  if (behind.some((name) => !COMPARED.includes(name))) return { from: null, to: null };
  const owed = await owedRange(lake, engine);
  return owed === null ? null : { from: Number(owed.from), to: Number(owed.to) };
}

async function merged(parts: SettleParts, range: AskedRange): Promise<boolean> {
  try {
    const { slices, done } = await runMerge({
      ...parts,
      command: 'repair',
      work: (newest) => `repair after micro-batch ${newest}`,
      range,
      sliceRows: SLICE_ROWS,
    });
    return done === slices.length;
  } catch (error) {
    // KEEP has deleted old days of Bronze: what can be computed is what came after them.
    if (!(error instanceof ContrailError) || error.code !== 'merge-incomplete') throw error;
    return range.from === null ? true : merged(parts, { ...range, from: null });
  }
}

const { earliest_seconds, max_ahead_seconds } = PARAMETERS;

/** Rows of Bronze that no other table has. What Silver could take it has by now, so a valid row is a duplicate. */
async function fillQuarantine({ lake, engine }: SettleParts): Promise<void> {
  const snapshot = (await (await lake.table(BRONZE_FLIGHTS))?.snapshot()) ?? null;
  const lacking = await lackingSelect(lake);
  const messages: Relation = {
    kind: 'select',
    select: {
      sql: `select *, cast(null as string) as malformed, cast(null as string) as unprocessable, cast(null as string) as payload,
          cast(null as binary) as payload_bytes
        from all_of_bronze where exists (select 1 from lacking where lacking.topic_partition = all_of_bronze.topic_partition
          and lacking.topic_offset = all_of_bronze.topic_offset)`,
      relations: {
        all_of_bronze: dataFiles(BRONZE_FLIGHTS, snapshot),
        lacking: { kind: 'select', select: lacking },
      },
    },
  };
  await engine.keep(BATCH.name, batchOf(messages, (await lake.simulated()) ?? false));
  const duplicates: Select = {
    sql: 'select topic_partition, topic_offset from batch where reason is null',
    relations: { batch: BATCH },
  };
  const table = await lake.create(QUARANTINE_FLIGHTS, await lake.simulated());
  const files = await engine.write(
    {
      sql: QUERIES.quarantine,
      relations: { batch: BATCH, duplicates: { kind: 'select', select: duplicates } },
      parameters: { earliest_seconds, max_ahead_seconds },
    },
    {
      folder: lake.folder(QUARANTINE_FLIGHTS),
      columns: QUARANTINE_FLIGHTS.columns,
      partitionBy: QUARANTINE_FLIGHTS.partitionColumns,
    },
  );
  await engine.forget(BATCH.name);
  await commitRepair(table, files);
}
