import { localStore } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accounts,
  contents,
  fillTopic,
  openEngine,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { Lake } from '../../app/src/lake/lake.ts';
import { SILVER_FLIGHTS } from '../../app/src/lake/silver-flights.ts';
import { SILVER_FLIGHTS_ML } from '../../app/src/lake/silver-flights-ml.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { Upkeep } from '../../app/src/pipeline/upkeep.ts';

const HOUR_MS = 3_600_000;

describe('upkeep between micro-batches', () => {
  let directory: string;
  let other: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-upkeep-'));
    other = mkdtempSync(join(tmpdir(), 'contrail-upkeep-'));
  });
  afterEach(() => {
    for (const folder of [directory, other]) rmSync(folder, { recursive: true, force: true });
  });

  it('puts small files together and deletes the old ones, and what comes after finds what it must find', async () => {
    const world = smallWorld();
    const half = Math.floor(world.length / 2);
    await fillTopic(directory, world.slice(0, half));
    const { batches } = await run(directory, { maxRows: 3 });
    expect(batches).toBeGreaterThan(50);
    const before = await contents(directory);

    // Vacuum goes by the times of files on disk, which are real.
    let aheadMs = HOUR_MS;
    const clock = (): number => Date.now() + aheadMs;
    const lake = new Lake(localStore(join(directory, 'lake')), clock);
    await using engine = await openEngine(directory);
    const upkeep = new Upkeep({ lake, engine, clock });
    const silver = await lake.table(SILVER_FLIGHTS);
    const filesBefore = silver?.cached().fileCount ?? 0;
    const versions = await Promise.all(
      BATCH_TABLES.map(async (table) => (await lake.table(table))?.cached().version),
    );
    await upkeep.run();
    expect(silver?.cached().fileCount).toBeLessThan(filesBefore / 2);
    expect((await lake.table(SILVER_FLIGHTS_ML))?.cached().fileCount).toBeLessThan(filesBefore / 2);
    expect(await contents(directory)).toEqual(before);
    // Nothing is due any more, and nothing is committed.
    const after = await Promise.all(
      BATCH_TABLES.map(async (table) => (await lake.table(table))?.cached().version),
    );
    expect(after).not.toEqual(versions);
    await upkeep.run();
    const again = await Promise.all(
      BATCH_TABLES.map(async (table) => (await lake.table(table))?.cached().version),
    );
    expect(again).toEqual(after);

    // Two days on, the files that were put together are gone; nobody needs them.
    aheadMs += 48 * HOUR_MS;
    const listed = async (): Promise<number> => {
      let files = 0;
      for await (const { key } of lake.store.at(SILVER_FLIGHTS.name).list('event_date='))
        files += Number(key !== '');
      return files;
    };
    expect(await listed()).toBeGreaterThanOrEqual(filesBefore);
    await upkeep.run();
    expect(await listed()).toBe(silver?.cached().fileCount);
    expect(await contents(directory)).toEqual(before);

    // The rest of the input, some of it late and some of it doubled, is judged against what was put together.
    await fillTopic(directory, world.slice(half));
    await run(directory, { maxRows: 1000 });
    await fillTopic(other, world);
    await run(other, { maxRows: 1000 });
    const found = await contents(directory);
    const { found: terms, expected } = accounts(found, world.length);
    expect(terms).toEqual(expected);
    for (const name of [
      'silver/flights',
      'silver/flights_ml',
      'gold/traffic_by_country',
      'gold/metrics_by_category',
    ])
      expect(found[name]).toEqual((await contents(other))[name]);
  });
});
