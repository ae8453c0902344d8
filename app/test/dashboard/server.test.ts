import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type {
  CategoriesAnswer,
  IdentitiesAnswer,
  StatusAnswer,
  TrackAnswer,
  TrafficAnswer,
} from '../../src/dashboard/protocol.ts';
import type { DashboardServer } from '../../src/dashboard/server.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../src/lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { REFERENCE_AIRCRAFT } from '../../src/lake/reference-aircraft.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import { LakeFixture } from './lake-fixture.ts';
import { NOW, Watcher } from './live/sightings.ts';
import { Page, PATIENCE_MS, raw } from './page-client.ts';
import { PROGRESS } from './progress-fixture.ts';
import { serverOn } from './server-on.ts';
import { silverRow } from './silver-row.ts';

const aircraftOf = (page: Page): unknown[] =>
  [...page.watcher.aircraft.values()].map(({ icao24, latitude }) => [icao24, latitude]);

describe('a dashboard server on a real lake', () => {
  let lake: LakeFixture;
  let server: DashboardServer;
  let answer: (path: string, headers?: Record<string, string>) => Promise<Response>;

  beforeAll(async () => {
    lake = await LakeFixture.create();
    server = await serverOn(lake);
    answer = (path, headers = {}) => fetch(server.url + path, { headers });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
  });
  const json = async <T>(path: string): Promise<T> => (await answer(path)).json() as Promise<T>;

  it('waits on an empty lake, says for what, and is ready', async () => {
    await vi.waitFor(async () => expect((await answer('/readyz')).status).toBe(200), PATIENCE_MS);
    expect((await answer('/healthz')).status).toBe(200);
    const status = await json<StatusAnswer>('/api/status');
    expect(status).toMatchObject({ aircraft: 0, simulated: null, positions: 'waiting', progress: null });
    expect(status.stages.map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'waiting'));
    for (const { sentence } of status.stages) expect(sentence).toMatch(/\.$/);
    const empty = await json<TrafficAnswer>('/api/traffic');
    expect(empty).toMatchObject({ version: null, rows: [], newest_window_end: null });
  });

  it('shows aircraft as Silver is made and grows, pushes each commit, and starts again when Silver is made again', async () => {
    const page = new Page(server.url);
    await once(page.socket, 'open');
    await lake.append(SILVER_FLIGHTS, [
      silverRow({ icao24: 'aaaaaa', latitude: 1 }),
      silverRow({ icao24: 'bbbbbb', callsign: null }),
    ]);
    await vi.waitFor(
      () =>
        expect(aircraftOf(page)).toEqual([
          ['aaaaaa', 1],
          ['bbbbbb', 50],
        ]),
      PATIENCE_MS,
    );
    expect(page.texts.findLast(({ type }) => type === 'countries')).toMatchObject({ countries: ['Germany'] });
    await lake.append(SILVER_FLIGHTS, [
      silverRow({ icao24: 'aaaaaa', latitude: 1.1, time_position: BigInt(NOW + 1) }),
    ]);
    await vi.waitFor(
      () =>
        expect(aircraftOf(page)).toEqual([
          ['aaaaaa', 1.1],
          ['bbbbbb', 50],
        ]),
      { timeout: PATIENCE_MS, interval: 10 },
    );
    expect(page.texts).toContainEqual({
      type: 'commit',
      table: 'silver/flights',
      version: 2,
      rows: 1,
      at: expect.any(Number),
    });
    const status = await json<StatusAnswer>('/api/status');
    expect(status).toMatchObject({
      aircraft: 2,
      simulated: true,
      feed: 'simulator',
      event_time: NOW + 1,
      position_age_s: 1,
    });
    expect(status.tables.find(({ name }) => name === 'silver/flights')).toMatchObject({
      version: 2,
      rows: 3,
      files: 2,
    });
    const before = page.watcher.picture;
    await lake.drop(SILVER_FLIGHTS);
    await lake.append(SILVER_FLIGHTS, [silverRow({ icao24: 'cccccc' })]);
    await vi.waitFor(() => expect(aircraftOf(page)).toEqual([['cccccc', 50]]), PATIENCE_MS);
    expect(page.watcher.picture).not.toBe(before);
    page.socket.terminate();
  });

  it('answers the snapshot with the bytes of a full frame, once', async () => {
    const first = await answer('/api/live/snapshot.bin');
    const watcher = new Watcher();
    expect(watcher.apply(new Uint8Array(await first.arrayBuffer())).kind).toBe('full');
    expect(watcher.aircraft.size).toBe(1);
    const again = await answer('/api/live/snapshot.bin', {
      'If-None-Match': first.headers.get('etag') ?? '',
    });
    expect(again.status).toBe(304);
    expect(await json('/api/live/countries')).toEqual({
      picture: watcher.picture,
      countries: ['Germany'],
      feeds: ['simulator'],
    });
  });

  it('says who aircraft are as feeds and a register tell it, which may come later, change and go', async () => {
    const page = new Page(server.url);
    await once(page.socket, 'open');
    const stateOf = (): unknown => page.texts.findLast((text) => text.type === 'state');
    await lake.append(SILVER_FLIGHTS, [
      silverRow({ icao24: 'dddddd', registration: 'D-EDDD', type_code: 'C172' }),
      silverRow({ icao24: 'eeeeee' }),
    ]);
    const ask = async (token: string | null): Promise<unknown> => {
      const { icao24, registration, operators } = await json<IdentitiesAnswer>(
        `/api/identities${token === null ? '' : `?since=${token}`}`,
      );
      return [icao24, registration, operators];
    };
    await vi.waitFor(async () => expect(await ask(null)).toEqual([['dddddd'], ['D-EDDD'], []]), PATIENCE_MS);
    const { token } = await json<IdentitiesAnswer>('/api/identities');
    await vi.waitFor(() => expect(stateOf()).toMatchObject({ identities: token }), PATIENCE_MS);
    await lake.append(REFERENCE_AIRCRAFT, [
      { icao24: 'EEEEEE', registration: 'D-EEEE', operator: 'Aero Club' },
      { icao24: 'ffffff', registration: 'D-EFFF', operator: 'Nobody who flies' },
    ]);
    await vi.waitFor(
      async () => expect(await ask(token)).toEqual([['eeeeee'], ['D-EEEE'], ['Aero Club']]),
      PATIENCE_MS,
    );
    await lake.drop(REFERENCE_AIRCRAFT);
    await vi.waitFor(async () => expect(await ask(token)).toEqual([['eeeeee'], [null], []]), PATIENCE_MS);
    page.socket.terminate();
  });

  it('answers traffic from Gold: series, leaderboard against an hour before, 304 by version', async () => {
    const row = (
      window: number,
      origin_country: string,
      flights: number,
    ): Record<string, bigint | string | number> => ({
      window_start: BigInt(NOW - 200 + window * 300) * 1_000_000n,
      window_end: BigInt(NOW + 100 + window * 300) * 1_000_000n,
      origin_country,
      flight_count: BigInt(flights),
      record_count: BigInt(flights * 2),
      avg_velocity_kmh: 800.5,
    });
    await lake.append(GOLD_TRAFFIC_BY_COUNTRY, [
      row(0, 'Chad', 3),
      row(0, 'Peru', 9),
      row(-1, 'Chad', 2),
      row(-12, 'Chad', 1),
      // Of an aircraft whose clock is ahead: a window that has not begun is not the newest one.
      row(2, 'Fiji', 1),
    ]);
    await vi.waitFor(
      async () => expect((await json<TrafficAnswer>('/api/traffic')).version).toBe(1),
      PATIENCE_MS,
    );
    const start = NOW - 200;
    const traffic = await answer('/api/traffic?windows=2');
    expect(await traffic.json()).toMatchObject({
      table: 'gold/traffic_by_country',
      newest_window_end: start + 300,
      columns: [
        'window_start',
        'origin_country',
        'flight_count',
        'record_count',
        'avg_velocity_kmh',
        'avg_altitude_m',
      ],
      rows: [
        [start - 300, 'Chad', 2, 4, 800.5, null],
        [start, 'Peru', 9, 18, 800.5, null],
        [start, 'Chad', 3, 6, 800.5, null],
      ],
      leaderboard: {
        rows: [
          ['Peru', 9, 18, 800.5, null, null],
          ['Chad', 3, 6, 800.5, null, 1],
        ],
      },
    });
    const etag = traffic.headers.get('etag') ?? '';
    expect((await answer('/api/traffic?windows=2', { 'If-None-Match': etag })).status).toBe(304);
    const range = await json<TrafficAnswer>(`/api/traffic?from=${start - 3300}&to=${start + 300}&step=3600`);
    expect(range).toMatchObject({
      window_s: 3600,
      windows: [start - 4200, start - 600],
      rows: [
        [start - 4200, 'Chad', 1, 2, 800.5, null],
        [start - 600, 'Peru', 9, 18, 800.5, null],
        [start - 600, 'Chad', 3, 10, 800.5, null],
      ],
    });
    for (const [accepted, encoding] of [
      ['gzip', 'gzip'],
      ['br, gzip', 'br'],
      ['identity', undefined],
    ] as const) {
      const { headers } = await raw(`${server.url}/api/status`, { headers: { 'Accept-Encoding': accepted } });
      expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'Accept-Encoding']);
    }
    const { version, as_of_ms } = range;
    await lake.append(GOLD_TRAFFIC_BY_COUNTRY, [row(0, 'Chad', 4), row(-1, 'Chad', 2)], { replace: true });
    await vi.waitFor(async () => {
      const fresh = await answer('/api/traffic?windows=2', { 'If-None-Match': etag });
      expect(fresh.status).toBe(200);
      expect(await fresh.json()).toMatchObject({
        version: 2,
        rows: [
          [start - 300, 'Chad', 2, 4, 800.5, null],
          [start, 'Chad', 4, 8, 800.5, null],
        ],
      });
    }, PATIENCE_MS);
    // What has not changed is not sent again.
    const since = `${version}-${as_of_ms}`;
    expect(await json<TrafficAnswer>(`/api/traffic?windows=2&since=${since}`)).toMatchObject({
      since,
      windows: [start - 300, start],
      rows: [[start, 'Chad', 4, 8, 800.5, null]],
    });
  });

  it('answers one window of categories, and says when there is no such window', async () => {
    const row = (start: number, flight_phase: string): Record<string, bigint | string | number> => ({
      window_start: BigInt(start) * 1_000_000n,
      window_end: BigInt(start + 300) * 1_000_000n,
      category: 4,
      category_name: 'Large (75000 to 300000 lbs)',
      flight_phase,
      aircraft_count: 5n,
      record_count: 6n,
      avg_altitude_m: 11_000,
    });
    await lake.append(GOLD_METRICS_BY_CATEGORY, [
      row(NOW - 200, 'CRUISE'),
      row(NOW - 500, 'CLIMB'),
      row(NOW + 400, 'LEVEL'),
    ]);
    const latest = {
      window_start: NOW - 200,
      window_end: NOW + 100,
      rows: [[4, 'Large (75000 to 300000 lbs)', 'CRUISE', 5, 6, null, 11_000]],
    };
    await vi.waitFor(
      async () => expect(await json('/api/categories?window=latest')).toMatchObject(latest),
      PATIENCE_MS,
    );
    const earlier = await json<CategoriesAnswer>(`/api/categories?window=${NOW - 500}`);
    expect(earlier.rows.map((cells) => cells[2])).toEqual(['CLIMB']);
    const none = await answer('/api/categories?window=300');
    expect([none.status, await none.json()]).toMatchObject([404, { error: { code: 'no-such-window' } }]);
  });

  it('answers the flight of an aircraft now or at a past moment, oldest row first', async () => {
    const row = (age: number, icao24 = 'aaaaaa'): Record<string, bigint | string | number | boolean> => ({
      icao24,
      time_position: BigInt(NOW - age),
      last_contact: BigInt(NOW - age),
      event_date: '2023-11-14',
      longitude: 8,
      latitude: 50,
      altitude_m: 1111,
      flight_phase: 'CRUISE',
      phase_confidence: 0.87654,
      nearest_airport: 'EDDF',
      nearest_airport_km: 4.2,
      ...(age === 0 ? { is_jump: true, is_frozen: true } : {}),
    });
    await lake.append(SILVER_FLIGHTS_ML, [
      row(0),
      row(3598),
      row(3000),
      row(800),
      row(-540),
      row(10, 'bbbbbb'),
    ]);
    const cells = (age: number, doubts: string | null = null): unknown[] => [
      NOW - age,
      8,
      50,
      1111,
      null,
      null,
      null,
      false,
      'CRUISE',
      0.877,
      'EDDF',
      4.2,
      110.9,
      doubts,
    ];
    await vi.waitFor(async () => {
      const track = await json<TrackAnswer>('/api/aircraft/AAAAAA/track');
      expect(track).toMatchObject({ icao24: 'aaaaaa', table: 'silver/flights_ml', version: 1 });
      // It stood still over the half hour before: that was another flight.
      expect(track.rows).toEqual([cells(800), cells(0, 'jump frozen')]);
      expect(track.flight).toEqual({ from: NOW - 800, to: NOW, begins_before: false, rows: 2, within_m: 0 });
      expect(track.airports).toEqual({ EDDF: 'Frankfurt Airport' });
    }, PATIENCE_MS);
    const past = await json<TrackAnswer>(`/api/aircraft/aaaaaa/track?at=${NOW - 2000}`);
    expect(past.rows).toEqual([cells(3598), cells(3000)]);
    expect(await json<TrackAnswer>('/api/aircraft/cccccc/track')).toMatchObject({ rows: [], flight: null });
    expect((await answer('/api/aircraft/aaaaaa/track?at=now')).status).toBe(400);
  });

  it('passes on what the pipeline says, and what it stops saying', async () => {
    const page = new Page(server.url);
    await once(page.socket, 'open');
    await lake.progress(PROGRESS);
    await vi.waitFor(
      () => expect(page.texts).toContainEqual({ type: 'progress', progress: PROGRESS }),
      PATIENCE_MS,
    );
    const status = await json<StatusAnswer>('/api/status');
    expect(status).toMatchObject({
      progress: PROGRESS,
      progress_age_ms: 3000,
      delayed_after_s: 20,
      stale_after_s: 60,
    });
    expect(status.stages.find(({ name }) => name === 'topic')).toMatchObject({
      state: 'ok',
      rows: 300,
      lag: 10,
    });
    await lake.progress({ ...PROGRESS, state: 'failed', message: 'The disk is full: free some space.' });
    await vi.waitFor(async () => {
      const { stages } = await json<StatusAnswer>('/api/status');
      expect(stages.find(({ name }) => name === 'bronze')).toMatchObject({ state: 'failed' });
    }, PATIENCE_MS);
    page.socket.terminate();
  });

  it('answers what it cannot do with a code and a sentence', async () => {
    const problem = async (path: string): Promise<unknown> => {
      const response = await answer(path);
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await problem('/api/traffic?windows=0')).toEqual([400, 'invalid-parameter']);
    expect(await problem('/api/categories?window=now')).toEqual([400, 'invalid-parameter']);
    expect(await problem(`/api/aircraft/${encodeURIComponent("a' or 1=1 --")}/track`)).toEqual([
      400,
      'invalid-icao24',
    ]);
    expect(await problem('/api/nothing')).toEqual([404, 'no-such-route']);
    expect(await problem('/api/live')).toEqual([426, 'websocket-needed']);
    expect(await problem('/assets/none.js')).toEqual([404, 'no-such-file']);
  });
});
