import type { Settings } from '../config/settings.ts';
import type { Relation, Row, Shown, ShownBatch } from '../engine/engine.ts';
import { wordsIn } from '../engine/sql/pieces.ts';
import { ContrailError } from '../errors.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import { sqlName, TABLES } from '../lake/tables.ts';
import { existingData } from './data-folder.ts';
import { openEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { scratchFolder } from './scratch.ts';

/** The answer of a SELECT. It has the names of its columns even without rows; instants are ISO 8601. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, Shown>>[] | readonly Row[];
}

/** As {@link streamLake}, with all rows at once. */
export async function queryLake(settings: Settings, sql: string): Promise<Answer> {
  let names: readonly string[] = [];
  const rows: Readonly<Record<string, Shown>>[] = [];
  for await (const batch of streamLake(settings, sql)) {
    ({ names } = batch);
    for (const row of batch.rows)
      rows.push(Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])));
  }
  return { names, rows };
}

/**
 * Runs one SELECT over the newest version of the lake's tables, `silver.flights` and so on. It reads the lake alone, and
 * writes nothing into the data folder.
 * @throws ContrailError `invalid` / `query-refused` when it is not a SELECT, `query-failed`, `table-missing`
 */
export async function* streamLake(settings: Settings, sql: string): AsyncGenerator<ShownBatch> {
  const data = existingData(settings, ['lake']);
  await using home = openLake(settings, data);
  using scratch = await scratchFolder('query');
  await using engine = await openEngine(settings, data, home.store, { scratch });
  const { relations, missing } = await tablesIn(home.lake, sql);
  try {
    yield* engine.stream({ sql, relations });
  } catch (error) {
    throw explained(error, missing, home.store.url);
  }
}

/** What {@link tablesIn} finds. */
export interface TablesIn {
  readonly relations: Readonly<Record<string, Relation>>;
  /** Tables that the text may mean and that the lake does not have yet. */
  readonly missing: readonly string[];
}

/**
 * Finds the tables that a text may mean: those with both parts of the name anywhere in it. One table too many does no harm,
 * so this needs no SQL parser.
 */
export async function tablesIn(lake: Pick<Lake, 'table'>, sql: string): Promise<TablesIn> {
  const relations: Record<string, Relation> = {};
  const missing: string[] = [];
  const words = wordsIn(sql);
  for (const definition of TABLES) {
    const name = sqlName(definition);
    if (!name.split('.').every((word) => words.has(word))) continue;
    const table = await lake.table(definition);
    if (table === null && definition.isOptional !== true) missing.push(name);
    else relations[name] = dataFiles(definition, (await table?.snapshot()) ?? null);
  }
  return { relations, missing };
}

/** The error in words for the author of the SELECT. */
function explained(error: unknown, missing: readonly string[], url: string): unknown {
  if (!(error instanceof ContrailError) || error.code !== 'sql-failed') return error;
  const message = error.message.replace(/^DuckDB could not run the SELECT: /, '');
  if (missing.length > 0 && message.startsWith('Catalog Error')) {
    const names = missing.join(' and ');
    return new ContrailError(
      'table-missing',
      `There is no ${names} in ${url} yet: run "contrail pipeline --once" or "contrail up" first.`,
    );
  }
  const unknown = /^Catalog Error: Table with name "?([^"\s]+?)"? does not exist/.exec(message)?.[1];
  if (unknown !== undefined) {
    const names = TABLES.map(sqlName).join(', ');
    return failed(`The table ${unknown} does not exist. The tables of the lake are ${names}.`, error);
  }
  const said = message.startsWith('Permission Error')
    ? `A query can read the tables of the lake and nothing else, no files and no addresses: ${message.split('\n', 1)[0]}`
    : message.split('\n').slice(0, 2).join(' ');
  return failed(said, error);
}

const failed = (message: string, cause: unknown): ContrailError =>
  new ContrailError('query-failed', message, { cause });
