import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer, type WebSocket } from 'ws';
import { MOVED, ROW, createColumns } from '../../app/src/wire/columns.ts';
import { encodeFrame } from '../../app/src/wire/encode.ts';
import type { Frame } from '../../app/src/wire/frame.ts';
import { encodeIcao24, writeAircraft } from '../../app/src/wire/units.ts';
import {
  categoriesAnswer,
  identitiesAnswer,
  liveState,
  progressOf,
  SCENARIOS,
  statusAnswer,
  trackAnswer,
  trafficAnswer,
  type FakeLake,
  type Scenario,
} from './fake/answers.ts';
import { aircraftAt, COUNTRIES, createFleet, FEEDS } from './fake/fleet.ts';
import { chunkAnswer, daysAnswer, volumeAnswer } from './fake/replay.ts';

/**
 * A dashboard server without a lake, for tests of the page and for work on it: invented aircraft, every state of the
 * page on a switch, the real encoder of frames, the real Content-Security-Policy.
 * By hand: `node --conditions=@contrail/source web/test/fake-server.ts [port] [aircraft] [scenario] [tick_ms]`.
 */
export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  /** Another look of the lake from the next tick on. */
  show(scenario: Scenario): void;
  /** Closes all live sockets and refuses new ones, and polling too where asked, until `reconnect`. */
  cutOff(options: { readonly polling: boolean }): void;
  reconnect(): void;
  /** Announces a new version of all tables. */
  commit(): void;
  /** Frames that were sent without the client having acknowledged the one before. */
  readonly unacknowledged: number;
}

const CSP =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.bin': 'application/octet-stream',
};
const KEY = 'key-of-the-fake-server';
const WEB_ROOT = fileURLToPath(new URL('../dist', import.meta.url));
/** Each aircraft is heard of again after this many ticks. */
const SPREAD = 5;
const AGES: Readonly<Record<Scenario, number>> = {
  live: 1,
  cluster: 1,
  unhealthy: 1,
  simulated: 1,
  failed: 1,
  waiting: 1,
  noticed: 1,
  slow: 48,
  recording: 150_000_000,
  limited: 120,
  several: 1,
  paused: 247,
  delayed: 31,
  stale: 247,
};

