import { openTable, type Snapshot } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import { PaperLake } from './paper-lake.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIB = 2 ** 20;
const NOON_MS = Date.UTC(2026, 10, 24, 12);
/** Shortly before a day ends. */
const EVENING_MS = Date.UTC(2026, 10, 24, 23, 50);

/** A reader that opened a version of every table. */
interface Reader {
  readonly atMs: number;
  readonly snapshots: readonly (readonly [string, Snapshot])[];
}

async function openAll({ store, clock, nowMs }: PaperLake): Promise<Reader> {
  const snapshots: [string, Snapshot][] = [];
  for (const { name } of BATCH_TABLES)
    snapshots.push([name, (await openTable(store.at(name), { clock })).cached()]);
  return { atMs: nowMs, snapshots };
}

/** Files of an opened version that are gone. */
async function missing({ store }: PaperLake, { snapshots }: Reader): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const [name, snapshot] of snapshots) {
    for (const { path } of snapshot.files())
      if ((await store.head(`${name}/${decodeURIComponent(path)}`)) === null) gone.push(`${name}/${path}`);
  }
  return gone;
}

async function openPaper(options: ConstructorParameters<typeof PaperLake>[0]): Promise<PaperLake> {
  const paper = new PaperLake(options);
  await paper.create();
  return paper;
}

const filesOf = async ({ lake }: PaperLake): Promise<readonly number[]> =>
  Promise.all(BATCH_TABLES.map(async (table) => (await lake.table(table))?.cached().fileCount ?? 0));

