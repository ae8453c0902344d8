import { openTable } from '@contrail/delta-lake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSightings, startingRead } from '../../../src/dashboard/live/silver-rows.ts';
import { loadQueries } from '../../../src/dashboard/queries/load.ts';
import type { Value } from '../../../src/lake/column.ts';
import { SILVER_FLIGHTS } from '../../../src/lake/silver-flights.ts';
import { LakeFixture } from '../lake-fixture.ts';
import { silverRow } from '../silver-row.ts';
import { NOW } from './sightings.ts';

/** A row received at `NOW + received`, dated `ahead` seconds later than that. */
function row(
  icao24: string,
  offset: number,
  received: number,
  ahead: number,
): Readonly<Record<string, Value>> {
  const time = BigInt(NOW + received + ahead);
  return silverRow({
    icao24,
    time_position: time,
    last_contact: time,
    ingested_at: BigInt(NOW + received) * 1_000_000n,
    topic_offset: BigInt(offset),
    longitude: offset,
  });
}

describe('the rows that a starting dashboard reads', () => {
  let lake: LakeFixture;
  beforeAll(async () => {
    lake = await LakeFixture.create();
  });
  afterAll(() => lake[Symbol.asyncDispose]());

  it('are the newest of each aircraft, also where its clock was ahead once, always, or last of all', async () => {
    await lake.append(SILVER_FLIGHTS, [
      // Ahead once: what was heard after that counts, late or not.
      row('aaaaaa', 1, -30, -2),
      row('aaaaaa', 2, -20, 540),
      row('aaaaaa', 3, -10, -2),
      row('aaaaaa', 4, -9, -30),
      // Ahead last of all.
      row('bbbbbb', 1, -30, -2),
      row('bbbbbb', 2, -20, 540),
      // Ahead always.
      row('cccccc', 1, -30, 300),
      row('cccccc', 2, -20, 320),
      row('cccccc', 3, -10, 290),
      // Never, and out of order.
      row('dddddd', 1, -10, -2),
      row('dddddd', 2, -5, -20),
      // The clock of receipt was an hour ahead, and is not any more.
      row('eeeeee', 1, 3600, -2),
      row('eeeeee', 2, -5, -2),
      // Of a table that does not say when it received anything.
      silverRow({ icao24: 'ffffff', longitude: 1 }),
    ]);
    const snapshot = await (await openTable(`${lake.root}/${SILVER_FLIGHTS.name}`)).snapshot();
    const { 'newest-sightings': sql } = await loadQueries();
    const { signal } = new AbortController();
    const read = { snapshot, ...startingRead(snapshot, NOW), now_s: NOW, signal };
    const sightings = await readSightings(lake.engine, sql, read);
    expect(Object.fromEntries(sightings.map((one) => [one.icao24, one.longitude]))).toEqual({
      aaaaaa: 3,
      bbbbbb: 2,
      cccccc: 3,
      dddddd: 1,
      eeeeee: 2,
      ffffff: 1,
    });
  });
});
