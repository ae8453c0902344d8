import { createTable, localStore, struct } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Column } from '../../src/lake/column.ts';
import { dataFiles, SIMULATED_PROPERTY } from '../../src/lake/lake.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import { recomputedTraffic } from './recomputed.ts';
import { canonical, fillTopic, openEngine, openLake, run, smallWorld } from './small-world.ts';

/** The last column that a table had before phases and quality came. */
const LAST: Readonly<Record<string, string>> = {
  'bronze/flights': 'ingest_date',
  'silver/flights': 'event_date',
  'silver/flights_ml': 'event_date',
  'gold/traffic_by_country': 'avg_altitude_m',
  'gold/metrics_by_category': 'avg_altitude_m',
};
const formerOf = (columns: readonly Column[], table: string): readonly Column[] => {
  const last = columns.findIndex(({ name }) => name === LAST[table]);
  return columns.filter((_, index) => last < 0 || index <= last);
};

/** An engine whose files have the columns of a former version; what it keeps has all of them. */
function formerEngine(engine: Engine, scratch: string): Engine {
  const write: Engine['write'] = async (select, { keepAs, ...target }) => {
    if (keepAs !== undefined) await engine.write(select, { ...target, folder: scratch, keepAs });
    const table = BATCH_TABLES.find(({ name }) => target.folder.endsWith(name))?.name ?? '';
    return engine.write(select, { ...target, columns: formerOf(target.columns, table) });
  };
  return new Proxy(engine, {
    get: (inner, name) => {
      if (name === 'write') return write;
      const member: unknown = Reflect.get(inner, name);
      return typeof member === 'function' ? (member.bind(inner) as unknown) : member;
    },
  });
}

type Rows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

async function rowsOf(directory: string, definition: TableDefinition): Promise<Rows> {
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  const snapshot = await (await openLake(directory).table(definition))?.snapshot();
  if (snapshot === undefined) return rows;
  for await (const batch of snapshot.rows())
    for (const row of batch)
      rows.set(canonical(Object.fromEntries(definition.key.map((name) => [name, row[name]]))), row);
  return rows;
}

it(
  'a lake of a former version gets the new columns without being rewritten, and goes on as if it had had them',
  { timeout: 120_000 },
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'contrail-former-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const [directory, whole] = [join(root, 'former'), join(root, 'whole')];
    const messages = smallWorld();
    const half = Math.floor(messages.length / 2);

    const store = localStore(join(directory, 'lake'));
    for (const { name, columns, partitionColumns } of BATCH_TABLES) {
      const schema = formerOf(columns, name).map((column): [string, 'string'] => [
        column.name,
        (column.type === 'array<integer>'
          ? { type: 'array', elementType: 'integer', containsNull: true }
          : column.type) as 'string',
      ]);
      await createTable(store.at(name), {
        schema: struct(Object.fromEntries(schema)),
        partitionColumns,
        configuration: { [SIMULATED_PROPERTY]: 'true' },
      });
    }
    await using engine = await openEngine(directory);
    await fillTopic(directory, messages.slice(0, half));
    await run(directory, { maxRows: 100, engine: formerEngine(engine, join(root, 'scratch')) });
    const before = await rowsOf(directory, SILVER_FLIGHTS_ML);
    await fillTopic(directory, messages.slice(half));
    await run(directory, { maxRows: 100 });
    await fillTopic(whole, messages);
    await run(whole, { maxRows: 100 });

    for (const definition of BATCH_TABLES) {
      const [found, wanted] = [await rowsOf(directory, definition), await rowsOf(whole, definition)];
      expect([...found.keys()].sort(), definition.name).toEqual([...wanted.keys()].sort());
      const former = new Set(formerOf(definition.columns, definition.name).map(({ name }) => name));
      const added = definition.columns.filter(({ name }) => !former.has(name)).map(({ name }) => name);
      let [untouched, whole_rows] = [0, 0];
      for (const [key, row] of found) {
        const other = wanted.get(key) as Readonly<Record<string, unknown>>;
        const isOld = added.length > 0 && added.every((name) => (row[name] ?? null) === null);
        for (const { name } of definition.columns) {
          // A row of Gold may come from positions of before, of which nobody knows whether they were stale.
          if (!former.has(name) && (isOld || definition.name.startsWith('gold/'))) continue;
          expect(row[name] ?? null, `${name} of ${key} in ${definition.name}`).toEqual(other[name] ?? null);
        }
        if (isOld) untouched += 1;
        else whole_rows += 1;
      }
      if (definition === SILVER_FLIGHTS_ML)
        expect([untouched, whole_rows]).toEqual([before.size, found.size - before.size]);
      const table = await openLake(directory).table(definition);
      const operations: string[] = [];
      for await (const { operation } of table?.history() ?? []) operations.push(operation ?? '');
      expect(operations.filter((name) => name === 'ADD COLUMNS')).toHaveLength(added.length > 0 ? 1 : 0);
    }
    // Windows that are computed again count rows of before as not stale; others stay as they were.
    const silver = [...(await rowsOf(directory, SILVER_FLIGHTS)).values()];
    const traffic = [...(await rowsOf(directory, GOLD_TRAFFIC_BY_COUNTRY)).values()];
    const again = traffic.filter(
      ({ airborne_count }) => airborne_count !== null && airborne_count !== undefined,
    );
    expect(again.length).toBeGreaterThan(20);
    const wanted = recomputedTraffic(silver);
    for (const { window_start, origin_country, airborne_count, stale_count } of again)
      expect(wanted).toContainEqual(
        expect.objectContaining({
          window_start: Number(window_start),
          origin_country,
          airborne_count: Number(airborne_count),
          stale_count: Number(stale_count),
        }),
      );
    const ml = await (await openLake(directory).table(SILVER_FLIGHTS_ML))?.snapshot();
    expect(ml?.configuration['contrail.phase_rule']).toBe('2');
  },
);

it('a reader of a lake that no new pipeline has seen reads the new columns as null', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-former-read-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  await using engine = await openEngine(directory);
  const columns = formerOf(SILVER_FLIGHTS_ML.columns, SILVER_FLIGHTS_ML.name);
  const store = localStore(join(directory, 'lake'));
  const table = await createTable(store.at(SILVER_FLIGHTS_ML.name), {
    schema: struct(Object.fromEntries(columns.map(({ name, type }) => [name, type as 'string']))),
    partitionColumns: SILVER_FLIGHTS_ML.partitionColumns,
  });
  const [file] = await engine.write(
    {
      sql: "select 'abc123' as icao24, * from rows",
      relations: {
        rows: {
          kind: 'rows',
          columns: columns.slice(1),
          rows: [{ time_position: 1n, event_date: '2026-01-01' }],
        },
      },
    },
    { folder: join(directory, 'lake', SILVER_FLIGHTS_ML.name), columns, partitionBy: ['event_date'] },
  );
  if (file === undefined) throw new Error('The engine wrote no file.');
  await table.startTransaction({ operation: 'WRITE' }).append([file]).commit();
  const rows = await engine.rows({
    sql: 'select icao24, is_frozen, distance_m, window_seconds from ml',
    relations: { ml: dataFiles(SILVER_FLIGHTS_ML, await table.snapshot()) },
  });
  expect(rows).toEqual([{ icao24: 'abc123', is_frozen: null, distance_m: null, window_seconds: null }]);
});
