import { memoryStore, type ObjectStore } from '@contrail/delta-lake';
import { describe, expect, test } from 'vitest';
import { Lake } from '../../src/lake/lake.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import type { BatchRecord } from '../../src/pipeline/batch-record.ts';
import { BatchTables, hasBatch, identityOf } from '../../src/pipeline/batch-tables.ts';

const RECORD: BatchRecord = {
  batch_id: 7,
  topic: 'opensky-data',
  recorded_at_ms: 0,
  ranges: [
    { partition: 0, start: 5n, end: 9n },
    { partition: 2, start: 2n ** 60n, end: 2n ** 60n + 1n },
  ],
  tables: { 'silver/flights': 6, 'quarantine/flights': 3 },
};

describe('whether a table has batch 7', () => {
  test.each([
    ['silver/flights', 7, true],
    ['silver/flights', 6, false],
    // Batches 4 to 6 had no row for it.
    ['quarantine/flights', 3, false],
    ['quarantine/flights', 7, true],
    // A table that nobody had written to when the batch was planned.
    ['gold/traffic_by_country', null, false],
    ['gold/traffic_by_country', 7, true],
  ])('%s, which holds %s: %s', (name, newest, expected) => {
    expect(hasBatch(name, newest, RECORD, '/lake')).toBe(expected);
  });

  test.each([
    ['a later one than was ever recorded', 'silver/flights', 8, 'table-ahead-of-batches'],
    ['an older one than when the batch was planned', 'silver/flights', 5, 'table-behind-batches'],
    ['none any more', 'silver/flights', null, 'table-behind-batches'],
    ['one between that the record does not know', 'quarantine/flights', 5, 'batch-record-differs'],
  ])('is a fault when it holds %s', (_, name, newest, code) => {
    expect(() => hasBatch(name, newest, RECORD, '/lake')).toThrow(expect.objectContaining({ code }));
  });

  test('a record of a former version holds that the batch before was in every table', () => {
    const { tables: _, ...former } = RECORD;
    expect(hasBatch('quarantine/flights', 6, former, '/lake')).toBe(false);
    expect(() => hasBatch('quarantine/flights', 5, former, '/lake')).toThrow(/micro-batch 6 is missing/);
  });

  test('without a record a table may hold none', () => {
    expect(hasBatch('silver/flights', null, null, '/lake')).toBe(true);
    expect(() => hasBatch('silver/flights', 1, null, '/lake')).toThrow(/newest batch record is 0/);
  });
});

test('the commits of a batch say its offsets, with all their digits', () => {
  expect(identityOf(RECORD)).toEqual({
    appId: 'contrail/opensky-data',
    version: 7,
    parameters: {
      startingOffsets: '{"0":"5","2":"1152921504606846976"}',
      endingOffsets: '{"0":"9","2":"1152921504606846977"}',
    },
  });
});

test('a table is looked at once for a batch, however often it is asked about, and knows its own commits', async () => {
  let requests = 0;
  const counted = (store: ObjectStore): ObjectStore => ({
    ...store,
    get: (...asked) => ((requests += 1), store.get(...asked)),
    head: (...asked) => ((requests += 1), store.head(...asked)),
    at: (below) => counted(store.at(below)),
  });
  const lake = new Lake(counted(memoryStore()), () => 0);
  await lake.create(SILVER_FLIGHTS, null);
  const tables = new BatchTables(lake, { batch_id: 1, topic: 'opensky-data', recorded_at_ms: 0, ranges: [] });
  requests = 0;
  expect(await tables.has(SILVER_FLIGHTS)).toBe(false);
  const first = requests;
  expect(first).toBeGreaterThan(0);
  expect(await tables.has(SILVER_FLIGHTS)).toBe(false);
  expect(await tables.snapshot(SILVER_FLIGHTS)).toBe((await lake.table(SILVER_FLIGHTS))?.cached());
  await tables.commit(SILVER_FLIGHTS, []);
  expect(await tables.has(SILVER_FLIGHTS)).toBe(true);
  expect(requests).toBe(first);
});
