import { openTable, type Snapshot } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { BRONZE_FLIGHTS } from '../../../src/lake/bronze-flights.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../../src/lake/gold-traffic-by-country.ts';
import type { Keep } from '../../../src/lake/keep.ts';
import { deletedRows } from '../../../src/lake/keep/ledger.ts';
import { QUARANTINE_FLIGHTS } from '../../../src/lake/quarantine-flights.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../../src/lake/silver-flights-ml.ts';
import type { TableDefinition } from '../../../src/lake/table.ts';
import { BATCH_TABLES } from '../../../src/lake/tables.ts';
import { PaperLake } from '../paper-lake.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 10, 20);
const PACE_MS = 2 * HOUR_MS;
const PER_DAY = 12;
const TEN_DAYS = 10 * PER_DAY;
/** A day is 19 MB over the four tables that have days. */
const FILE_BYTES = 400_000;
const DAYS: Readonly<Record<string, number>> = {
  [BRONZE_FLIGHTS.name]: 1,
  [QUARANTINE_FLIGHTS.name]: 1,
  [SILVER_FLIGHTS.name]: 2,
  [SILVER_FLIGHTS_ML.name]: 2,
};

const keep = (days: Readonly<Record<string, number>>, budgetBytes: number): Keep => ({
  text: '',
  keepMs: Object.fromEntries(Object.entries(days).map(([name, count]) => [name, count * DAY_MS])),
  budgetBytes,
});

async function openPaper(kept: Keep): Promise<PaperLake> {
  const options = { paceMs: PACE_MS, startMs: START_MS, fileBytes: FILE_BYTES, isFull: true };
  const paper = new PaperLake({ ...options, keep: kept });
  await paper.create();
  return paper;
}

async function bytesOf({ store }: PaperLake): Promise<number> {
  let sum = 0;
  for await (const { bytes } of store.list('')) sum += bytes;
  return sum;
}

/** The rows of a day that are there: each batch has a hundred. */
async function rowsIn(paper: PaperLake, table: TableDefinition, day: string): Promise<number> {
  const [column = ''] = table.partitionColumns;
  const files = (await paper.lake.table(table))?.cached().files() ?? [];
  return files
    .filter(({ partitionValues }) => partitionValues[column] === day)
    .reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0);
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Rows of the days that are promised at an instant and are not there. */
async function lost(paper: PaperLake, nowMs: number): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of BATCH_TABLES) {
    const days = DAYS[table.name];
    if (days === undefined) continue;
    for (let ms = Math.max(START_MS, nowMs - days * DAY_MS); ms < nowMs; ms += DAY_MS) {
      const batches = Math.min(PER_DAY, Math.floor((nowMs - Date.parse(dayOf(ms))) / PACE_MS) + 1);
      if ((await rowsIn(paper, table, dayOf(ms))) !== batches * 100) found.push(`${table.name} ${dayOf(ms)}`);
    }
  }
  return found;
}

/** Files of an opened version of every table that are gone. */
async function missing({ store }: PaperLake, opened: readonly (readonly [string, Snapshot])[]) {
  const gone: string[] = [];
  for (const [name, snapshot] of opened)
    for (const { path } of snapshot.files())
      if ((await store.head(`${name}/${decodeURIComponent(path)}`)) === null) gone.push(`${name}/${path}`);
  return gone;
}

describe('a lake at its limit for ten days', () => {
  it(
    'is within the budget after each upkeep, has all that is promised, and takes no file from a reader',
    { timeout: 120_000 },
    async () => {
      const budget = 75_000_000;
      const paper = await openPaper(keep(DAYS, budget));
      for (let batch = 0; batch < TEN_DAYS; batch += 1) {
        await paper.batch(null);
        const nowMs = paper.nowMs - PACE_MS;
        const opened: [string, Snapshot][] = [];
        if (batch % 5 === 0)
          for (const { name } of BATCH_TABLES)
            opened.push([name, (await openTable(paper.store.at(name), { clock: paper.clock })).cached()]);
        await paper.upkeep.run({ budgetMs: HOUR_MS });
        expect(await bytesOf(paper), `batch ${batch}`).toBeLessThanOrEqual(budget);
        expect(await missing(paper, opened)).toEqual([]);
        if (batch % 5 === 0) expect(await lost(paper, nowMs)).toEqual([]);
      }
      for (const table of BATCH_TABLES.slice(0, 4)) {
        const snapshot = (await paper.lake.table(table))?.cached();
        expect((snapshot?.rowCount ?? 0) + deletedRows(snapshot ?? null)).toBe(TEN_DAYS * 100);
        // The day of the promise and the one that is not over, whole.
        expect(snapshot?.rowCount).toBeLessThanOrEqual(((DAYS[table.name] ?? 0) + 2) * PER_DAY * 100);
      }
      expect((await paper.lake.table(GOLD_TRAFFIC_BY_COUNTRY))?.cached().rowCount).toBe(TEN_DAYS * 100);
    },
  );

  it.each([
    ['while it runs', false],
    ['before it starts again', true],
  ])('loses nothing of what is promised when the clock jumps a year ahead %s', async (_, isNew) => {
    const paper = await openPaper(keep(DAYS, 1e9));
    for (let batch = 0; batch < 5 * PER_DAY; batch += 1) await paper.batch();
    const beforeMs = paper.nowMs - PACE_MS;
    const expectPromised = async (): Promise<void> => {
      expect(await rowsIn(paper, BRONZE_FLIGHTS, dayOf(beforeMs))).toBe(PER_DAY * 100);
      for (const ms of [beforeMs, beforeMs - DAY_MS])
        expect(await rowsIn(paper, SILVER_FLIGHTS, dayOf(ms))).toBe(PER_DAY * 100);
    };
    paper.jumpMs = 365 * DAY_MS;
    if (isNew) paper.startAgain();
    // Ten hours with the wrong clock, whose rows are marked with it too, and ten with the right one.
    for (let batch = 0; batch < 5; batch += 1) await paper.batch();
    await expectPromised();
    paper.jumpMs = 0;
    if (isNew) paper.startAgain();
    for (let batch = 0; batch < 5; batch += 1) await paper.batch();
    await expectPromised();
  });

  it('has a bounded number of files, too, when the newest day alone is larger than the budget', async () => {
    const paper = new PaperLake({ paceMs: 60_000, startMs: START_MS, keep: keep({}, 1) });
    await paper.create();
    for (let batch = 0; batch < 300; batch += 1) await paper.batch();
    for (const table of BATCH_TABLES)
      expect((await paper.lake.table(table))?.cached().fileCount, table.name).toBeLessThan(140);
  });

  it('that is too small for what was promised gives up days in order, and is within it all the time', async () => {
    const budget = 45_000_000;
    const paper = await openPaper(keep({}, budget));
    for (let batch = 0; batch < TEN_DAYS; batch += 1) {
      await paper.batch();
      expect(await bytesOf(paper), `batch ${batch}`).toBeLessThanOrEqual(budget);
    }
    const today = dayOf(paper.nowMs - PACE_MS);
    for (const table of BATCH_TABLES.slice(0, 4))
      expect(await rowsIn(paper, table, today)).toBe(PER_DAY * 100);
    const days = async (table: TableDefinition) =>
      new Set(
        (await paper.lake.table(table))
          ?.cached()
          .files()
          .map(({ partitionValues }) => Object.values(partitionValues)[0]),
      );
    expect((await days(BRONZE_FLIGHTS)).size).toBe(1);
    expect(await days(SILVER_FLIGHTS)).toEqual(await days(SILVER_FLIGHTS_ML));
  }, 120_000);
});
