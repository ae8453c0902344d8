import { memoryStore } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { Lake } from '../../src/lake/lake.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import { tablesIn } from '../../src/program/query.ts';

describe('the tables that a SELECT may mean', () => {
  const lake = new Lake(memoryStore(), () => 0);

  it.each([
    'select * from bronze.flights',
    'select * from "bronze"."flights"',
    'with f as (select * from Bronze . FLIGHTS) select * from f',
    "select 'flights' from t -- bronze",
  ])('are those whose two names are in it, wherever: %s', async (sql) => {
    expect(await tablesIn(lake, sql)).toEqual({ relations: {}, missing: ['bronze.flights'] });
  });

  it.each(['select 1', 'select * from bronze_flights', 'select * from flights', 'select bronze from t'])(
    'are none in: %s',
    async (sql) => {
      expect(await tablesIn(lake, sql)).toEqual({ relations: {}, missing: [] });
    },
  );

  it('are empty relations where a lake may well be without them', async () => {
    expect(await tablesIn(lake, 'select * from quarantine.gaps')).toMatchObject({
      relations: { 'quarantine.gaps': { kind: 'files', files: [] } },
      missing: [],
    });
  });

  it('are relations where they are there, and missing where they are not', async () => {
    const half = new Lake(memoryStore(), () => 0);
    await half.create(SILVER_FLIGHTS, false);
    const sql = 'select * from silver.flights join gold.traffic_by_country using (origin_country)';
    const { relations, missing } = await tablesIn(half, sql);
    expect(Object.keys(relations)).toEqual(['silver.flights']);
    expect(missing).toEqual(['gold.traffic_by_country']);
  });
});
