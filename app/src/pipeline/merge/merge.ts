import type { Engine } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import type { Airport } from '../../flight/airports.ts';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import type { Lake } from '../../lake/lake.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import { newestRecord, noteFinished } from '../batch-log.ts';
import { checkBatches, isFinished, newestBatches } from '../batch-order.ts';
import { NearbyAirports } from '../nearby-airports.ts';
import { ensureAirports } from '../reference.ts';
import { Upkeep } from '../upkeep.ts';
import { WrittenFiles } from '../written-files.ts';
import type { Additions } from './additions.ts';
import { applyRecord, finishMerge, isMergeFinished, type MergePoint } from './apply.ts';
import { newestMerge, writeMerge } from './merge-log.ts';
import type { MergeRecord, TableRows } from './merge-record.ts';
import { SliceFiles } from './slice-files.ts';
import { wholeSpan } from './whole-bronze.ts';
import { computeSlice, type SliceParts, type SlicePlace, type SliceSink } from './slice.ts';
import { type AskedRange, countWindows, type Slice, slicesOf, type Span, wholeWindows } from './slices.ts';

/** Attempts for a slice whose commits lost to another writer. */
const TRIES = 3;
/** Rows of a slice unless a command says otherwise. */
export const SLICE_ROWS = 1_000_000;

/** What a merge is given. */
export interface MergeOptions {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly airports: readonly Airport[];
  readonly clock: () => number;
  readonly monotonic?: () => number;
  /** What the user typed: `rebuild`, `backfill`. */
  readonly command: string;
  /**
   * Names the whole merge. A merge of the same name that was not finished goes on behind its last slice.
   * @param newestBatch the newest micro-batch of the lake, 0 for none
   */
  readonly work: (newestBatch: number) => string;
  readonly range: AskedRange;
  readonly additions?: Additions;
  readonly sliceRows: number;
  /** Compares each slice with the lake instead of changing it. */
  readonly compare?: SliceSink;
  readonly signal?: AbortSignal;
  /** Resolves when the disk has room; called before each slice. */
  readonly untilRoom?: () => Promise<void>;
  /** Called before the lake is changed. @throws when another program has taken it over */
  readonly holdLake?: () => Promise<void>;
  readonly onPoint?: (point: MergePoint) => void;
  /** Called when the slices are known, and after each of them. */
  readonly onProgress?: (progress: MergeProgress) => void;
  /** Called when maintenance of the tables failed; the pipeline tries it again. */
  readonly onUpkeepTrouble?: (error: unknown) => void;
}

/** How far a merge is. */
export interface MergeProgress {
  readonly slices: readonly Slice[];
  /** How many of them are done. */
  readonly done: number;
  /** Whether an earlier run has done some. */
  readonly isResumed: boolean;
}

/** What a merge did, with what earlier runs of the same work had done. */
export interface MergeOutcome {
  /** Empty: there is nothing in the range. */
  readonly slices: readonly Slice[];
  /** Slices that are done: fewer than all if the signal has fired. */
  readonly done: number;
  /** Rows that were written, by table. */
  readonly rows: TableRows;
  /** Rows that left the quarantine. */
  readonly released: number;
}

const NOTHING: MergeOutcome = { slices: [], done: 0, rows: {}, released: 0 };

/**
 * Makes every table what it would be had all rows of a range of event time come in order, slice by slice. Killed at any
 * moment, the same call goes on; until then every writer of the lake first finishes the slice that was recorded.
 * Decision: docs/decisions/0027-merges.md.
 * @throws ContrailError `invalid` / `merge-open`; `conflict` / `merge-conflict`; as the engine and the lake do
 */
export async function runMerge(options: MergeOptions): Promise<MergeOutcome> {
  const { lake, additions, compare, signal } = options;
  const overtaken = await finishedBefore(options);
  const newest = await closedBatches(options);
  const work = options.work(newest);
  const before = compare === undefined ? await newestMerge(lake.store) : null;
  const simulated = additions?.simulated ?? (await lake.simulated());
  const run = new MergeRun(options, simulated ?? false, work);
  // Another program has changed what the last slice of some other merge replaces.
  if (overtaken !== null && overtaken.work !== work) await run.repair(overtaken);
  const isResumed = before !== null && before.work === work;
  const next = isResumed ? before.slice + (overtaken === null ? 1 : 0) : 0;
  const plan: Plan =
    isResumed && next < before.slices.length
      ? { slices: before.slices, next, rows: before.rows, released: before.released }
      : { slices: await planned(options), next: 0, rows: {}, released: 0 };
  const [first, last] = [plan.slices[plan.next], plan.slices.at(-1)];
  if (first === undefined || last === undefined) return NOTHING;
  if (isResumed) await checkWhole(lake, { start: first.start, end: last.end });
  options.onProgress?.({ slices: plan.slices, done: plan.next, isResumed: plan.next > 0 });
  options.onPoint?.('planned');
  const outcome = await run.through(plan);
  if (compare === undefined && signal?.aborted !== true) await run.lookAfter(Infinity);
  return outcome;
}

