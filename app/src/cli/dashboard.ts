import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { startDashboard } from '../dashboard/server.ts';
import { existingData, openEngine, ROOT, SYSTEM } from './context.ts';
import { openLake } from './lake-store.ts';
import { openLog, say } from './log.ts';
import { servicesInUse } from './services.ts';

/** `contrail dashboard`: the page on a lake, until the signal. */
export async function dashboard(settings: Settings, signal: AbortSignal): Promise<void> {
  const data = existingData(settings, existsSync);
  buildPage();
  await using home = openLake(settings, data);
  await using engine = await openEngine(settings, data, home.store, 0.25);
  await using server = await startDashboard({
    lakeRoot: home.store,
    engine,
    clock: SYSTEM.clock,
    logger: openLog(settings.logLevel),
    host: settings.dashboardHost,
    port: settings.dashboardPort,
    webRoot: join(ROOT, 'web/dist'),
    services: servicesInUse(settings, data, home.store),
  });
  say(`The lake ${home.store.url} is on ${server.url}`);
  if (!signal.aborted) await once(signal, 'abort');
}

/** Builds the page when its sources are newer than the last build. Its progress goes to stderr. */
export function buildPage(): void {
  const script = join(ROOT, 'scripts/build-page.mjs');
  const { status } = spawnSync(process.execPath, [script], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) say('The page could not be built; the lines above say why. Everything else goes on.');
}
