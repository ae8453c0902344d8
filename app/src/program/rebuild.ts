import { createTable, DeltaError, struct } from '@contrail/delta-lake';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { Engine, Select } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { DIFFERENCE_COLUMNS, Differences } from '../pipeline/merge/differences.ts';
import { type MergeOptions, type MergeOutcome, runMerge, SLICE_ROWS } from '../pipeline/merge/merge.ts';
import type { AskedRange } from '../pipeline/merge/slices.ts';
import { loadAirports } from './airports.ts';
import { existingData } from './data-folder.ts';
import { lakeFloor } from './disk-floor.ts';
import { openPipelineEngine } from './engine.ts';
import { eventTimeText } from './event-time.ts';
import { openLake } from './lake/open-lake.ts';
import { SYSTEM } from './system.ts';
import { JobReports } from './terminal/job-reports.ts';
import { openLog } from './terminal/log.ts';
import { MergeLines } from './terminal/merge-progress.ts';
import { count, say, sayForNow } from './terminal/say.ts';
import { untilRoom, whileShort } from './until-room.ts';

/** What `contrail rebuild` is told. */
export interface RebuildOptions {
  /** Epoch seconds of event time; null: from the beginning, to the end of the lake. */
  readonly range: AskedRange;
  readonly isDryRun: boolean;
  /** A folder that gets the differences as a Delta table; null: none. Implies a dry run. */
  readonly compareTo: string | null;
  readonly sliceRows?: number | undefined;
}

/**
 * `contrail rebuild`: computes Silver to Gold of a range of event time again from Bronze, or says what that would
 * change.
 */
export async function rebuild(
  settings: Settings,
  { range, isDryRun, compareTo, sliceRows = SLICE_ROWS }: RebuildOptions,
  signal: AbortSignal,
): Promise<MergeOutcome> {
  if (range.from !== null && range.to !== null && range.from >= range.to)
    throw new ContrailError(
      'range-unreadable',
      `--from ${eventTimeText(range.from)} is not before --to ${eventTimeText(range.to)}. The range is from the first to before the second.`,
    );
  const data = existingData(settings, ['lake']);
  await using home = openLake(settings, data, signal, 'rebuild');
  await untilRoom(() => home.claim(), signal);
  const floor = lakeFloor(settings, data);
  const jobs = new JobReports(openLog(settings.logLevel), sayForNow);
  const folders = compareTo === null ? {} : { folders: [compareTo] };
  await using engine = await openPipelineEngine(
    settings,
    data,
    home.store,
    (job) => jobs.report(job),
    folders,
  );
  const differences =
    isDryRun || compareTo !== null
      ? new Differences(engine, compareTo === null ? null : await differencesTable(engine, compareTo), signal)
      : null;
  const lines = new MergeLines(
    differences === null ? 'Rebuilding' : 'Comparing, without changing anything,',
    SYSTEM.monotonic,
  );
  const open = openEnds(range);
  if (open !== null) say(open);
  const outcome = await runMerge({
    lake: home.lake,
    engine,
    airports: loadAirports(),
    clock: SYSTEM.clock,
    monotonic: SYSTEM.monotonic,
    command: 'rebuild',
    work: workOf(range),
    range,
    sliceRows,
    ...(differences === null ? {} : { compare: differences }),
    signal,
    holdLake: () => home.hold(),
    untilRoom: () => whileShort(floor, signal),
    onProgress: (progress) => lines.show(progress),
    onUpkeepTrouble: (error) =>
      say(
        `The tables are right, but could not be compacted: ${error instanceof Error ? error.message : String(error)} The pipeline does it later.`,
      ),
  });
  say(summary(outcome, differences, compareTo, home.store.url));
  return outcome;
}

/** One sentence for a range without a beginning or an end; null for others. */
function openEnds({ from, to }: AskedRange): string | null {
  if (from !== null && to !== null) return null;
  if (from === null && to === null)
    return 'The range is the whole lake: --from and --to choose a part of it.';
  return from === null
    ? 'Without --from the range begins with the first row of the lake.'
    : 'Without --to the range ends with the last row of the lake.';
}

/** A rebuild goes on only while no micro-batch came in between, which may have brought late rows. */
const workOf =
  ({ from, to }: AskedRange): MergeOptions['work'] =>
  (newest) =>
    `rebuild from ${from ?? 'the beginning'} to ${to ?? 'the end'} after micro-batch ${newest}`;

const rowsText = (rows: number, kind = ''): string => `${count(rows)} ${kind}row${rows === 1 ? '' : 's'}`;

/** The last lines of a rebuild. */
export function summary(
  { slices, done, rows, released }: MergeOutcome,
  differences: Pick<Differences, 'tables'> | null,
  compareTo: string | null,
  lake: string,
): string {
  if (slices.length === 0) return `There are no rows in this range; the lake is ${lake}.`;
  const isStopped = done < slices.length;
  const stopped = isStopped ? `Stopped after ${done} of ${slices.length} slices. ` : '';
  if (differences !== null) {
    const changes = [...differences.tables].map(
      ([name, { come, go, change }]) =>
        `  ${name}: ${rowsText(come)} would come, ${count(go)} go, ${count(change)} change`,
    );
    const where = compareTo === null ? '' : ` The differences are in ${compareTo}.`;
    return [`${stopped}Nothing was changed in ${lake}.${where}`, ...changes].join('\n');
  }
  const sums = BATCH_TABLES.filter(({ name }) => rows[name] !== undefined).map(({ name }) => {
    const left = name === 'quarantine/flights' && released > 0 ? `, and ${rowsText(released)} left it` : '';
    const isAppended = name.startsWith('bronze') || name.startsWith('quarantine');
    return `  ${name}: ${rowsText(rows[name] ?? 0, isAppended ? 'new ' : '')}${left}`;
  });
  const next = isStopped ? ' The same command goes on behind them.' : '';
  return [`${stopped}The tables of ${lake} have:${next}`, ...sums].join('\n');
}

/** Creates a table for differences, and answers what adds to it. */
async function differencesTable(
  engine: Engine,
  folder: string,
): Promise<(differences: Select) => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const table = await createTable(resolve(folder), {
    schema: struct(Object.fromEntries(DIFFERENCE_COLUMNS.map(({ name, type }) => [name, type as 'string']))),
    description: 'One row a missing or surplus row, or a cell that today’s rules give another value.',
  }).catch((cause: unknown) => {
    if (!(cause instanceof DeltaError) || cause.code !== 'table-exists') throw cause;
    throw new ContrailError(
      'differences-exist',
      `There is already a table at ${folder}. Give --compare a new folder, or delete that one.`,
      { cause },
    );
  });
  return async (differences) => {
    const files = await engine.write(differences, {
      folder: resolve(folder),
      columns: DIFFERENCE_COLUMNS,
    });
    if (files.length > 0) await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
  };
}