/**
 * Makes sure that a merge can begin, for a command that has much to do before it: finishes what an earlier merge has
 * recorded, and wants no open micro-batch.
 * @throws as {@link runMerge}
 */
export async function readyForMerge(options: Pick<MergeOptions, 'lake' | 'onPoint'>): Promise<void> {
  await finishedBefore(options);
  await closedBatches(options);
}

/** The slices that are left of a merge, and what those before them have done. */
interface Plan {
  readonly slices: readonly Slice[];
  readonly next: number;
  readonly rows: TableRows;
  readonly released: number;
}

/** Finishes what an earlier merge has recorded. Answers its record if another program has made that impossible. */
async function finishedBefore({
  lake,
  compare,
  onPoint,
}: Pick<MergeOptions, 'lake' | 'compare' | 'onPoint'>): Promise<MergeRecord | null> {
  if (compare !== undefined) {
    if (await isMergeFinished(lake)) return null;
    throw new ContrailError(
      'merge-open',
      `A merge of ${lake.store.url} was stopped before all tables had its last slice, and a dry run finishes nothing. Run "contrail pipeline --once" first.`,
    );
  }
  try {
    await finishMerge(lake, onPoint);
    return null;
  } catch (error) {
    if (!(error instanceof ContrailError) || error.code !== 'merge-conflict') throw error;
    return newestMerge(lake.store);
  }
}

/**
 * Makes sure that no micro-batch is open, and notes it where the lake has it from the number of rows alone: the commits
 * of a merge may push those of the batch out of the logs. Answers the newest batch.
 */
async function closedBatches({ lake, compare }: Pick<MergeOptions, 'lake' | 'compare'>): Promise<number> {
  const last = await newestRecord(lake.store);
  if (last === null) return 0;
  await checkBatches(lake, last, last.topic);
  if (!(await isFinished(lake, last)))
    throw new ContrailError(
      'merge-open',
      `Micro-batch ${last.batch_id} of ${lake.store.url} was begun and is not in all tables. Run "contrail pipeline --once" first, then this command again.`,
    );
  if (compare === undefined)
    await noteFinished(lake.store, {
      batch_id: last.batch_id,
      tables: await newestBatches(lake, last.topic),
    });
  return last.batch_id;
}

/** KEEP may have deleted rows since the slices were planned. @throws ContrailError `invalid` / `merge-incomplete` */
async function checkWhole(lake: Lake, span: Span): Promise<void> {
  const bronze = (await (await lake.table(BRONZE_FLIGHTS))?.snapshot()) ?? null;
  wholeSpan(bronze, { from: span.start, to: span.end }, span, true);
}

/** Counts the rows of the range, and cuts it into slices. */
async function planned({
  lake,
  engine,
  range,
  additions,
  clock,
  sliceRows,
  signal,
}: MergeOptions): Promise<readonly Slice[]> {
  const snapshotOf = async (definition: typeof BRONZE_FLIGHTS) =>
    (await (await lake.table(definition))?.snapshot()) ?? null;
  const tables = { bronze: await snapshotOf(BRONZE_FLIGHTS), silver: await snapshotOf(SILVER_FLIGHTS) };
  const windowsAsked = wholeWindows(range, Math.floor(clock() / 1000));
  const asked = wholeSpan(tables.bronze, range, windowsAsked, additions !== undefined);
  const windows = await countWindows(engine, { ...tables, additions }, asked, signal);
  const [first] = windows[0] ?? [];
  const [last] = windows.at(-1) ?? [];
  if (first === undefined || last === undefined)
    // Rows to add may have no possible time; they come with the first slice, so there must be one.
    return additions === undefined ? [] : [{ ...asked, rows: 0 }];
  const { start, end } = wholeWindows({ from: first, to: last + 1 }, 0);
  const span = {
    start: range.from === null ? start : asked.start,
    end: range.to === null ? end : asked.end,
  };
  return slicesOf(windows, span, sliceRows);
}

/** The slices of one merge, one after the other. */
class MergeRun {
  readonly #options: MergeOptions;
  readonly #written: WrittenFiles;
  readonly #parts: SliceParts;
  readonly #upkeep: Upkeep;
  readonly #work: string;
  #hasTables = false;

