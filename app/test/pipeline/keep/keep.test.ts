import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BRONZE_FLIGHTS } from '../../../src/lake/bronze-flights.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../../src/lake/gold-traffic-by-country.ts';
import { type Keep, KEEP_ALL } from '../../../src/lake/keep.ts';
import { bronzeWholeFrom, deletedRefused, deletedRows } from '../../../src/lake/keep/ledger.ts';
import { readProgress } from '../../../src/lake/progress.ts';
import { QUARANTINE_FLIGHTS } from '../../../src/lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { lakeAccounts } from '../../../src/pipeline/facts.ts';
import { openEngine } from '../small-world.ts';
import {
  DAY_MESSAGES,
  dayMessages,
  daysIn,
  drainAt,
  evening,
  lakeOf,
  lateMessage,
  morning,
  newest,
  rowsOf,
} from './days-world.ts';

const DAY_MS = 86_400_000;
const KEEP: Keep = {
  text: 'bronze 1d, quarantine 1d, silver 2d',
  keepMs: {
    [BRONZE_FLIGHTS.name]: DAY_MS,
    [QUARANTINE_FLIGHTS.name]: DAY_MS,
    [SILVER_FLIGHTS.name]: 2 * DAY_MS,
    [SILVER_FLIGHTS_ML.name]: 2 * DAY_MS,
  },
  budgetBytes: null,
};

describe('a lake with KEEP', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-keep-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** The terms of both accounts: what came in, and where it is. */
  async function expectAccounts(messages: number): Promise<void> {
    await using engine = await openEngine(directory);
    const accounts = await lakeAccounts(lakeOf(directory, evening(9)), engine);
    expect(accounts.messages).toBe(messages);
    const [bronze, quarantine, silver, silverMl] = await Promise.all(
      [BRONZE_FLIGHTS, QUARANTINE_FLIGHTS, SILVER_FLIGHTS, SILVER_FLIGHTS_ML].map((table) =>
        newest(directory, table),
      ),
    );
    const ever = (table: typeof bronze): number => (table?.rowCount ?? 0) + deletedRows(table ?? null);
    const refused = accounts.refused + deletedRefused(quarantine ?? null);
    expect(ever(bronze)).toBe(ever(silver) + ever(quarantine) - refused);
    expect(ever(silverMl)).toBe(ever(silver));
  }

  it(
    'gives up its old days, and accounts, readers, late rows and Gold are as they must be',
    { timeout: 120_000 },
    async () => {
      for (let index = 0; index < 5; index += 1)
        await drainAt(directory, evening(index), KEEP_ALL, dayMessages(index));
      expect(await daysIn(directory, BRONZE_FLIGHTS)).toHaveLength(5);
      const reader = await newest(directory, SILVER_FLIGHTS);
      const before = await rowsOf(reader);

      await drainAt(directory, evening(5), KEEP, dayMessages(5));
      // 1 day and the margin of a process that has just begun: 60 hours before 18:00 lie in the 27th.
      for (const table of [BRONZE_FLIGHTS, QUARANTINE_FLIGHTS])
        expect(await daysIn(directory, table)).toEqual(['2026-11-27', '2026-11-28', '2026-11-29']);
      for (const table of [SILVER_FLIGHTS, SILVER_FLIGHTS_ML])
        expect(await daysIn(directory, table)).toEqual([
          '2026-11-26',
          '2026-11-27',
          '2026-11-28',
          '2026-11-29',
        ]);
      await expectAccounts(6 * DAY_MESSAGES);
      expect(await rowsOf(reader)).toEqual(before);
      expect(bronzeWholeFrom(await newest(directory, BRONZE_FLIGHTS))).toBe(Date.UTC(2026, 10, 27, 0, 10));
      // The days that the sixth batch made old; the others went before it.
      const history = (await lakeOf(directory, 0).table(BRONZE_FLIGHTS))?.history({ limit: 1 });
      expect((await history?.next())?.value).toMatchObject({
        operation: 'DELETE',
        operationParameters: { predicate: `["ingest_date IN ('2026-11-26')"]` },
      });
      const report = (await readProgress(lakeOf(directory, 0).store))?.keep;
      expect(report?.tables.find(({ name }) => name === BRONZE_FLIGHTS.name)).toMatchObject({
        keep_ms: DAY_MS,
        deleted_rows: 3 * (DAY_MESSAGES - 2),
        due: [],
        next: { what: '2026-11-27', reason: 'age' },
      });

      // A late row of a day that is gone: Gold of its window stays, and the row goes with the next look.
      const gold = await rowsOf(await newest(directory, GOLD_TRAFFIC_BY_COUNTRY));
      const late = lateMessage(9, morning(0), evening(6) / 1000 - 60);
      await drainAt(directory, evening(6), KEEP, [...dayMessages(6), late]);
      const later = await rowsOf(await newest(directory, GOLD_TRAFFIC_BY_COUNTRY));
      expect(later).toEqual(expect.arrayContaining([...gold]));
      expect(later.length).toBeGreaterThan(gold.length);
      expect((await daysIn(directory, SILVER_FLIGHTS))[0]).toBe('2026-11-27');
      await expectAccounts(7 * DAY_MESSAGES + 1);

      // Without KEEP nothing more goes, and Bronze is append-only again.
      const appendOnly = async () =>
        (await newest(directory, BRONZE_FLIGHTS)).configuration['delta.appendOnly'];
      expect(await appendOnly()).toBe('false');
      const kept = await daysIn(directory, BRONZE_FLIGHTS);
      await drainAt(directory, evening(8), KEEP_ALL, dayMessages(8));
      expect(await appendOnly()).toBe('true');
      expect(await daysIn(directory, BRONZE_FLIGHTS)).toEqual([...kept, '2026-12-02']);
      await expectAccounts(8 * DAY_MESSAGES + 1);
    },
  );
});
