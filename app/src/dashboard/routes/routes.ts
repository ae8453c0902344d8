import type { UpgradeWebSocket } from 'hono/ws';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { ContrailError } from '../../errors.ts';
import { GOLD_METRICS_BY_CATEGORY } from '../../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS_ML } from '../../lake/silver-flights-ml.ts';
import type { AnswerCache } from '../answer-cache.ts';
import { MAX_WINDOWS, categoriesAnswer, entityTag, trackAnswer, trafficAnswer } from '../answers.ts';
import type { AnswerSources } from '../answers.ts';
import { isSameOrigin, liveSocket } from '../live-socket.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { DashboardMetrics } from '../metrics.ts';
import type {
  CategoriesAnswer,
  CountriesAnswer,
  ErrorAnswer,
  StatusAnswer,
  TrackAnswer,
  TrafficAnswer,
} from '../protocol.ts';
import { NOT_BUILT_PAGE, SECURITY_HEADERS } from './page.ts';
import type { PageFiles } from './page.ts';

/** What the routes answer from. */
export interface RouteSources extends AnswerSources {
  readonly hub: LiveHub;
  readonly cache: AnswerCache;
  readonly metrics: DashboardMetrics;
  readonly status: () => StatusAnswer;
  /** Why the server cannot answer yet, one sentence; null when it can. */
  readonly notReady: () => string | null;
  readonly page: PageFiles;
  readonly onError: (error: unknown, request: string) => void;
  readonly upgradeWebSocket: UpgradeWebSocket;
}

/** The type the page's typed client is made from: `hc<Routes>(origin)`. */
export type Routes = ReturnType<typeof createRoutes>;

const DEFAULT_WINDOWS = 24;

/** All routes of the server, read-only every one. */
export function createRoutes(sources: RouteSources) {
  const { hub, cache, metrics } = sources;

  /** An answer of a table's version: 304 when the page has it, else computed once for all. */
  async function versioned<T extends object>(
    c: Context,
    table: string,
    question: string,
    compute: () => Promise<T>,
  ) {
    const tag = entityTag(sources.tables.version(table));
    const headers = { ETag: tag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/json' };
    if (isKnown(c, tag)) return c.body(null, 304, headers);
    return c.body(await cache.get(question, tag, compute), 200, headers);
  }

  const api = new Hono()
    .get('/status', (c) => c.json<StatusAnswer>(sources.status(), 200, { 'Cache-Control': 'no-store' }))
    .get('/traffic', async (c) => {
      const windows = wholeNumber(
        'windows',
        c.req.query('windows') ?? String(DEFAULT_WINDOWS),
        1,
        MAX_WINDOWS,
      );
      const answer = await versioned<TrafficAnswer>(
        c,
        GOLD_TRAFFIC_BY_COUNTRY.name,
        `traffic ${windows}`,
        () => trafficAnswer(sources, windows),
      );
      return answer;
    })
    .get('/categories', async (c) => {
      const text = c.req.query('window') ?? 'latest';
      const window = text === 'latest' ? text : wholeNumber('window', text, 0, 253_402_300_799);
      return versioned<CategoriesAnswer>(c, GOLD_METRICS_BY_CATEGORY.name, `categories ${window}`, () =>
        categoriesAnswer(sources, window),
      );
    })
    .get('/aircraft/:icao24/track', async (c) => {
      const icao24 = c.req.param('icao24').toLowerCase();
      if (!/^~?[0-9a-f]{6}$/.test(icao24)) {
        throw new ContrailError(
          'invalid',
          'invalid-icao24',
          `"${icao24.slice(0, 20)}" is not an icao24: 6 hexadecimal digits.`,
        );
      }
      return versioned<TrackAnswer>(c, SILVER_FLIGHTS_ML.name, `track ${icao24}`, () =>
        trackAnswer(sources, icao24),
      );
    })
    .get('/live/countries', (c) =>
      c.json<CountriesAnswer>(hub.countries(), 200, { 'Cache-Control': 'no-store' }),
    )
    .get('/live/snapshot.bin', (c) => {
      const { bytes, tag } = hub.snapshot();
      const headers = { ETag: tag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/octet-stream' };
      return isKnown(c, tag) ? c.body(null, 304, headers) : c.body(bytes, 200, headers);
    })
    .get(
      '/live',
      async (c, next) => {
        if (!isSameOrigin(c.req.header('origin'), c.req.header('host'))) {
          return c.json<ErrorAnswer>(
            problem('foreign-origin', 'The live socket serves its own page alone.'),
            403,
          );
        }
        return next();
      },
      liveSocket(hub, sources.upgradeWebSocket),
      (c) => c.json<ErrorAnswer>(problem('websocket-needed', 'This address speaks WebSocket only.'), 426),
    )
    .all('*', (c) => {
      const { method, path } = c.req;
      return c.json<ErrorAnswer>(
        problem('no-such-route', `There is nothing at ${method} ${path.slice(0, 100)}.`),
        404,
      );
    });

  return new Hono()
    .use(async (c, next) => {
      await next();
      metrics.requests.inc({ method: c.req.method, status: c.res.status });
      if (c.res.status === 101) return;
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    })
    .onError((error, c) => {
      if (error instanceof ContrailError && error.kind === 'invalid') {
        return c.json<ErrorAnswer>(
          problem(error.code, error.message),
          error.code === 'no-such-window' ? 404 : 400,
        );
      }
      sources.onError(error, `${c.req.method} ${c.req.path}`);
      const isTemporary = 'kind' in error && error.kind === 'unavailable';
      return isTemporary
        ? c.json<ErrorAnswer>(
            problem('lake-unavailable', 'The lake cannot be read at the moment; try again.'),
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
    .get('/metrics', async (c) =>
      c.body(await metrics.registry.metrics(), 200, { 'Content-Type': metrics.registry.contentType }),
    )
    .route('/api', api)
    .get('*', (c) => answerPage(c, sources.page));
}

async function answerPage(c: Context, page: PageFiles): Promise<Response> {
  const { path } = c.req;
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

/** Whether the client has the representation with this tag. Source: RFC 9110, section 13.1.2. */
function isKnown(c: Context, tag: string): boolean {
  const known = c.req.header('if-none-match');
  return known !== undefined && known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const message = `${name}=${text.slice(0, 20)} is not a whole number from ${min} to ${max}.`;
  throw new ContrailError('invalid', 'invalid-parameter', message);
}

function problem(code: string, message: string): ErrorAnswer {
  return { error: { code, message } };
}
