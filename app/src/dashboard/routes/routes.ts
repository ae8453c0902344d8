import { Hono } from 'hono';
import type { Context } from 'hono';
import { getPath } from 'hono/utils/url';
import { ContrailError } from '../../errors.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import { categoriesAnswer, entityTag } from '../answers.ts';
import type { AnswerSources } from '../answers.ts';
import { Body } from '../compressed.ts';
import type { Basemap } from '../basemap.ts';
import { foreignHost, isAllowedHost, isOwnPage } from '../hosts.ts';
import type { HostPolicy } from '../hosts.ts';
import type { LiveHub } from '../live/live-hub.ts';
import { EXPOSITION_TYPE } from '../../metrics/exposition.ts';
import type { DashboardMetrics } from '../metrics.ts';
import type {
  CategoriesAnswer,
  CountriesAnswer,
  ErrorAnswer,
  IdentitiesAnswer,
  KeyAnswer,
  StatusAnswer,
  TrackAnswer,
} from '../protocol.ts';
import type { FindAirport } from '../track/airports.ts';
import { trackAnswer } from '../track/track-answer.ts';
import { createBasemapRoutes } from './basemap.ts';
import { NOT_BUILT_PAGE, SECURITY_HEADERS } from './page.ts';
import type { PageFiles } from './page.ts';
import { parseSpan } from '../traffic/span.ts';
import { TrafficAnswers } from '../traffic/traffic-answers.ts';
import { wholeNumber } from '../parameters.ts';
import { detourOf, placeOf } from './place.ts';
import { createReplayRoutes } from './replay.ts';
import type { ReplaySources } from './replay.ts';
import { isKnown, sent } from './request.ts';

/** What the routes answer from. */
export interface RouteSources extends AnswerSources, ReplaySources {
  readonly hub: LiveHub;
  readonly metrics: DashboardMetrics;
  readonly airports: () => Promise<FindAirport>;
  readonly status: () => StatusAnswer;
  /** Why the server cannot answer yet, one sentence; null when it can. */
  readonly notReady: () => string | null;
  readonly page: PageFiles;
  /** Map tiles that a person has given; null: none. */
  readonly basemap: Basemap | null;
  readonly onError: (error: unknown, request: string) => void;
  readonly hosts: HostPolicy;
  /** A key that only pages of our own origin can read, which proves their origin. */
  readonly key: string;
  /** Whether the server accepts no more live sockets. */
  readonly isFull: () => boolean;
}

/** The answer to a client that is refused the live socket. */
export interface Refusal {
  readonly status: 403 | 426 | 503;
  readonly code: string;
  readonly message: string;
}

/** The parts of a request that decide about the live socket. Header names are lower case, as in Node. */
export interface LiveRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
}

/** Why a request is refused the live socket; null if it is accepted. */
export function refusalOf(
  { hosts, key, isFull }: Pick<RouteSources, 'hosts' | 'key' | 'isFull'>,
  { method, url, header }: LiveRequest,
): Refusal | null {
  // A browser never sends such a path, for example //.
  const { pathname, searchParams } = new URL(URL.canParse(url, BASE) ? url : '/', BASE);
  const host = header('host');
  if (!isAllowedHost(hosts, host)) {
    return { status: 403, code: 'foreign-host', message: foreignHost(hosts, host ?? '') };
  }
  const isWebSocket = method === 'GET' && header('upgrade')?.toLowerCase() === 'websocket';
  if (!isWebSocket || placeOf(pathname) !== '/api/live') {
    return {
      status: 426,
      code: 'websocket-needed',
      message: 'This address is for WebSocket connections only.',
    };
  }
  if (!isOwnPage(hosts, { origin: header('origin'), host, key: searchParams.get('key') }, key)) {
    return {
      status: 403,
      code: 'foreign-origin',
      message: 'Only the page of this dashboard may open the live socket.',
    };
  }
  if (isFull()) {
    const message =
      'The dashboard has no free connection for another live page; this page tries again by itself.';
    return { status: 503, code: 'too-many-pages', message };
  }
  return null;
}