  constructor(options: MergeOptions, simulated: boolean, work: string) {
    const { engine, lake, airports } = options;
    this.#options = options;
    this.#work = work;
    this.#written = new WrittenFiles(engine, lake);
    this.#parts = {
      lake,
      engine: this.#written.engine,
      nearby: new NearbyAirports(engine, airports),
      simulated,
      additions: options.additions,
      signal: options.signal,
    };
    this.#upkeep = new Upkeep({
      ...options,
      engine: this.#written.engine,
      onCommitted: () => this.#written.settle(),
    });
  }

  /** Computes and commits, or compares, all slices from `next` on. Stops between two of them when the signal fires. */
  async through(plan: Plan): Promise<MergeOutcome> {
    const { signal, onProgress } = this.#options;
    let { rows, released } = plan;
    let done = plan.next;
    try {
      for (; done < plan.slices.length; done += 1) {
        signal?.throwIfAborted();
        await this.#options.untilRoom?.();
        const isNext = done > plan.next;
        ({ rows, released } = await this.#slice({ ...plan, next: done, rows, released }, isNext));
        onProgress?.({ slices: plan.slices, done: done + 1, isResumed: plan.next > 0 });
        // Compaction would put the files together that the slices to come are cut into.
        await this.lookAfter(0);
      }
    } catch (error) {
      await this.#written.discard().catch(() => undefined);
      if (signal?.aborted !== true) throw error;
    }
    return { slices: plan.slices, done, rows, released };
  }

  /** Computes the slice of a record again, without rows to add: Bronze has those that were committed. */
  async repair(record: MergeRecord): Promise<void> {
    const slice = record.slices[record.slice] as Slice;
    const { rows, released } = NOTHING;
    const { additions: _, ...parts } = this.#parts;
    await this.#slice({ slices: [slice], next: 0, rows, released }, false, parts, `${record.work}, again`);
  }

  /** Deletes what is due; with time, compacts files too. Best effort: tables with many files are just as correct. */
  async lookAfter(budgetMs: number): Promise<void> {
    const { compare, signal, onUpkeepTrouble } = this.#options;
    if (compare !== undefined) return;
    try {
      await this.#upkeep.run({ budgetMs, isFull: budgetMs === 0, signal });
      this.#written.settle();
    } catch (error) {
      await this.#written.discard().catch(() => undefined);
      if (signal?.aborted !== true) onUpkeepTrouble?.(error);
    }
  }

  async #slice(
    plan: Plan,
    isNext: boolean,
    parts: SliceParts = this.#parts,
    work: string = this.#work,
  ): Promise<Pick<Plan, 'rows' | 'released'>> {
    const { compare, onPoint } = this.#options;
    const { slices, next } = plan;
    const { start, end } = slices[next] as Slice;
    const place: SlicePlace = {
      start,
      end,
      isFirst: next === 0,
      isLast: next === slices.length - 1,
      borders: slices.slice(next + 1).map((slice) => slice.end),
      isNext,
    };
    if (compare !== undefined) {
      await computeSlice(parts, place, compare);
      return plan;
    }
    await this.#ensureTables();
    for (let tries = 1; ; tries += 1) {
      const files = new SliceFiles(parts, onPoint);
      await computeSlice(parts, { ...place, isNext: isNext && tries === 1 }, files);
      const record = await this.#record({ ...plan, rows: files.rowsAfter(plan.rows) }, files, work);
      try {
        await applyRecord(parts.lake, record, onPoint);
        onPoint?.('finished');
        return record;
      } catch (error) {
        // The tables that have the slice already give the same rows again.
        const isLost = error instanceof ContrailError && error.code === 'merge-conflict';
        if (!isLost || tries === TRIES) throw error;
      }
    }
  }

  /** Writes the record of a slice whose files are durable. */
  async #record(plan: Plan, files: SliceFiles, work: string): Promise<MergeRecord> {
    const { lake, clock, command, holdLake, onPoint } = this.#options;
    await holdLake?.();
    const record: MergeRecord = {
      merge_id: ((await newestMerge(lake.store))?.merge_id ?? 0) + 1,
      command,
      work,
      recorded_at_ms: clock(),
      slices: plan.slices,
      slice: plan.next,
      rows: plan.rows,
      released: plan.released + files.released,
      tables: files.recorded(),
    };
    await writeMerge(lake.store, record);
    // From here the files belong to the lake.
    this.#written.settle();
    onPoint?.('recorded');
    return record;
  }

  /** Creates tables that are missing, and gives the others the columns and properties that they have by now. */
  async #ensureTables(): Promise<void> {
    if (this.#hasTables) return;
    const { lake, engine, simulated } = this.#parts;
    await lake.addColumns();
    await ensureAirports(lake, engine, this.#options.airports, simulated);
    for (const definition of BATCH_TABLES) await lake.create(definition, simulated);
    this.#written.settle();
    this.#hasTables = true;
  }
}