/** Starts it on a free port (or `port`). `clock` is epoch ms. */
export async function startFakeServer(options: {
  readonly aircraft: number;
  readonly clock: () => number;
  readonly scenario?: Scenario;
  readonly port?: number;
  readonly tick_ms?: number;
}): Promise<FakeServer> {
  const { clock } = options;
  const flights = createFleet(options.aircraft);
  const countries = { picture: 7, countries: COUNTRIES.map(([name]) => name), feeds: FEEDS };
  let scenario: Scenario = options.scenario ?? 'live';
  let tick = 1;
  let version = 120;
  let cut: { readonly polling: boolean } | null = null;
  let unacknowledged = 0;
  // The last position that was told of each aircraft, in the integers of the wire, and when it was heard.
  const told = createColumns(ROW, flights.length);
  const heard = new Float64Array(flights.length);

  const eventTimeNow = (): number => Math.floor(clock() / 1000) - AGES[scenario];
  let eventTime = eventTimeNow();
  const lake = (): FakeLake => ({
    scenario,
    now: clock() / 1000,
    eventTime: scenario === 'waiting' ? null : eventTime,
    flights,
    version,
  });
  const hear = (i: number): void => {
    const flight = flights[i];
    if (flight === undefined) return;
    const now = aircraftAt(flight, eventTime);
    writeAircraft(told, i, encodeIcao24(now.icao24) ?? 0, now, now);
    heard[i] = eventTime;
    told.age[i] = 0;
  };
  for (let i = 0; i < flights.length; i++) hear(i);

  const frame = (kind: Frame['kind'], part: Partial<Frame>): Uint8Array =>
    encodeFrame({
      kind,
      picture: countries.picture,
      tick,
      baseTick: kind === 'full' ? 0 : kind === 'heartbeat' ? tick : tick - 1,
      eventTime: scenario === 'waiting' ? null : eventTime,
      serverTime: clock() / 1000,
      slots: scenario === 'waiting' ? 0 : flights.length,
      rows: { slots: new Uint32Array(0), columns: createColumns(ROW, 0) },
      moved: { slots: new Uint32Array(0), columns: createColumns(MOVED, 0) },
      removed: new Uint32Array(0),
      ...part,
    });
  const full = (): Uint8Array => {
    if (scenario === 'waiting') return frame('full', {});
    for (let i = 0; i < flights.length; i++) told.age[i] = Math.min(255, eventTime - (heard[i] ?? eventTime));
    return frame('full', { rows: { slots: Uint32Array.from(flights.keys()), columns: told } });
  };
  /** One fifth of the fleet is heard of; what cannot be said as a difference goes to `rows` like all its columns. */
  const delta = (): Uint8Array => {
    const slots = Uint32Array.from([...flights.keys()].filter((i) => i % SPREAD === tick % SPREAD));
    const rows = createColumns(ROW, slots.length);
    slots.forEach((slot, i) => {
      hear(slot);
      for (const name of Object.keys(rows) as (keyof typeof rows)[]) {
        const width = name === 'callsign' ? 8 : 1;
        for (let k = 0; k < width; k++) rows[name][i * width + k] = told[name][slot * width + k] ?? 0;
      }
    });
    if (tick % 2 === 0) return frame('delta', { rows: { slots, columns: rows } });
    return frame('delta', {
      moved: movedFrom(before, slots, rows),
      rows: { slots: new Uint32Array(0), columns: createColumns(ROW, 0) },
    });
  };
  const before = { longitude: told.longitude.slice(), latitude: told.latitude.slice() };
  function movedFrom(old: typeof before, slots: Uint32Array, rows: typeof told): Frame['moved'] {
    const columns = createColumns(MOVED, slots.length);
    slots.forEach((slot, i) => {
      columns.longitude[i] = (rows.longitude[i] ?? 0) - (old.longitude[slot] ?? 0);
      columns.latitude[i] = (rows.latitude[i] ?? 0) - (old.latitude[slot] ?? 0);
      columns.altitude[i] = rows.altitude[i] ?? 0;
      columns.velocity[i] = rows.velocity[i] ?? 0;
      columns.true_track[i] = rows.true_track[i] ?? 0;
      columns.vertical_rate[i] = rows.vertical_rate[i] ?? 0;
      columns.geo_offset[i] = rows.geo_offset[i] ?? 0;
    });
    return { slots, columns };
  }

  const http = createServer((request, response) => answer(request, response));
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const clients = new Map<
    WebSocket,
    { waiting: boolean; needsFull: boolean; paused: boolean; greeted: boolean }
  >();
  http.on('upgrade', (request, socket, head) => {
    // Behind a proxy that changes Host the page has to show the key, as at the real server.
    const isOwn =
      request.headers.origin === `http://${request.headers.host}` || request.url?.endsWith(`=${KEY}`);
    if (cut !== null || request.url?.split('?')[0] !== '/api/live' || !isOwn) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => greet(client));
  });

  function greet(client: WebSocket): void {
    const state = { waiting: false, needsFull: true, paused: false, greeted: false };
    clients.set(client, state);
    client.on('close', () => clients.delete(client));
    client.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as { type: string };
      if (message.type === 'ack') state.waiting = false;
      if (message.type === 'pause') state.paused = true;
      if (message.type === 'hello' || message.type === 'resume') {
        Object.assign(state, { needsFull: true, paused: false, greeted: true, waiting: false });
        client.send(JSON.stringify({ type: 'state', ...liveState(lake()) }));
        client.send(JSON.stringify({ type: 'countries', ...countries }));
        client.send(JSON.stringify({ type: 'progress', progress: progressOf(lake()) }));
        push(client, state, null);
      }
    });
  }

  function push(
    client: WebSocket,
    state: { waiting: boolean; needsFull: boolean; paused: boolean },
    bytes: Uint8Array | null,
  ): void {
    if (state.paused) state.needsFull = true;
    else if (state.waiting) {
      unacknowledged += 1;
      state.needsFull = true;
    } else if (bytes === null && !state.needsFull) client.send(frame('heartbeat', {}));
    else {
      client.send(state.needsFull ? full() : (bytes ?? full()));
      state.needsFull = false;
      state.waiting = true;
    }
  }

  function step(): void {
    const isFlowing = AGES[scenario] === 1 && scenario !== 'waiting';
    let bytes: Uint8Array | null = null;
    if (isFlowing) {
      tick += 1;
      eventTime = eventTimeNow();
      before.longitude.set(told.longitude);
      before.latitude.set(told.latitude);
      bytes = delta();
    }
    const text = JSON.stringify({ type: 'state', ...liveState(lake()) });
    for (const [client, state] of clients) {
      if (!state.greeted) continue;
      client.send(text);
      push(client, state, bytes);
    }
    if (isFlowing && tick % 5 === 0) announce();
  }

  function announce(): void {
    version += 1;
    const at = clock();
    for (const client of clients.keys()) {
      for (const table of [
        'silver/flights',
        'silver/flights_ml',
        'gold/traffic_by_country',
        'gold/metrics_by_category',
      ]) {
        client.send(JSON.stringify({ type: 'commit', table, version, rows: 2400, at }));
      }
      client.send(JSON.stringify({ type: 'progress', progress: progressOf(lake()) }));
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://fake');
    const json = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname.startsWith('/api/') && cut?.polling === true) request.socket.destroy();
    else if (url.pathname === '/api/status') json(statusAnswer(lake()));
    else if (url.pathname === '/api/traffic')
      json(trafficAnswer(lake(), Number(url.searchParams.get('windows') ?? 24)));
    else if (url.pathname === '/api/categories') json(categoriesAnswer(lake()));
    else if (url.pathname === '/api/identities') json(identitiesAnswer(lake()));
    else if (url.pathname === '/api/replay/days') json(daysAnswer(clock() / 1000));
    else if (url.pathname === '/api/replay/volume')
      json(volumeAnswer(secondsOf(url, 'from'), secondsOf(url, 'to')));
    else if (url.pathname === '/api/replay')
      response.end(chunkAnswer(flights, secondsOf(url, 'from'), secondsOf(url, 'to'), clock() / 1000));
    else if (url.pathname === '/api/basemap') json(null);
    else if (url.pathname === '/api/live/key') json({ key: KEY });
    else if (url.pathname === '/api/live/countries') json(countries);
    else if (url.pathname === '/api/live/snapshot.bin') response.end(full());
    else if (url.pathname.endsWith('/track')) json(trackAnswer(lake(), url.pathname.split('/')[3] ?? ''));
    else if (url.pathname.startsWith('/api/'))
      json({ error: { code: 'no-such-route', message: 'No such route.' } }, 404);
    else file(url.pathname, response);
  }

  function file(path: string, response: ServerResponse): void {
    const wanted = join(WEB_ROOT, path);
    const isFile = wanted.startsWith(WEB_ROOT) && existsSync(wanted) && statSync(wanted).isFile();
    const found = isFile ? wanted : join(WEB_ROOT, 'index.html');
    const headers = { 'content-type': TYPES[extname(found)] ?? 'text/plain', 'content-security-policy': CSP };
    response.writeHead(200, headers);
    createReadStream(found).pipe(response);
  }

  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const timer = setInterval(step, options.tick_ms ?? 1000);
  return {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    get unacknowledged() {
      return unacknowledged;
    },
    show(next) {
      const wasEmpty = scenario === 'waiting';
      scenario = next;
      eventTime = eventTimeNow();
      for (let i = 0; i < flights.length; i++) hear(i);
      tick += 1;
      for (const state of clients.values()) state.needsFull ||= wasEmpty || next !== 'live';
      step();
    },
    cutOff(how) {
      cut = how;
      for (const client of clients.keys()) client.terminate();
    },
    reconnect() {
      cut = null;
    },
    commit: announce,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      for (const client of clients.keys()) client.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

const secondsOf = (url: URL, name: string): number => Number(url.searchParams.get(name));

if (import.meta.main) {
  const [port = '8501', aircraft = '15000', scenario = 'live', tick_ms = '1000'] = process.argv.slice(2);
  const known = SCENARIOS.find((one) => one === scenario) ?? 'live';
  const server = await startFakeServer({
    aircraft: Number(aircraft),
    clock: Date.now,
    scenario: known,
    port: Number(port),
    tick_ms: Number(tick_ms),
  });
  process.stdout.write(`${server.url} (${known}, ${aircraft} aircraft)\n`);
}
