import type { Predicate } from '@contrail/delta-lake';
import { ContrailError } from '../errors.ts';
import type { Engine, Row } from '../engine/engine.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../lake/gold-metrics-by-category.ts';
import { GOLD_WINDOW_S } from '../lake/gold-window.ts';
import { dataFiles } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import { CATEGORY_COLUMNS } from './protocol.ts';
import type { CategoriesAnswer, Cell, TableVersion } from './protocol.ts';
import type { Queries } from './queries/load.ts';
import { shownName } from './shown.ts';
import type { LakeTables } from './watch/lake-tables.ts';

/** The most windows that are asked for as the newest ones: a day. */
export const MAX_WINDOWS: number = 86_400 / GOLD_WINDOW_S;

/** What the answers are computed from. */
export interface AnswerSources {
  readonly engine: Engine;
  readonly queries: Queries;
  readonly tables: LakeTables;
  /** Epoch milliseconds UTC. Rows dated after it come from a clock that is ahead, and are left out for now. */
  readonly clock: () => number;
}

/**
 * One window of metrics by category and phase: the newest, or the one that starts at `windowStart` (epoch seconds).
 * @throws ContrailError invalid `no-such-window` when the table has no such window.
 */
export async function categoriesAnswer(
  sources: AnswerSources,
  windowStart: number | 'latest',
): Promise<CategoriesAnswer> {
  const version = sources.tables.version(GOLD_METRICS_BY_CATEGORY.name);
  const predicate: Predicate =
    windowStart === 'latest' ? [] : [{ column: 'window_start', min: BigInt(windowStart) * 1_000_000n }];
  const windows = windowStart === 'latest' ? 1 : MAX_WINDOWS;
  const parameters = { windows, now: sources.clock() / 1000 };
  const found = await select(
    sources,
    GOLD_METRICS_BY_CATEGORY,
    'categories',
    'metrics',
    parameters,
    predicate,
  );
  const rows =
    windowStart === 'latest' ? found : found.filter((row) => seconds(row['window_start']) === windowStart);
  if (windowStart !== 'latest' && rows.length === 0) {
    throw new ContrailError(
      'no-such-window',
      `${GOLD_METRICS_BY_CATEGORY.name} has no window that starts at ${windowStart} among the newest ${MAX_WINDOWS}; ask for window=latest.`,
    );
  }
  const [first] = rows;
  return {
    ...version,
    window_start: first === undefined ? null : seconds(first['window_start']),
    window_end: first === undefined ? null : seconds(first['window_end']),
    columns: CATEGORY_COLUMNS,
    rows: rows.map((row) => cells(row, CATEGORY_COLUMNS)),
  };
}

/** The tag of a table's version. It includes the commit time, because a table that is created again counts from 0. */
export function entityTag({ version, as_of_ms }: TableVersion): string {
  return version === null ? '"none"' : `"${version}-${as_of_ms}"`;
}

/** The rows of a query over the files of a table that may hold rows of a predicate; none without the table. */
export async function select(
  { engine, queries, tables }: AnswerSources,
  definition: TableDefinition,
  query: keyof Queries,
  relation: string,
  parameters: Readonly<Record<string, string | number | bigint>>,
  predicate: Predicate,
): Promise<readonly Row[]> {
  const snapshot = tables.get(definition.name);
  const files = snapshot?.files(predicate) ?? [];
  if (files.length === 0) return [];
  const relations = { [relation]: dataFiles(definition, snapshot, { files }) };
  return engine.rows({ sql: queries[query], relations, parameters });
}

/** The cells of a row in the order of columns; `window_start` in seconds. */
export function cells(row: Readonly<Record<string, unknown>>, columns: readonly string[]): readonly Cell[] {
  return columns.map((name) => (name === 'window_start' ? seconds(row[name]) : cell(row[name])));
}

/** A value as JSON has it: without bigint, because counts and times are far below 2^53. */
export function cell(value: unknown): Cell {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return shownName(value);
  return typeof value === 'boolean' ? value : null;
}

/** Epoch seconds of a timestamp, which comes as microseconds. */
export function seconds(value: unknown): number {
  return typeof value === 'bigint' ? Number(value / 1_000_000n) : 0;
}
