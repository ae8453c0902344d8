import type { ObjectStore } from '@contrail/delta-lake';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import { openBasemap } from '../dashboard/basemap.ts';
import { type DashboardServer, startDashboard } from '../dashboard/server.ts';
import type { QueryEngine } from '../engine/engine.ts';
import type { Figure } from '../metrics/exposition.ts';
import { existingData } from './data-folder.ts';
import { diskFigures } from './disk-floor.ts';
import { openEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { openLog } from './terminal/log.ts';
import { buildPage, WEB_ROOT } from './page.ts';
import { scratchFolder } from './scratch.ts';
import { servicesInUse } from './services.ts';
import { SYSTEM } from './system.ts';

/**
 * Starts the page on the lake of the settings; dispose of it to stop it.
 * @throws ContrailError invalid `port-in-use`, …
 */
export async function serveDashboard(
  settings: Settings,
  signal?: AbortSignal,
): Promise<DashboardServer & { readonly lakeUrl: string }> {
  const data = existingData(settings, ['lake']);
  await buildPage(signal);
  await using parts = new AsyncDisposableStack();
  const home = parts.use(openLake(settings, data, signal));
  const scratch = parts.use(await scratchFolder('dashboard'));
  const engine = parts.use(await openEngine(settings, data, home.store, { share: 0.25, scratch }));
  const logger = openLog(settings.logLevel);
  const server = parts.use(
    await startPage(settings, data, {
      store: home.store,
      engine,
      openReplayEngine: () => openEngine(settings, data, home.store, { share: REPLAY_SHARE, scratch }),
      figures: home.figures,
      logger,
    }),
  );
  const open = parts.move();
  return {
    url: server.url,
    port: server.port,
    viewers: server.viewers,
    lakeUrl: home.store.url,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The share of MEMORY_LIMIT that reading the past may use, while somebody does. */
export const REPLAY_SHARE = 0.25;

/** What the page needs. */
export interface PageParts {
  /** Opens an engine for what is replayed, which has the share of memory that the page's own has. */
  readonly openReplayEngine: () => Promise<QueryEngine>;
  readonly store: ObjectStore;
  /** The page has its own engine, so that a long SELECT of the pipeline does not delay it. */
  readonly engine: QueryEngine;
  /** The requests to the store of the lake. */
  readonly figures: () => readonly Figure[];
  readonly logger: Logger;
}

/** Starts the server of the page where the settings say. @throws ContrailError `invalid` / `port-in-use`, `cannot-listen`, `basemap-unreadable` */
export const startPage = async (
  settings: Settings,
  data: string,
  { store, engine, openReplayEngine, figures, logger }: PageParts,
): Promise<DashboardServer> =>
  startDashboard({
    lakeRoot: store,
    engine,
    openReplayEngine,
    clock: SYSTEM.clock,
    figures: () => [...figures(), ...diskFigures(settings, data)],
    logger,
    host: settings.dashboardHost,
    port: settings.dashboardPort,
    allowedHosts: settings.dashboardAllowedHosts,
    webRoot: WEB_ROOT,
    basemap: settings.basemap === null ? null : await openBasemap(settings.basemap),
    services: servicesInUse(settings, data, store),
  });
