/** Compares the tables of a lake with what the contract's words make of its Bronze and Silver. */
import { expect } from 'vitest';
import { BRONZE_FLIGHTS } from '../../src/lake/bronze-flights.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../src/lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import {
  qualityOf,
  recomputedMetrics,
  recomputedMl,
  recomputedTraffic,
  type TableRow,
} from './recomputed.ts';
import { FEW_AIRPORTS, openLake } from './small-world.ts';

async function rowsOf(directory: string, definition: TableDefinition): Promise<readonly TableRow[]> {
  const snapshot = await (await openLake(directory).table(definition))?.snapshot();
  const rows: TableRow[] = [];
  if (snapshot !== undefined) for await (const batch of snapshot.rows()) rows.push(...batch);
  return rows;
}

/** Equal but for the last digits of doubles; whole numbers as numbers. */
function isSame(a: unknown, b: unknown): boolean {
  const [x, y] = [typeof a === 'bigint' ? Number(a) : a, typeof b === 'bigint' ? Number(b) : b];
  if (typeof x !== 'number' || typeof y !== 'number') return (x ?? null) === (y ?? null);
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y));
}

/** The same keys, and each cell of the wanted rows. */
function expectSame(
  definition: Pick<TableDefinition, 'name' | 'key'>,
  found: readonly TableRow[],
  wanted: readonly TableRow[],
): void {
  const keyOf = (row: TableRow): string =>
    definition.key
      .map((name) => String(typeof row[name] === 'bigint' ? Number(row[name]) : row[name]))
      .join(' ');
  const byKey = new Map(found.map((row) => [keyOf(row), row]));
  expect(byKey.size, `keys of ${definition.name}`).toBe(found.length);
  expect(found.length, `rows of ${definition.name}`).toBe(wanted.length);
  const differing = wanted.flatMap((row) => {
    const other = byKey.get(keyOf(row)) ?? {};
    return Object.entries(row)
      .filter(([name, value]) => !isSame(other[name], value))
      .map(([name, value]) => `${keyOf(row)}: ${name} is ${String(other[name])}, not ${String(value)}`);
  });
  expect(differing.slice(0, 5), `cells of ${definition.name} that differ`).toEqual([]);
}

/** Expects that the tables of a lake are those of the contract; answers Silver_ML. */
export async function expectRecomputed(directory: string): Promise<readonly TableRow[]> {
  const [bronze, silver, ml, traffic, metrics] = (await Promise.all(
    [
      BRONZE_FLIGHTS,
      SILVER_FLIGHTS,
      SILVER_FLIGHTS_ML,
      GOLD_TRAFFIC_BY_COUNTRY,
      GOLD_METRICS_BY_CATEGORY,
    ].map((definition) => rowsOf(directory, definition)),
  )) as [TableRow[], TableRow[], TableRow[], TableRow[], TableRow[]];
  const placeOf = (row: TableRow): string =>
    `${String(row['topic_partition'])}/${String(row['topic_offset'])}`;
  const sent = new Map(bronze.map((row) => [placeOf(row), row]));
  const wanted = recomputedMl(silver, FEW_AIRPORTS);
  expectSame(
    { name: SILVER_FLIGHTS.name, key: ['topic_partition', 'topic_offset'] },
    silver,
    silver.map(({ topic_partition, topic_offset }) => ({
      topic_partition,
      topic_offset,
      ...qualityOf(
        sent.get(
          placeOf({
            topic_partition,
            topic_offset,
          }),
        ) as TableRow,
      ),
    })),
  );
  expectSame(SILVER_FLIGHTS_ML, ml, wanted);
  expect(Object.keys(wanted[0] ?? {}).sort()).toEqual(
    SILVER_FLIGHTS_ML.columns.map(({ name }) => name).sort(),
  );
  expectSame(GOLD_TRAFFIC_BY_COUNTRY, traffic, recomputedTraffic(silver));
  expectSame(GOLD_METRICS_BY_CATEGORY, metrics, recomputedMetrics(wanted));
  return ml;
}