/** The type the page's typed client is made from: `hc<Routes>(origin)`. */
export type Routes = ReturnType<typeof createRoutes>;

/** What was asked for is well said, and there is none. */
const NOT_FOUND: readonly string[] = ['no-such-window', 'nothing-to-replay'];
/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799;
/** Base to parse a path and query as a URL; the host is ignored. */
const BASE = 'http://dashboard';

/** All routes of the server. All are read-only. */
export function createRoutes(sources: RouteSources) {
  const { hub, cache, metrics } = sources;
  const traffic = new TrafficAnswers(sources, cache);

  /** An answer for a table's version: 304 if the page has it, else computed once for all pages. */
  async function versioned<T extends object>(
    c: Context,
    table: string,
    question: string,
    compute: () => Promise<T>,
  ) {
    const tag = entityTag(sources.tables.version(table));
    const headers = { ETag: tag, 'Cache-Control': 'no-cache' };
    if (isKnown(c, tag)) return c.body(null, 304, headers);
    return sent(c, await cache.get(question, tag, compute), headers);
  }

  const api = new Hono()
    .get('/status', (c) =>
      sent(c, new Body(JSON.stringify(sources.status() satisfies StatusAnswer)), {
        'Cache-Control': 'no-store',
      }),
    )
    .get('/traffic', async (c) => {
      const span = parseSpan((name) => c.req.query(name));
      const since = c.req.query('since')?.slice(0, 40) ?? null;
      const tag = entityTag(sources.tables.version(GOLD_TRAFFIC_BY_COUNTRY.name));
      const headers = { ETag: tag, 'Cache-Control': 'no-cache' };
      if (isKnown(c, tag)) return c.body(null, 304, headers);
      return sent(c, await traffic.body(span, since, tag), headers);
    })
    .get('/categories', async (c) => {
      const text = c.req.query('window') ?? 'latest';
      const window = text === 'latest' ? text : wholeNumber('window', text, 0, LAST_SECOND);
      return versioned<CategoriesAnswer>(c, GOLD_METRICS_BY_CATEGORY.name, `categories ${window}`, () =>
        categoriesAnswer(sources, window),
      );
    })
    .get('/aircraft/:icao24/track', async (c) => {
      const icao24 = c.req.param('icao24').toLowerCase();
      if (!/^~?[0-9a-f]{6}$/.test(icao24)) {
        throw new ContrailError(
          'invalid-icao24',
          `"${icao24.slice(0, 20)}" is not an icao24: 6 hexadecimal digits.`,
        );
      }
      const text = c.req.query('at');
      const at = text === undefined ? null : wholeNumber('at', text, 0, LAST_SECOND);
      return versioned<TrackAnswer>(c, SILVER_FLIGHTS_ML.name, `track ${icao24} ${at ?? 'now'}`, async () =>
        trackAnswer(sources, await sources.airports(), icao24, at),
      );
    })
    .get('/identities', async (c) => {
      const { identities } = hub;
      const since = c.req.query('since') ?? null;
      const question = `identities ${since?.slice(0, 40) ?? ''}`;
      const answer = async (): Promise<IdentitiesAnswer> => identities.answer(since);
      const body = await cache.get(question, identities.token ?? '', answer);
      return sent(c, body, { 'Cache-Control': 'no-store' });
    })
    .route('/replay', createReplayRoutes(sources))
    .get('/live/countries', (c) =>
      c.json<CountriesAnswer>(hub.countries(), 200, { 'Cache-Control': 'no-store' }),
    )
    .get('/live/snapshot.bin', (c) => {
      if (!hub.isReady) {
        const message = 'The positions have not been read from the lake yet; ask again in a moment.';
        return c.json<ErrorAnswer>(problem('lake-unavailable', message), 503);
      }
      const { bytes, tag } = hub.snapshot();
      const headers = { ETag: tag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/octet-stream' };
      return isKnown(c, tag) ? c.body(null, 304, headers) : c.body(bytes, 200, headers);
    })
    .route('/', createBasemapRoutes(sources.basemap))
    .get('/live/key', (c) => c.json<KeyAnswer>({ key: sources.key }, 200, { 'Cache-Control': 'no-store' }))
    // An accepted request does not come here (server.ts).
    .get('/live', (c) => {
      const { method, url } = c.req;
      const refusal = refusalOf(sources, { method, url, header: (name) => c.req.header(name) });
      const { status, code, message } = refusal ?? {
        status: 503,
        code: 'too-many-pages',
        message: 'Ask again.',
      };
      const headers = { Connection: 'close', ...(status === 426 ? { Upgrade: 'websocket' } : {}) };
      return c.json<ErrorAnswer>(problem(code, message), status, headers);
    })
    .all('*', (c) => {
      const { method, path } = c.req;
      return c.json<ErrorAnswer>(
        problem('no-such-route', `There is nothing at ${method} ${path.slice(0, 100)}.`),
        404,
      );
    });

  return new Hono({ getPath: (request) => placeOf(getPath(request)) })
    .use(async (c, next) => {
      const host = c.req.header('host');
      if (isAllowedHost(sources.hosts, host)) await next();
      else c.res = c.json<ErrorAnswer>(problem('foreign-host', foreignHost(sources.hosts, host ?? '')), 403);
      metrics.requests.add({ method: c.req.method, status: String(c.res.status) });
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    })
    .onError((error, c) => {
      if (error instanceof ContrailError && error.kind === 'invalid') {
        return c.json<ErrorAnswer>(
          problem(error.code, error.message),
          NOT_FOUND.includes(error.code) ? 404 : 400,
        );
      }
      // Another program has made the table unreadable. The user of the page should see what to do.
      if (error instanceof ContrailError && error.kind === 'unsupported') {
        return c.json<ErrorAnswer>(problem(error.code, error.message), 501);
      }
      if (error instanceof ContrailError && error.code === 'replay-busy')
        return c.json<ErrorAnswer>(problem(error.code, error.message), 503);
      sources.onError(error, `${c.req.method} ${c.req.path}`);
      const isTemporary = 'kind' in error && error.kind === 'unavailable';
      return isTemporary
        ? c.json<ErrorAnswer>(
            problem('lake-unavailable', 'The lake cannot be read at the moment; try again later.'),
            503,
          )
        : c.json<ErrorAnswer>(
            problem('internal', 'The answer could not be computed; the log of the dashboard says why.'),
            500,
          );
    })
    .get('/healthz', (c) => c.json({ status: 'ok' as const }))
    .get('/readyz', (c) => {
      const reason = sources.notReady();
      return reason === null
        ? c.json({ status: 'ok' as const })
        : c.json({ status: 'not-ready' as const, reason }, 503);
    })
    .get('/metrics', (c) => c.body(metrics.text(), 200, { 'Content-Type': EXPOSITION_TYPE }))
    .route('/api', api)
    .get('*', (c) => answerPage(c, sources.page));
}

async function answerPage(c: Context, page: PageFiles): Promise<Response> {
  const { path } = c.req;
  const detour = detourOf(getPath(c.req.raw));
  if (detour !== null) {
    const { search } = new URL(c.req.url);
    return c.body(null, 302, { Location: detour + search, 'Cache-Control': 'no-store' });
  }
  // A path without a dot is a place inside the page, whose script reads the address.
  const asset =
    (path === '/' ? null : await page(path)) ?? (path.includes('.') ? null : await page('/index.html'));
  if (asset === null) {
    return path.includes('.')
      ? c.json<ErrorAnswer>(problem('no-such-file', 'The page has no such file.'), 404)
      : c.html(NOT_BUILT_PAGE, 503, { 'Cache-Control': 'no-store' });
  }
  const tag = asset.headers['ETag'] ?? '';
  if (isKnown(c, tag)) return c.body(null, 304, asset.headers);
  const isGzipped = asset.gzipped !== null && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return isGzipped
    ? c.body(asset.gzipped, 200, { ...asset.headers, 'Content-Encoding': 'gzip' })
    : c.body(asset.body, 200, asset.headers);
}

function problem(code: string, message: string): ErrorAnswer {
  return { error: { code, message } };
}