describe('upkeep', () => {
  it.each([
    { paceMs: 1_000, batches: 950, promisedMs: 8 * MINUTE_MS },
    { paceMs: 10_000, batches: 650, promisedMs: HOUR_MS },
  ])(
    'leaves a bounded number of files at a trigger of $paceMs ms, and a reader those of its version as long as promised',
    { timeout: 120_000 },
    async ({ paceMs, batches, promisedMs }) => {
      const paper = await openPaper({ paceMs, startMs: EVENING_MS });
      const readers: Reader[] = [];
      const counts: number[] = [];
      for (let batch = 0; batch < batches; batch++) {
        await paper.batch();
        if (batch % 50 !== 0) continue;
        counts.push(await paper.count());
        readers.push(await openAll(paper));
        // As late as it may be, but for the batches between two looks.
        while (paper.nowMs - (readers[0]?.atMs ?? Infinity) >= promisedMs - 50 * paceMs)
          expect(await missing(paper, readers.shift() as Reader)).toEqual([]);
      }
      expect(readers.length).toBeLessThan(batches / 50 - 3);
      expect(Math.max(...counts)).toBeLessThan(4_800);
      // It does not grow any more.
      const half = Math.floor(counts.length * 0.7);
      expect(Math.max(...counts.slice(half))).toBeLessThan(Math.max(...counts.slice(0, half)) * 1.1);
      expect(await paper.count('_contrail/batches/')).toBe(100);
      for (const files of await filesOf(paper)) expect(files).toBeLessThan(60);
    },
  );

  it('keeps more where more is allowed', { timeout: 60_000 }, async () => {
    const retention = { retentionMs: 24 * HOUR_MS, files: 50_000 };
    const paper = await openPaper({ paceMs: 10_000, startMs: NOON_MS, retention });
    const first = await openAll(paper);
    for (let batch = 0; batch < 600; batch++) await paper.batch();
    expect(await missing(paper, first)).toEqual([]);
    expect(await paper.count('silver/flights/event_date=')).toBeGreaterThanOrEqual(600);
    expect(await paper.count('silver/flights/_delta_log/')).toBeGreaterThan(600);
  });

  it('rewrites a byte a few times on its way into a day', { timeout: 60_000 }, async () => {
    const paper = await openPaper({ paceMs: 60_000, startMs: NOON_MS });
    for (let batch = 0; batch < 400; batch++) await paper.batch();
    expect(paper.rewrittenBytes / (4 * 400 * paper.fileBytes)).toBeLessThan(5);
    for (const files of await filesOf(paper)) expect(files).toBeLessThan(48);
  });

  it('puts a day that is over together, also at a poll every 15 minutes', async () => {
    const paper = await openPaper({ paceMs: 15 * MINUTE_MS, startMs: NOON_MS });
    for (let batch = 0; batch < 4 * 24 * 2.5; batch++) await paper.batch();
    const files = (await paper.lake.table(SILVER_FLIGHTS))?.cached().files() ?? [];
    const days = Map.groupBy(files, ({ partitionValues }) => partitionValues['event_date']);
    expect([...days].map(([day, { length }]) => [day, length <= 4])).toEqual([
      ['2026-11-24', true],
      ['2026-11-25', true],
      ['2026-11-26', false],
    ]);
    expect(days.get('2026-11-24')).toHaveLength(1);
  });

  it('of a pipeline that starts for each poll and ends leaves as few', async () => {
    const paper = await openPaper({ paceMs: 15 * MINUTE_MS, startMs: NOON_MS });
    for (let batch = 0; batch < 4 * 24 * 1.5; batch++) {
      paper.startAgain();
      await paper.batch(Infinity);
    }
    const files = (await paper.lake.table(SILVER_FLIGHTS))?.cached().files() ?? [];
    const days = Map.groupBy(files, ({ partitionValues }) => partitionValues['event_date']);
    for (const [day, { length }] of days) expect(length, day ?? '').toBeLessThanOrEqual(40);
    expect(days.get('2026-11-24')).toHaveLength(1);
    expect(await paper.count()).toBeLessThan(800);
  });

  it('of a pipeline that drains a long topic at once puts its windows together', async () => {
    const paper = await openPaper({ paceMs: 5 * MINUTE_MS, startMs: NOON_MS });
    for (let batch = 0; batch < 300; batch++) await paper.batch(null);
    const windows = async () => (await paper.lake.table(GOLD_TRAFFIC_BY_COUNTRY))?.cached().fileCount;
    expect(await windows()).toBe(300);
    await paper.upkeep.run({ budgetMs: Infinity });
    // The newest three are about to be replaced.
    expect(await windows()).toBe(4);
  });

  it('takes no larger piece of work than its time allows, and does the rest later', async () => {
    const paper = await openPaper({ paceMs: 1_000, startMs: NOON_MS, fileBytes: MIB });
    for (let batch = 0; batch < 39; batch++) await paper.batch(null);
    await paper.batch(0);
    expect(paper.largestBytes).toBeLessThanOrEqual(4 * MIB);
    expect(paper.rewrittenBytes).toBeGreaterThan(0);
    for (let run = 0; run < 10; run++) await paper.upkeep.run({ budgetMs: 5_000 });
    for (const files of await filesOf(paper)) expect(files).toBeLessThan(40);
  });

  it('looks after one table after the other when there is time for one alone', async () => {
    const paper = await openPaper({ paceMs: 1_000, startMs: NOON_MS });
    for (let batch = 0; batch < 200; batch++) await paper.batch(null);
    for (let run = 0; run < 60; run++) await paper.upkeep.run({ budgetMs: 0 });
    for (const files of await filesOf(paper)) expect(files).toBeLessThan(45);
  });

  it('says of each file that it is committed before the next step may remove it', async () => {
    const paper = await openPaper({ paceMs: 10_000, startMs: NOON_MS });
    for (let batch = 0; batch < 200; batch++) await paper.batch(null);
    await paper.upkeep.run({ budgetMs: 60_000 });
    expect(paper.rewrittenBytes).toBeGreaterThan(0);
    expect(paper.mostUnsettled).toBe(1);
  });

  it('makes a lake good that nobody has looked after, a piece at a time', async () => {
    const paper = await openPaper({ paceMs: 10_000, startMs: NOON_MS });
    for (let batch = 0; batch < 900; batch++) await paper.batch(null);
    const before = await paper.count();
    expect(before).toBeGreaterThan(7_000);
    paper.startAgain();
    await paper.upkeep.run({ budgetMs: 1_000 });
    expect(before - (await paper.count())).toBeLessThan(6 * 2_100);
    // What was forgotten meanwhile takes a day.
    paper.nowMs += 25 * HOUR_MS;
    for (let run = 0; run < 20; run++) await paper.upkeep.run({ budgetMs: 1_000 });
    expect(await paper.count()).toBeLessThan(700);
  });

  it('finds after a restart, and once a day, what a killed writer left', async () => {
    const paper = await openPaper({ paceMs: 60_000, startMs: NOON_MS });
    await paper.batch();
    const orphan = (name: string): string => `silver/flights/event_date=2026-11-24/${name}.parquet`;
    const isThere = async (name: string): Promise<boolean> => (await paper.store.head(orphan(name))) !== null;
    await paper.store.put(orphan('first'), 'PAR1');
    paper.nowMs += 23 * HOUR_MS;
    paper.startAgain();
    await paper.batch();
    expect(await isThere('first')).toBe(true);
    paper.nowMs += 2 * HOUR_MS;
    await paper.batch();
    // Its writer might have been about to commit it for a day.
    expect(await isThere('first')).toBe(true);
    paper.startAgain();
    await paper.batch();
    expect(await isThere('first')).toBe(false);
    await paper.store.put(orphan('second'), 'PAR1');
    paper.nowMs += 25 * HOUR_MS;
    await paper.batch();
    expect(await isThere('second')).toBe(false);
  });

  it('deletes nothing for ten minutes after the clock has jumped, because files look older than they are', async () => {
    const paper = await openPaper({ paceMs: 10_000, startMs: NOON_MS });
    for (let batch = 0; batch < 60; batch++) await paper.batch();
    const reader = await openAll(paper);
    for (let batch = 0; batch < 45; batch++) await paper.batch();
    paper.jumpMs += 365 * 24 * HOUR_MS;
    for (let batch = 0; batch < 20; batch++) await paper.batch();
    paper.jumpMs -= 365 * 24 * HOUR_MS;
    for (let batch = 0; batch < 20; batch++) await paper.batch();
    expect(await missing(paper, reader)).toEqual([]);
  });

  it('gives tables that are there already the properties that tables have by now', async () => {
    const paper = await openPaper({ paceMs: 1_000, startMs: NOON_MS });
    const table = await paper.lake.table(SILVER_FLIGHTS);
    await table?.setProperties({ 'delta.checkpointInterval': '100', 'my.own': 'kept' });
    const { version } = table?.cached() ?? { version: 0 };
    const retention = { retentionMs: 2 * HOUR_MS, files: 5_000 };
    const later = new PaperLake({ paceMs: 1_000, startMs: NOON_MS, retention }, paper.store);
    await later.create();
    await later.create();
    const found = (await later.lake.table(SILVER_FLIGHTS))?.cached();
    expect(found?.version).toBe(version + 1);
    expect(found?.configuration).toMatchObject({
      'delta.checkpointInterval': '32',
      'delta.logRetentionDuration': 'interval 7200 seconds',
      'delta.deletedFileRetentionDuration': 'interval 8100 seconds',
      'my.own': 'kept',
    });
  });
});
