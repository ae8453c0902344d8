import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type {
  CategoriesAnswer,
  ServerMessage,
  StatusAnswer,
  TrackAnswer,
  TrafficAnswer,
} from '../../src/dashboard/protocol.ts';
import { startDashboard } from '../../src/dashboard/server.ts';
import type { DashboardServer } from '../../src/dashboard/server.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../src/lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../src/lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../src/lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../../src/lake/silver-flights.ts';
import { LakeFixture } from './lake-fixture.ts';
import { NOW, Watcher } from './live/sightings.ts';
import { PROGRESS } from './progress-fixture.ts';
import { silverRow } from './silver-row.ts';

/** A busy machine is no failure. */
const PATIENCE_MS = 20_000;

/** An answer to a request that `fetch` would not send: with another Host, say. */
async function raw(
  url: string,
  options: RequestOptions,
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  const asked = request(url, { ...options, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const part of answer.setEncoding('utf8')) body += String(part);
  return { status: answer.statusCode ?? 0, body, headers: answer.headers };
}

/** A browser's side of the live socket. */
class Page {
  readonly watcher = new Watcher();
  readonly texts: ServerMessage[] = [];
  readonly socket: WebSocket;

  constructor(url: string, headers: Record<string, string> = {}, query = '') {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/api/live${query}`, { headers });
    this.socket.on('open', () => this.socket.send('{"type":"hello"}'));
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) return void this.texts.push(JSON.parse(data.toString()) as ServerMessage);
      const { kind, tick } = this.watcher.apply(data);
      if (kind !== 'heartbeat') this.socket.send(JSON.stringify({ type: 'ack', tick }));
    });
  }
}

const aircraftOf = (page: Page): unknown[] =>
  [...page.watcher.aircraft.values()].map(({ icao24, latitude }) => [icao24, latitude]);

describe('a dashboard server on a real lake', () => {
  let lake: LakeFixture;
  let server: DashboardServer;
  let answer: (path: string, headers?: Record<string, string>) => Promise<Response>;
  const clock = (): number => NOW * 1000 + 2000;

  beforeAll(async () => {
    lake = await LakeFixture.create();
    await mkdir(`${lake.root}/web/assets`, { recursive: true });
    await writeFile(`${lake.root}/web/index.html`, '<!doctype html><title>Contrail</title>');
    await writeFile(`${lake.root}/web/assets/main-1a2b.js`, `export default '${'x'.repeat(5000)}';`);
    await writeFile(`${lake.root}/secret.txt`, 'not yours');
    server = await startDashboard({
      lakeRoot: lake.root,
      engine: lake.engine,
      clock,
      host: '127.0.0.1',
      port: 0,
      webRoot: `${lake.root}/web`,
    });
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
    expect(await json('/api/live/countries')).toEqual({ picture: watcher.picture, countries: ['Germany'] });
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
    await lake.append(GOLD_TRAFFIC_BY_COUNTRY, [row(0, 'Chad', 4)], { replace: true });
    await vi.waitFor(async () => {
      const fresh = await answer('/api/traffic?windows=2', { 'If-None-Match': etag });
      expect(fresh.status).toBe(200);
      expect(await fresh.json()).toMatchObject({ version: 2, rows: [[start, 'Chad', 4, 8, 800.5, null]] });
    }, PATIENCE_MS);
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

  it('answers the last hour of an aircraft, oldest first', async () => {
    const row = (age: number, icao24 = 'aaaaaa'): Record<string, bigint | string | number> => ({
      icao24,
      time_position: BigInt(NOW - age),
      last_contact: BigInt(NOW - age),
      event_date: '2023-11-14',
      longitude: 8,
      latitude: 50,
      flight_phase: 'CRUISE',
      nearest_airport: 'EDDF',
      nearest_airport_km: 4.2,
    });
    await lake.append(SILVER_FLIGHTS_ML, [row(0), row(3598), row(3599), row(-540), row(10, 'bbbbbb')]);
    await vi.waitFor(async () => {
      const track = await json<TrackAnswer>('/api/aircraft/AAAAAA/track');
      expect(track).toMatchObject({ icao24: 'aaaaaa', table: 'silver/flights_ml', version: 1 });
      expect(track.rows).toEqual([
        [NOW - 3598, 8, 50, null, null, null, null, 'CRUISE', 'EDDF', 4.2],
        [NOW, 8, 50, null, null, null, null, 'CRUISE', 'EDDF', 4.2],
      ]);
    }, PATIENCE_MS);
    expect((await json<TrackAnswer>('/api/aircraft/cccccc/track')).rows).toEqual([]);
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

  it('serves the page, strictly, and nothing beside it', async () => {
    const page = await answer('/traffic');
    expect(await page.text()).toContain('<title>Contrail</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await answer('/assets/main-1a2b.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect(await script.text()).toContain('xxxx');
    const etag = script.headers.get('etag') ?? '';
    expect((await answer('/assets/main-1a2b.js', { 'If-None-Match': etag })).status).toBe(304);
    for (const path of [
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%00.txt',
      '/%ff.txt',
    ]) {
      const response = await answer(path);
      expect([path, response.status, (await response.text()).includes('not yours')]).toEqual([
        path,
        404,
        false,
      ]);
    }
  });

  it('tells its numbers, and refuses a socket that another site opens', async () => {
    expect(await (await answer('/metrics')).text()).toMatch(/^contrail_dashboard_aircraft 1$/m);
    const foreign = new Page(server.url, { origin: 'https://elsewhere.example' });
    const [error] = (await once(foreign.socket, 'error')) as [Error];
    expect(error.message).toContain('403');
    const own = new Page(server.url, { origin: server.url });
    await once(own.socket, 'open');
    own.socket.terminate();
  });

  it('is the same below any path, whether a proxy takes that off or passes it on', async () => {
    for (const prefix of ['', '/contrail', '/a/contrail']) {
      expect(await (await answer(`${prefix}/`)).text()).toContain('<title>Contrail</title>');
      expect(await (await answer(`${prefix}/traffic`)).text()).toContain('<title>Contrail</title>');
      expect((await answer(`${prefix}/api/status`)).status).toBe(200);
      expect((await answer(`${prefix}/assets/main-1a2b.js`)).status).toBe(200);
    }
    const sent = await answer('/contrail?icao24=3c6444');
    expect([sent.redirected, sent.url]).toEqual([true, `${server.url}/contrail/?icao24=3c6444`]);
    expect((await answer('/contrail/traffic/')).url).toBe(`${server.url}/contrail/traffic`);
  });

  it('refuses a name that a site has pointed at this machine, over HTTP and WebSocket', async () => {
    for (const path of ['/', '/api/status', '/api/live/key', '/metrics']) {
      const refused = await raw(server.url + path, { headers: { host: 'rebound.example:8501' } });
      expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
        403,
        { error: { code: 'foreign-host' } },
      ]);
    }
    const host = 'rebound.example';
    const page = new Page(server.url, { host, origin: `http://${host}` });
    const [error] = (await once(page.socket, 'error')) as [Error];
    expect(error.message).toContain('403');
  });

  it('gives the socket to its page behind a proxy that changes Host, by the key that only that page can read', async () => {
    const { key } = await json<{ key: string }>('/api/live/key');
    const own = new Page(server.url, { origin: 'https://planes.example.org' }, `?key=${key}`);
    await once(own.socket, 'open');
    own.socket.terminate();
  });

  it('answers an upgrade to another protocol or at another place, and does not keep it', async () => {
    const upgrade = (path: string, to: string): Promise<{ status: number }> =>
      raw(server.url + path, {
        headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: to, 'http2-settings': 'AAMAAABk' },
      });
    expect((await upgrade('/healthz', 'h2c')).status).toBe(200);
    expect((await upgrade('/healthz', 'websocket')).status).toBe(200);
    expect((await upgrade('/api/live', 'h2c')).status).toBe(426);
    expect((await upgrade('//', 'websocket')).status).toBe(200);
  });

  it('names the port and the flag when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const started = startDashboard({
      lakeRoot: lake.root,
      engine: lake.engine,
      clock,
      host: '127.0.0.1',
      port,
      webRoot: 'none',
    });
    await expect(started).rejects.toMatchObject({ kind: 'invalid', code: 'port-in-use' });
    await expect(started).rejects.toThrow(new RegExp(`${port}.*--dashboard-port`));
    other.close();
  });

  it('says how to build the page when it is missing, and closes sockets with 1001 within two seconds, though requests hang', async () => {
    const second = await startDashboard({
      lakeRoot: lake.root,
      engine: lake.engine,
      clock,
      host: '127.0.0.1',
      port: 0,
      webRoot: `${lake.root}/none`,
      maxConnections: 5,
    });
    const notBuilt = await fetch(`${second.url}/`);
    expect([notBuilt.status, await notBuilt.text()]).toEqual([
      503,
      expect.stringContaining('npm run -w web build'),
    ]);
    const page = new Page(second.url);
    await once(page.socket, 'open');
    const others = [new Page(second.url), new Page(second.url)];
    await Promise.all(others.map(({ socket }) => once(socket, 'open')));
    const [full] = (await once(new Page(second.url).socket, 'error')) as [Error];
    expect(full.message).toContain('503');
    for (const { socket } of others) socket.terminate();
    // A request that never ends, and one that never begins.
    const hanging = ['GET /healthz HTTP/1.1\r\nHost: localhost\r\n', ''].map((text) => {
      const socket = connect(second.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      return socket;
    });
    await Promise.all(hanging.map((socket) => once(socket, 'connect')));
    const closed = once(page.socket, 'close');
    const began = performance.now();
    await second[Symbol.asyncDispose]();
    expect((await closed)[0]).toBe(1001);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
