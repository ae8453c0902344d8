import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type ObjectStore, localStore } from '@contrail/delta-lake';
import type { Logger } from 'pino';
import type { Engine, QueryEngine } from '../engine/engine.ts';
import { Lake } from '../lake/lake.ts';
import type { Figure } from '../metrics/exposition.ts';
import type { Basemap } from './basemap.ts';
import { AnswerCache } from './answer-cache.ts';
import { Dashboard } from './dashboard.ts';
import { hostPolicy } from './hosts.ts';
import { connectionsFor, createHttpServer, openFilesLimit } from './http-server.ts';
import { listen, urlOf } from './listen.ts';
import { LiveSockets } from './live-socket.ts';
import { loadQueries } from './queries/load.ts';
import { pageFiles } from './routes/page.ts';
import { LazyEngine } from './replay/lazy-engine.ts';
import { ReplayChunks } from './replay/replay-chunks.ts';
import { createRoutes, refusalOf } from './routes/routes.ts';
import { airportList } from './track/airports.ts';
import type { WatchedService } from './watch/service-watch.ts';

/** How long open answers and sockets may take to end before they are cut. */
export const CLOSE_MS = 1000;
/** RFC 6455, section 7.4.1: the endpoint is going away. */
const GOING_AWAY = 1001;

/** What a dashboard server is started with. */
export interface DashboardOptions {
  /** The lake's root: a local folder, which need not exist yet, or an object store. */
  readonly lakeRoot: ObjectStore | string;
  /** Runs the queries, one at a time, so do not share it. The caller closes it. */
  readonly engine: Engine;
  /** Opens an engine that reads the past, so that the live picture waits for nobody who looks at it. The server closes it. */
  readonly openReplayEngine: () => Promise<QueryEngine>;
  /** Epoch milliseconds UTC. */
  readonly clock: () => number;
  readonly logger?: Logger;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Names under which reverse proxies pass requests on; none by default (`hosts.ts`). */
  readonly allowedHosts?: readonly string[];
  /**
   * The most connections; by default as many as the process can spare (`http-server.ts`). Half of them may be live
   * sockets.
   */
  readonly maxConnections?: number;
  /** Services whose health is shown; none by default. */
  readonly services?: readonly WatchedService[];
  /** More numbers of the process for `/metrics`; none by default. */
  readonly figures?: () => readonly Figure[];
  /** Map tiles that a person has given; none by default. */
  readonly basemap?: Basemap | null;
  /** Folder of the built page; if it is missing, the server says how to build it. */
  readonly webRoot: string;
}

/** A running server; dispose of it to stop it. */
export interface DashboardServer extends AsyncDisposable {
  /** What to open in a browser: `http://127.0.0.1:8501`. */
  readonly url: string;
  readonly port: number;
  /** Pages that are open and shown now; a page in a hidden tab is none. */
  readonly viewers: () => number;
}

/**
 * Starts the dashboard on a lake, which it only reads: the page, the live socket and the answers behind the page.
 * Resolves when it listens; the lake may still be empty or missing. Disposing closes sockets with 1001 and takes at
 * most 2 seconds.
 * @throws ContrailError invalid `port-in-use` or `cannot-listen`.
 */
export async function startDashboard(options: DashboardOptions): Promise<DashboardServer> {
  const { logger, host } = options;
  const queries = await loadQueries();
  const store = typeof options.lakeRoot === 'string' ? localStore(options.lakeRoot) : options.lakeRoot;
  const dashboard = new Dashboard({ ...options, queries, lake: new Lake(store, options.clock) });
  const maxConnections = options.maxConnections ?? connectionsFor(openFilesLimit());
  const sockets = new LiveSockets(dashboard.hub, { max: Math.ceil(maxConnections / 2) });
  const access = {
    hosts: hostPolicy(host, options.allowedHosts ?? []),
    key: randomUUID(),
    isFull: () => sockets.isFull,
  };
  const stop = new AbortController();
  const replayEngine = new LazyEngine(options.openReplayEngine);
  const replay = new ReplayChunks({
    tables: dashboard.tables,
    engine: replayEngine,
    sql: queries.replay,
    clock: options.clock,
    signal: stop.signal,
  });
  const routes = createRoutes({
    replay,
    engine: options.engine,
    queries,
    tables: dashboard.tables,
    clock: options.clock,
    hub: dashboard.hub,
    cache: new AnswerCache(),
    metrics: dashboard.metrics,
    airports: airportList(),
    status: () => dashboard.status(),
    notReady: () => dashboard.notReady(),
    page: pageFiles(options.webRoot),
    basemap: options.basemap ?? null,
    onError: (error, request) => logger?.error({ err: error, request }, 'request failed'),
    ...access,
  });
  const server = createHttpServer({
    fetch: routes.fetch,
    shouldUpgrade: (request) => refusalOf(access, liveRequest(request)) === null,
    logger,
    maxConnections,
  });
  server.on('upgrade', (request, socket, head) => sockets.accept(request, socket, head));
  const port = await listen(server, host, options.port);
  dashboard.start();
  const url = urlOf(host, port);
  logger?.info({ url }, 'dashboard listens');
  return {
    url,
    port,
    viewers: () => dashboard.hub.viewers,
    [Symbol.asyncDispose]: async () => {
      const closed = server.listening ? once(server, 'close') : Promise.resolve();
      server.close();
      dashboard.hub.close(GOING_AWAY, 'the dashboard stops');
      // A client that does not answer the close frame in time is cut off.
      const cut = setTimeout(() => {
        sockets.close();
        server.closeAllConnections();
      }, CLOSE_MS);
      server.closeIdleConnections();
      stop.abort();
      const ended = Promise.all([dashboard[Symbol.asyncDispose](), replayEngine[Symbol.asyncDispose]()]);
      await Promise.all([closed, settledWithin(ended, 2 * CLOSE_MS)]);
      clearTimeout(cut);
      sockets.close();
    },
  };
}

function liveRequest({ method, url, headers }: IncomingMessage): Parameters<typeof refusalOf>[1] {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  return { method: method ?? 'GET', url: url ?? '/', header };
}

/** Resolves with the work or after a while: an engine that does not react to the signal must not delay the exit. */
async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
