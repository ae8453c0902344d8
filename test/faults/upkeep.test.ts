import { localStore, type Snapshot } from '@contrail/delta-lake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accounts,
  contents,
  fillTopic,
  openEngine,
  openLake,
  run,
  smallWorld,
} from '../../app/test/pipeline/small-world.ts';
import { Lake } from '../../app/src/lake/lake.ts';
import { SILVER_FLIGHTS } from '../../app/src/lake/silver-flights.ts';
import { Upkeep } from '../../app/src/pipeline/upkeep.ts';

const HOUR_MS = 3_600_000;

const openSilver = async (directory: string): Promise<Snapshot | null> =>
  (await openLake(directory).table(SILVER_FLIGHTS))?.snapshot() ?? null;

/** The tables that do not say where in the topic a row came from. */
const silverAndGold = (tables: Awaited<ReturnType<typeof contents>>): unknown =>
  ['silver/flights', 'silver/flights_ml', 'gold/traffic_by_country', 'gold/metrics_by_category'].map(
    (name) => tables[name],
  );

describe('upkeep between micro-batches', () => {
  let directory: string;
  let other: string;
  let opening: Promise<Snapshot | null> = Promise.resolve(null);
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
    let batches = 0;
    await run(directory, {
      maxRows: 4,
      onBatch: () => (batches += 1),
      onPoint: (point) => {
        if (point === 'planned' && batches === 40) opening = openSilver(directory);
      },
    });
    const reader = await opening;
    expect(batches).toBeGreaterThan(44);
    const before = await contents(directory);
    await fillTopic(other, world.slice(0, half));
    await run(other, { maxRows: 1000 });
    expect(silverAndGold(before)).toEqual(silverAndGold(await contents(other)));
    const silver = (await openSilver(directory))?.fileCount ?? 0;
    expect(silver).toBeLessThan(20);
    // Who opened the table before its files were put together still has them.
    expect(reader?.fileCount).toBeGreaterThan(30);
    let rows = 0;
    for await (const some of reader?.rows() ?? []) rows += some.length;
    expect(rows).toBe(reader?.rowCount);

    // Two days on, the files that were put together are gone; nobody needs them.
    const clock = (): number => Date.now() + 48 * HOUR_MS;
    const lake = new Lake(localStore(join(directory, 'lake')), clock);
    const listed = async (): Promise<number> => {
      let files = 0;
      for await (const { key } of lake.store.at(SILVER_FLIGHTS.name).list('event_date='))
        files += Number(key !== '');
      return files;
    };
    expect(await listed()).toBeGreaterThan(40);
    {
      await using engine = await openEngine(directory);
      await new Upkeep({ lake, engine, clock }).run({ budgetMs: Infinity });
    }
    expect(await listed()).toBe((await lake.table(SILVER_FLIGHTS))?.cached().fileCount);
    expect(await contents(directory)).toEqual(before);

    // The rest of the input, some of it late and some of it doubled, is judged against what was put together.
    await fillTopic(directory, world.slice(half));
    await run(directory, { maxRows: 1000 });
    await fillTopic(other, world.slice(half));
    await run(other, { maxRows: 1000 });
    const found = await contents(directory);
    const { found: terms, expected } = accounts(found, world.length);
    expect(terms).toEqual(expected);
    expect(silverAndGold(found)).toEqual(silverAndGold(await contents(other)));
  });
});
