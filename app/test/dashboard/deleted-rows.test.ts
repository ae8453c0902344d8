import { once } from 'node:events';
import { openTable } from '@contrail/delta-lake';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type {
  ErrorAnswer,
  Stage,
  StatusAnswer,
  TrackAnswer,
  TrafficAnswer,
} from '../../src/dashboard/protocol.ts';
import type { DashboardServer } from '../../src/dashboard/server.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import { LakeFixture } from './lake-fixture.ts';
import { NOW } from './live/sightings.ts';
import { Page } from './page-client.ts';
import { serverOn } from './server-on.ts';
import { silverRow } from './silver-row.ts';

/** A busy machine is no failure. */
const PATIENCE = { timeout: 20_000, interval: 20 };
const WINDOW_START = BigInt(NOW - 200) * 1_000_000n;

const traffic = (origin_country: string): Record<string, bigint | string> => ({
  window_start: WINDOW_START,
  window_end: WINDOW_START + 300_000_000n,
  origin_country,
  flight_count: 1n,
  record_count: 1n,
});

/** What a sentence advises to do, done. */
async function follow(sentence: string): Promise<void> {
  const [, location = '', columns = ''] = /contrail table optimize (\S+) --sort (\S+)$/.exec(sentence) ?? [];
  await (await openTable(location)).optimize({ order: { kind: 'sort', columns: columns.split(',') } });
}

describe('rows that another program has deleted', () => {
  let lake: LakeFixture;
  let server: DashboardServer;
  beforeEach(async () => {
    lake = await LakeFixture.create();
    server = await serverOn(lake);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
  });
  const json = async <T>(path: string): Promise<T> => (await fetch(server.url + path)).json() as Promise<T>;
  const stage = async (name: Stage['name']): Promise<Stage | undefined> =>
    (await json<StatusAnswer>('/api/status')).stages.find((one) => one.name === name);
  const refused = async (name: Stage['name']): Promise<string> => {
    await vi.waitFor(async () => expect(await stage(name)).toMatchObject({ state: 'failed' }), PATIENCE);
    return (await stage(name))?.sentence ?? '';
  };

  /** The addresses on the map of a page that is open. */
  const openMap = async (): Promise<() => readonly string[]> => {
    const { socket, watcher } = new Page(server.url);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return () => Array.from(watcher.aircraft.values(), ({ icao24 }) => icao24).sort();
  };

  it('by a deletion vector leave the map at once, which says why it is empty until they are rewritten', async () => {
    const onMap = await openMap();
    await lake.append(SILVER_FLIGHTS, [silverRow({ icao24: 'aaaaaa' }), silverRow({ icao24: 'bbbbbb' })]);
    await vi.waitFor(() => expect(onMap()).toEqual(['aaaaaa', 'bbbbbb']), PATIENCE);
    await lake.deleteByVector(SILVER_FLIGHTS, [1]);
    await vi.waitFor(() => expect(onMap()).toEqual([]), PATIENCE);
    const sentence = await refused('silver');
    expect(sentence).toContain('silver/flights');
    expect(sentence).toContain('deletion vectors');
    // The page is the place that says so: it must be reachable.
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await follow(sentence);
    await vi.waitFor(() => expect(onMap()).toEqual(['aaaaaa']), PATIENCE);
    expect((await stage('silver'))?.state).not.toBe('failed');
  });

  it('by rewriting their files, or with the whole table, leave the map too', async () => {
    const onMap = await openMap();
    await lake.append(SILVER_FLIGHTS, [silverRow({ icao24: 'aaaaaa' }), silverRow({ icao24: 'bbbbbb' })]);
    await vi.waitFor(() => expect(onMap()).toEqual(['aaaaaa', 'bbbbbb']), PATIENCE);
    const table = await openTable(`${lake.root}/${SILVER_FLIGHTS.name}`);
    await table.delete([{ column: 'icao24', in: ['bbbbbb'] }]);
    await vi.waitFor(() => expect(onMap()).toEqual(['aaaaaa']), PATIENCE);
    await table.settled();
    await lake.drop(SILVER_FLIGHTS);
    await vi.waitFor(() => expect(onMap()).toEqual([]), PATIENCE);
  });

  it('by a deletion vector are in no answer: it is refused in words, and right once they are rewritten', async () => {
    await lake.append(GOLD_TRAFFIC_BY_COUNTRY, [traffic('Chad'), traffic('Peru')]);
    await lake.append(SILVER_FLIGHTS_ML, [
      silverRow({ icao24: 'aaaaaa' }),
      silverRow({ icao24: 'aaaaaa', time_position: BigInt(NOW - 1) }),
    ]);
    const countries = async (): Promise<unknown> =>
      (await json<TrafficAnswer>('/api/traffic')).rows?.map((row) => row[1]);
    const points = async (): Promise<unknown> =>
      (await json<TrackAnswer>('/api/aircraft/aaaaaa/track')).rows?.length;
    await vi.waitFor(async () => expect(await countries()).toEqual(['Chad', 'Peru']), PATIENCE);
    await vi.waitFor(async () => expect(await points()).toBe(2), PATIENCE);
    await lake.deleteByVector(GOLD_TRAFFIC_BY_COUNTRY, [1]);
    await lake.deleteByVector(SILVER_FLIGHTS_ML, [0]);
    for (const [name, path] of [
      ['gold', '/api/traffic'],
      ['silver_ml', '/api/aircraft/aaaaaa/track'],
    ] as const) {
      const sentence = await refused(name);
      const answer = await fetch(server.url + path);
      expect(answer.status).toBe(501);
      expect(((await answer.json()) as ErrorAnswer).error).toEqual({
        code: 'table-feature',
        message: sentence,
      });
      await follow(sentence);
    }
    await vi.waitFor(async () => expect(await countries()).toEqual(['Chad']), PATIENCE);
    await vi.waitFor(async () => expect(await points()).toBe(1), PATIENCE);
  });
});
