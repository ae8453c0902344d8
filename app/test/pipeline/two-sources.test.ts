import { beforeAll, describe, expect, it } from 'vitest';
import { ingest } from '../../src/ingest/ingest.ts';
import { OpenSkyMock } from '../../src/ingest/mock/opensky.ts';
import { aircraftJson } from '../../src/ingest/mock/receiver.ts';
import { toOpenSkyRow } from '../../src/ingest/mock/to-opensky-row.ts';
import { asHeard, simulatedTraffic, type Traffic, within } from '../../src/ingest/mock/traffic.ts';
import { BUCKETS } from '../../src/ingest/opensky/credits.ts';
import { OpenSkySource } from '../../src/ingest/opensky/opensky-source.ts';
import { ReadsbSource } from '../../src/ingest/readsb/readsb-source.ts';
import { distance_m } from '../../src/ingest/simulator/path.ts';
import type { Source } from '../../src/ingest/source.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import type { TableDefinition } from '../../src/lake/table.ts';
import type { Message } from '../../src/topic/topic.ts';
import { airports } from '../ingest/airports.ts';
import { folderOf } from '../ingest/folder.ts';
import { ListTopic } from '../ingest/list-topic.ts';
import { fetchOf, MOCK_URLS } from '../ingest/mock-fetch.ts';
import { SharedWorld } from '../ingest/shared-world.ts';
import { recomputedTraffic, type TableRow } from './recomputed.ts';
import { fillTopic, openLake, run } from './small-world.ts';

const CLIENT = { id: 'someone-api-client', secret: 'not-a-real-secret' };
const DENVER = { latitude: 39.86, longitude: -104.67, radiusNm: 250 };
/** So that a small world has enough aircraft there. */
const NEARBY = airports.filter((airport) => distance_m(DENVER, airport) < 700_000);
/** The beginning of a window of Gold. */
const START = '2026-01-02T00:00:00Z';
const START_S = Date.parse(START) / 1000;
const WINDOW_MS = 300_000;
const MEANS = ['aircraft_avg_velocity_kmh', 'aircraft_avg_altitude_m'] as const;
const RECEIVER = 'readsb:http://pi/data/aircraft.json';

/** What the sources sent in a window, in the order of time. */
async function lived(withReadsb: boolean, traffic: Traffic): Promise<readonly Message[]> {
  const world = new SharedWorld(START);
  const mock = new OpenSkyMock({
    clock: world.clock,
    rows: (atMs) => traffic(atMs).vectors.map(toOpenSkyRow),
    client: CLIENT,
    buckets: { anonymous: BUCKETS.anonymous, account: BUCKETS.standard },
  });
  const ask = fetchOf(mock, { clock: world.clock, advance: () => undefined });
  const heard = within(DENVER, asHeard(traffic));
  const readsb: typeof fetch = async () => new Response(aircraftJson(heard(world.clock())));
  const credentials = { clientId: CLIENT.id, clientSecret: { reveal: () => CLIENT.secret } };
  const sources: Source[] = [
    new OpenSkySource({ ...MOCK_URLS, credentials, credits: 'even' }, world.asking(ask)),
    ...(withReadsb ? [new ReadsbSource(RECEIVER.slice('readsb:'.length), world.asking(readsb))] : []),
  ];
  const topic = new ListTopic();
  const stop = new AbortController();
  const loops = sources.map((source) =>
    ingest(source, topic, { clock: world.clock, signal: stop.signal, label: source.name }),
  );
  await world.live(WINDOW_MS, sources.length);
  stop.abort();
  await Promise.all(loops);
  return topic.messages;
}

interface Tables {
  readonly silver: readonly TableRow[];
  readonly gold: readonly TableRow[];
}

async function tablesOf(messages: readonly Message[]): Promise<Tables> {
  await using folder = await folderOf({});
  const directory = folder.path;
  await fillTopic(directory, messages);
  await run(directory, { maxRows: 20_000 });
  const rowsOf = async (definition: TableDefinition): Promise<readonly TableRow[]> => {
    const rows: TableRow[] = [];
    const snapshot = await (await openLake(directory).table(definition))?.snapshot();
    if (snapshot !== undefined) for await (const batch of snapshot.rows()) rows.push(...batch);
    return rows;
  };
  return { silver: await rowsOf(SILVER_FLIGHTS), gold: await rowsOf(GOLD_TRAFFIC_BY_COUNTRY) };
}

