import { existsSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import type { Engine, Relation, Row } from '../engine/engine.ts';
import { ContrailError } from '../errors.ts';
import type { Value } from '../lake/column.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import { sqlName, TABLES } from '../lake/tables.ts';
import { existingData, openEngine } from './context.ts';
import { openLake } from './lake-store.ts';
import { formatRows, type OutputFormat } from './rows.ts';

/** `contrail query`: one SELECT over the newest version of the lake's tables. */
export async function query(settings: Settings, sql: string, format: OutputFormat): Promise<void> {
  const { names, rows } = await queryLake(settings, sql);
  process.stdout.write(formatRows(names, rows, format));
}

/** What a SELECT answers: the names of its columns, also where there are no rows; instants as ISO 8601. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * Runs one SELECT over the newest version of the lake's tables, which are named `silver.flights` and so on.
 * @throws ContrailError `invalid` / `query-refused` when it is no SELECT, `query-failed`, `table-missing`
 */
export async function queryLake(settings: Settings, sql: string): Promise<Answer> {
  const data = existingData(settings, existsSync);
  await using home = openLake(settings, data);
  await using engine = await openEngine(settings, data, home.store);
  const select = sql.trim().replace(/;\s*$/, '');
  const [parsed] = await engine.rows({
    sql: 'select json_serialize_sql(:text) as tree',
    relations: {},
    parameters: { text: select },
  });
  const tree = JSON.parse(String(parsed?.['tree'])) as {
    readonly error: boolean;
    readonly error_message?: string;
  };
  if (tree.error) {
    throw new ContrailError(
      'invalid',
      'query-refused',
      `Only one SELECT can be run: ${tree.error_message ?? 'the text is no SELECT'}.`,
    );
  }
  const { text, relations } = await bindTables(home.lake, select);
  return await run(engine, text, relations).catch((error: unknown) => {
    const { message } = error as Error;
    throw new ContrailError(
      'invalid',
      'query-failed',
      message
        .replace(/^DuckDB could not run the SELECT: /, '')
        .split('\n')
        .slice(0, 2)
        .join(' '),
      { cause: error },
    );
  });
}

async function run(
  engine: Engine,
  sql: string,
  relations: Readonly<Record<string, Relation>>,
): Promise<Answer> {
  const columns = await engine.rows({
    sql: `select column_name, column_type from (describe ${sql})`,
    relations,
  });
  const names = columns.map((column) => String(column['column_name']));
  const instants = names.filter((_, index) =>
    String(columns[index]?.['column_type']).startsWith('TIMESTAMP'),
  );
  const rows = await engine.rows({ sql, relations });
  return {
    names,
    rows: rows.map((row) => ({
      ...row,
      ...Object.fromEntries(instants.map((name) => [name, isoInstant(row[name])])),
    })),
  };
}

function isoInstant(micros: Value | undefined): string | null {
  if (typeof micros !== 'bigint') return null;
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}Z`;
}

/** `silver.flights` becomes the name of a relation of its newest files. Text between quotes is left alone. */
async function bindTables(
  lake: Lake,
  sql: string,
): Promise<{ readonly text: string; readonly relations: Readonly<Record<string, Relation>> }> {
  const relations: Record<string, Relation> = {};
  let text = '';
  let end = 0;
  for (const match of sql.matchAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\b([a-z]+)\s*\.\s*([a-z_]+)\b/gi,
  )) {
    const definition = TABLES.find(
      (table) => sqlName(table) === `${match[1]?.toLowerCase()}.${match[2]?.toLowerCase()}`,
    );
    if (definition === undefined) continue;
    const table = await lake.table(definition);
    if (table === null && definition.isOptional !== true)
      throw new ContrailError(
        'invalid',
        'table-missing',
        `There is no ${sqlName(definition)} in ${lake.store.url} yet: run "contrail pipeline --once" or "contrail up" first.`,
      );
    const name = definition.name.replace('/', '_');
    relations[name] = {
      kind: 'files',
      columns: definition.columns,
      files: table === null ? [] : dataFiles(await table.snapshot()),
    };
    text += sql.slice(end, match.index) + name;
    end = match.index + match[0].length;
  }
  return { text: text + sql.slice(end), relations };
}
