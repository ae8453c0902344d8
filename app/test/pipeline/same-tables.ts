import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { QueryEngine, Relation } from '../../src/engine/engine.ts';
import { StoredFilesEngine } from '../../src/engine/stored-files.ts';
import type { Column } from '../../src/lake/column.ts';
import { dataFiles, type Lake } from '../../src/lake/lake.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import { canonical } from './small-world.ts';

/** Rows that differ are shown up to this many per table. */
const SHOWN = 5;
const MEMORY = '512MB';

/**
 * Two lakes hold the same tables, row for row: the same keys, each once, and equal cells; doubles of two engines may
 * differ in their last digits, by 1e-9. Lakes may be anywhere and of any size: DuckDB compares, in bounded memory.
 */
export async function expectSameTables(actual: Lake, expected: Lake): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'contrail-same-'));
  try {
    const duckdb = await DuckdbEngine.open({ memoryLimit: MEMORY, threads: 1, temporaryFolder: scratch });
    await using engine = [actual, expected]
      .filter(({ store }) => !store.url.startsWith('file:'))
      .reduce<QueryEngine>((inner, { store }) => new StoredFilesEngine(inner, store, scratch), duckdb);
    for (const definition of BATCH_TABLES) {
      const relations = {
        found: await rowsOf(actual, definition),
        wanted: await rowsOf(expected, definition),
      };
      const sizes = await engine.rows({ sql: sizesOf(definition), relations });
      const [{ rows = 0n, keys = 0n, wanted_rows = 0n } = {}] = sizes;
      expect({ rows, keys }, `rows of ${definition.name}`).toEqual({ rows: wanted_rows, keys: wanted_rows });
      const differing = await engine.rows({ sql: differencesOf(definition), relations });
      const texts = differing.map(({ difference, ...key }) => `${canonical(key)} ${String(difference)}\n`);
      expect(differing.length, `rows of ${definition.name} that differ:\n${texts.join('')}`).toBe(0);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function rowsOf(lake: Lake, definition: TableDefinition): Promise<Relation> {
  const snapshot = await (await lake.table(definition))?.snapshot();
  expect(snapshot, `${definition.name} in ${lake.store.url}`).toBeDefined();
  return dataFiles(definition, snapshot ?? null);
}

const sizesOf = ({ key }: TableDefinition): string => `select
  (select count(*) from found) as rows,
  (select count(*) from (select distinct ${key.join(', ')} from found)) as keys,
  (select count(*) from wanted) as wanted_rows`;

/** What is in one of them alone, or has other cells, as `column: found, not wanted`. */
function differencesOf({ key, columns }: TableDefinition): string {
  const isSameRow = key.map((name) => `found.${name} is not distinct from wanted.${name}`).join(' and ');
  const cells = columns.map(
    (column) => `case when not ${isSameCell(column)} then
      '${column.name}: ' || coalesce(found.${column.name}::varchar, 'null') || ', not ' ||
      coalesce(wanted.${column.name}::varchar, 'null') end`,
  );
  return `select ${key.map((name) => `coalesce(found.${name}, wanted.${name})::varchar as ${name}`).join(', ')},
    case when wanted.is_there is null then 'is too much' when found.is_there is null then 'is missing'
      else concat_ws('; ', ${cells.join(', ')}) end as difference
  from (select *, true as is_there from found) as found
  full join (select *, true as is_there from wanted) as wanted on ${isSameRow}
  where found.is_there is null or wanted.is_there is null or not (${columns.map(isSameCell).join(' and ')})
  limit ${SHOWN}`;
}

function isSameCell({ name, type }: Column): string {
  const same = `found.${name} is not distinct from wanted.${name}`;
  if (type !== 'double') return `(${same})`;
  const isClose = `abs(found.${name} - wanted.${name}) <= 1e-9 * greatest(1, abs(wanted.${name}))`;
  return `(${same} or coalesce(${isClose}, false))`;
}