/** One aircraft in one country: a row without a country, which the simulator has at times, would be another one. */
const withCountry =
  (traffic: Traffic): Traffic =>
  (nowMs) => {
    const { time, vectors } = traffic(nowMs);
    return { time, vectors: vectors.filter(({ origin_country }) => origin_country !== '') };
  };

const windowOf = (row: TableRow): number => Math.floor(Number(row['time_position']) / 300) * 300;
const addressesOf = (rows: readonly TableRow[]): ReadonlySet<string> =>
  new Set(rows.map(({ icao24 }) => String(icao24)));
const from = (rows: readonly TableRow[], source: string): readonly TableRow[] =>
  rows.filter((row) => row['source'] === source);

const NAME = 'OpenSky at 86 s, and a receiver round Denver at 1 s that hears some of the same aircraft,';
describe(NAME, { timeout: 120_000 }, () => {
  let together: Tables;
  let alone: Tables;
  let seenByBoth: ReadonlySet<string>;

  beforeAll(async () => {
    const all = simulatedTraffic({ airports: NEARBY, aircraft: 120, seed: 1, paceMs: 1_000 });
    together = await tablesOf(await lived(true, withCountry(all)));
    alone = await tablesOf(await lived(false, withCountry(all)));
    const heard = addressesOf(from(together.silver, RECEIVER));
    // The same position by two sources is one row, so OpenSky's own may not show when both are there.
    seenByBoth = new Set([...addressesOf(alone.silver)].filter((icao24) => heard.has(icao24)));
  }, 120_000);

  it('are in the tables with the name of each, and the receiver adds no aircraft', () => {
    expect(seenByBoth.size).toBeGreaterThan(50);
    const rows = together.silver.filter(({ icao24 }) => seenByBoth.has(String(icao24)));
    expect(from(rows, RECEIVER).length).toBeGreaterThan(50 * from(rows, 'opensky').length);
    expect(addressesOf(together.silver)).toEqual(addressesOf(alone.silver));
    expect(from(alone.silver, 'opensky').length).toBe(alone.silver.length);
  });

  it('have each aircraft once in a window of Gold', () => {
    for (const { silver, gold } of [together, alone]) {
      for (const [window, rows] of Map.groupBy(silver, windowOf)) {
        const counted = gold.filter((row) => Number(row['window_start']) === window * 1e6);
        const sum = (name: string) => counted.reduce((all, row) => all + Number(row[name]), 0);
        expect(sum('flight_count')).toBe(addressesOf(rows).size);
        const flying = rows.filter((row) => row['on_ground'] !== true && row['is_stale'] !== true);
        expect(sum('airborne_count')).toBe(addressesOf(flying).size);
      }
    }
  });

  it('give the means by aircraft of OpenSky alone, within 2 %, though the receiver has 86 rows for one', () => {
    const means = ({ silver }: Tables): TableRow => {
      const rows = silver.filter((row) => windowOf(row) === START_S && seenByBoth.has(String(row['icao24'])));
      // All countries as one.
      return recomputedTraffic(rows.map((row) => ({ ...row, origin_country: null })))[0] ?? {};
    };
    const [both, one] = [means(together), means(alone)];
    expect(both['flight_count']).toBe(one['flight_count']);
    for (const name of MEANS) {
      const ratio = Number(both[name]) / Number(one[name]);
      expect(Math.abs(ratio - 1), name).toBeLessThan(0.02);
    }
  });

  it('are added up in Gold as the rows of Silver say', () => {
    for (const { silver, gold } of [together, alone]) {
      const wanted = new Map(recomputedTraffic(silver).map((row) => [keyOf(row), row]));
      expect(gold.length).toBe(wanted.size);
      for (const row of gold) {
        const other = wanted.get(keyOf(row)) ?? {};
        for (const name of ['flight_count', 'airborne_count', ...MEANS]) {
          if (row[name] === null) expect(other[name], name).toBeNull();
          else expect(Number(row[name]), name).toBeCloseTo(Number(other[name]), 6);
        }
      }
    }
  });
});

const keyOf = (row: TableRow): string => `${Number(row['window_start'])} ${String(row['origin_country'])}`;
