import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { type DashboardServer, startDashboard } from '../dashboard/server.ts';
import { existingData, openEngine, ROOT, SYSTEM } from './context.ts';
import { openLake } from './lake-store.ts';
import { openLog, say } from './log.ts';
import { scratchFolder } from './scratch.ts';
import { servicesInUse } from './services.ts';

/** `contrail dashboard`: the page on a lake, until the signal. */
export async function dashboard(settings: Settings, signal: AbortSignal): Promise<void> {
  await using server = await serveDashboard(settings, signal);
  say(`The lake ${server.lakeUrl} is on ${server.url}`);
  if (!signal.aborted) await once(signal, 'abort');
}

/** The page on the lake of the settings; dispose of it to stop it. @throws ContrailError invalid `port-in-use`, … */
export async function serveDashboard(
  settings: Settings,
  signal?: AbortSignal,
): Promise<DashboardServer & { readonly lakeUrl: string }> {
  const data = existingData(settings, existsSync);
  await buildPage(signal);
  await using parts = new AsyncDisposableStack();
  const home = parts.use(openLake(settings, data, signal));
  const scratch = parts.use(await scratchFolder('dashboard'));
  const engine = parts.use(
    await openEngine(settings, data, home.store, {
      share: 0.25,
      temporaryFolder: scratch.path,
      maxTemporaryBytes: scratch.maxBytes,
    }),
  );
  const server = parts.use(
    await startDashboard({
      lakeRoot: home.store,
      engine,
      clock: SYSTEM.clock,
      logger: openLog(settings.logLevel),
      host: settings.dashboardHost,
      port: settings.dashboardPort,
      allowedHosts: settings.dashboardAllowedHosts,
      webRoot: join(ROOT, 'web/dist'),
      services: servicesInUse(settings, data, home.store),
    }),
  );
  const open = parts.move();
  return {
    url: server.url,
    port: server.port,
    lakeUrl: home.store.url,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Builds the page when its sources are newer than the last build, unless the signal fires. Its progress goes to stderr. */
export async function buildPage(signal?: AbortSignal): Promise<void> {
  const script = join(ROOT, 'scripts/build-page.mjs');
  const child = spawn(process.execPath, [script], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    signal,
  });
  const [code] = (await once(child, 'exit').catch(() => [1])) as [number | null];
  if (code !== 0 && signal?.aborted !== true)
    say('The page could not be built; the lines above say why. Everything else goes on.');
}
