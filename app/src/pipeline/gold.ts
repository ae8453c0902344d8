import type { AddFile, DeltaTable, Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation, Select, WrittenFile } from '../engine/engine.ts';
import { CATEGORY_NAMES } from '../flight/category.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../lake/gold-traffic-by-country.ts';
import { silverWholeFrom } from '../lake/keep/ledger.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import type { TableDefinition } from '../lake/table.ts';
import { KEPT, type Memory } from './memory.ts';
import { PARAMETERS, QUERIES } from './queries.ts';

/** OpenSky's words, as the relation `categories`. */
const CATEGORIES: Relation = {
  kind: 'rows',
  columns: [
    { name: 'category', type: 'integer' },
    { name: 'category_name', type: 'string' },
  ],
  rows: CATEGORY_NAMES.map((category_name, category) => ({ category, category_name })),
};

/** The Gold tables, with what each SELECT reads beside the flights. */
export const GOLD: readonly {
  readonly definition: TableDefinition;
  readonly sql: string;
  readonly relations: Readonly<Record<string, Relation>>;
}[] = [
  { definition: GOLD_TRAFFIC_BY_COUNTRY, sql: QUERIES.traffic, relations: {} },
  { definition: GOLD_METRICS_BY_CATEGORY, sql: QUERIES.metrics, relations: { categories: CATEGORIES } },
];

/** What Gold needs to know of the new rows of a batch. */
export interface FreshFacts {
  readonly rows: number;
  /** Newest event time, epoch seconds; null without rows. */
  readonly newest: bigint | null;
  /** The windows that they fall into, epoch seconds of their start. */
  readonly touched: readonly bigint[];
}

/** Counts the new rows and finds the windows that they touch. */
export async function freshFacts(engine: Engine, fresh: Relation): Promise<FreshFacts> {
  const windows = await engine.rows({
    sql: QUERIES.touchedWindows,
    relations: { fresh },
    parameters: { window_seconds: PARAMETERS.window_seconds },
  });
  let [rows, newest]: [number, bigint | null] = [0, null];
  for (const { row_count: count, newest: time } of windows) {
    rows += Number(count);
    if (newest === null || (time as bigint) > newest) newest = time as bigint;
  }
  const touched = windows.map(({ window_seconds: start }) => start as bigint);
  return { rows, newest, touched: touched.toSorted((a, b) => Number(a - b)) };
}

/**
 * The same from the statistics of the files with the new rows. Null if they do not show it: the rows of a file are in
 * more than two windows, or in windows that are not neighbours.
 */
export function factsOf(files: readonly Pick<WrittenFile, 'rows' | 'statistics'>[]): FreshFacts | null {
  const window = BigInt(PARAMETERS.window_seconds);
  const touched = new Set<bigint>();
  let [rows, newest]: [number, bigint | null] = [0, null];
  for (const file of files) {
    const { nulls, min, max } = file.statistics['time_position'] ?? { nulls: 0 };
    if (typeof min !== 'bigint' || typeof max !== 'bigint' || nulls > 0) return null;
    const [first, last] = [min - (min % window), max - (max % window)];
    // Both bounds are rows, so both windows have rows.
    if (last - first > window) return null;
    touched.add(first).add(last);
    rows += file.rows;
    if (newest === null || max > newest) newest = max;
  }
  return { rows, newest, touched: [...touched].toSorted((a, b) => Number(a - b)) };
}

/**
 * The windows of which Silver_ML still has every row. The others are closed: from the rows that are left they would be made
 * wrong.
 */
export function openWindows(
  touched: readonly bigint[],
  ml: Pick<Snapshot, 'transactionVersion'>,
): readonly bigint[] {
  const whole = BigInt(silverWholeFrom(ml)) / 1000n;
  return touched.filter((window) => window >= whole);
}

/**
 * The rows that Gold aggregates for the touched windows: from memory if the windows are open, else from the lake, which
 * holds this batch already.
 */
export async function flightsOf(
  engine: Engine,
  memory: Memory,
  ml: Snapshot,
  touched: readonly bigint[],
): Promise<Relation> {
  const older = touched.filter((window) => window < memory.openSince);
  if (older.length === 0) return KEPT.flights;
  const files = new Set<AddFile>();
  for (const window of older) {
    const max = window + BigInt(PARAMETERS.window_seconds) - 1n;
    for (const file of ml.files([{ column: 'time_position', min: window, max }])) files.add(file);
  }
  const { window_seconds } = PARAMETERS;
  const added: Select = {
    sql: QUERIES.flights,
    relations: { fresh: dataFiles(SILVER_FLIGHTS_ML, ml, { files }) },
    parameters: { window_seconds, floor: older.reduce((least, window) => (window < least ? window : least)) },
  };
  await engine.keep('gold_flights', {
    sql: QUERIES.touchedFlights,
    relations: {
      older: { kind: 'select', select: added },
      flights: KEPT.flights,
      touched: touchedRelation(touched),
    },
    parameters: { floor: memory.openSince },
  });
  return { kind: 'kept', name: 'gold_flights' };
}

export const touchedRelation = (touched: readonly bigint[]): Relation => ({
  kind: 'rows',
  columns: [{ name: 'window_seconds', type: 'long' }],
  rows: touched.map((window_seconds) => ({ window_seconds })),
});

/** Rewrites the touched windows of one Gold table, and finds the files that they replace. Without windows: nothing. */
export async function writeWindows(
  lake: Lake,
  engine: Engine,
  table: DeltaTable,
  definition: TableDefinition,
  select: Select,
  touched: readonly bigint[],
): Promise<{ readonly written: readonly WrittenFile[]; readonly removed: readonly AddFile[] }> {
  if (touched.length === 0) return { written: [], removed: [] };
  const snapshot = table.cached();
  const { replaced, mixed } = filesOfWindows(snapshot, touched);
  const target = { folder: lake.folder(definition), columns: definition.columns };
  const [window = 0n, ...others] = touched;
  const only = others.length === 0 ? { only: { window_start: window * 1_000_000n } } : {};
  const written = await engine.write(select, { ...target, splitBy: ['window_start'], ...only });
  if (mixed.length === 0) return { written, removed: replaced };
  // A compacted file holds other windows too: their rows are moved to a separate file.
  const carried: Select = {
    sql: QUERIES.otherWindows,
    relations: {
      old: dataFiles(definition, snapshot, { files: mixed }),
      touched: touchedRelation(touched),
    },
  };
  const moved = await engine.write(carried, target);
  return { written: [...written, ...moved], removed: [...replaced, ...mixed] };
}

/**
 * The files with touched windows (epoch seconds of their start), separated into those with only touched windows and the
 * others.
 */
export function filesOfWindows(
  snapshot: Pick<Snapshot, 'files'>,
  touched: readonly bigint[],
): { replaced: AddFile[]; mixed: AddFile[] } {
  const windows = new Set(touched.map((window) => Number(window) * 1000));
  const first = Math.min(...windows);
  const last = Math.max(...windows);
  const replaced: AddFile[] = [];
  const mixed: AddFile[] = [];
  for (const file of snapshot.files()) {
    const min = Date.parse(String(file.stats?.minValues['window_start']));
    const max = Date.parse(String(file.stats?.maxValues['window_start']));
    if (min === max) {
      if (windows.has(min)) replaced.push(file);
    } else if (!(max < first || min > last)) mixed.push(file);
  }
  return { replaced, mixed };
}
