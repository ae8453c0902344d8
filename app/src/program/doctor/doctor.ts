import { creationIn } from '@contrail/delta-lake';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { askService } from '../../dashboard/watch/service-watch.ts';
import { ContrailError } from '../../errors.ts';
import { existingData } from '../data-folder.ts';
import { lakeFloor, topicFloor } from '../disk-floor.ts';
import { openPipelineEngine } from '../engine.ts';
import { openLake } from '../lake/open-lake.ts';
import { servicesInUse } from '../services.ts';
import { sourceNamed } from '../source.ts';
import { SYSTEM } from '../system.ts';
import { type Finding, look } from './finding.ts';
import { lakeFindings } from './lake-findings.ts';
import { sourceFindings } from './source-findings.ts';
import { spoolFinding } from './spool-finding.ts';

/** `contrail doctor`: settings and every service in use. */
export async function doctor(settings: Settings): Promise<readonly Finding[]> {
  const data = existingData(settings, ['lake']);
  await using home = openLake(settings, data);
  const services = servicesInUse(settings, data, home.store);
  return [
    nodeVersion(),
    await look('data folder', 'choose a folder that can be written: --data DIR', () =>
      writable(settings, data),
    ),
    await look('engine', 'see the message; check MEMORY_LIMIT, or SPARK_REMOTE', async () => {
      await using engine = await openPipelineEngine(settings, data, home.store);
      await engine.rows({ sql: 'select 1 as one', relations: {} });
      return engine.name === 'spark' ? 'Spark answers' : 'DuckDB answers';
    }),
    ...(await Promise.all(
      services.map((service) =>
        look(
          service.name,
          'see the message; "contrail cluster up" restarts ended services of a local cluster',
          async () => [await askService(service), service.page].filter((part) => part !== null).join(', '),
        ),
      ),
    )),
    ...(await lakeFindings(settings, data, home)),
    ...(await spoolFinding(settings, data)),
    await look('dashboard port', 'stop what uses it, or choose another: --dashboard-port', () =>
      freePort(settings.dashboardHost, settings.dashboardPort),
    ),
    await openSky(settings),
    ...(await sourceFindings(settings.sources, (spec) => sourceNamed(settings, spec), SYSTEM)),
  ];
}

function nodeVersion(): Finding {
  const ok = Number(process.versions.node.split('.')[0]) >= 24;
  return { check: 'node', ok, found: process.version, ...(ok ? {} : { advice: 'install Node 24 or later' }) };
}

/** A disk below its floor is unhealthy: source and pipeline wait for room. */
async function writable(settings: Settings, data: string): Promise<string> {
  let folder = resolve(data);
  while (!existsSync(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK);
  const shortage = topicFloor(settings, data)() ?? lakeFloor(settings, data)();
  if (shortage !== null) throw new ContrailError('disk-floor', shortage);
  const { bavail, bsize } = statfsSync(folder);
  const hasLinks = settings.garageEndpoint !== null || (await creationIn(folder)) === 'links';
  return `${resolve(data)}, ${((bavail * bsize) / 1e9).toFixed(1)} GB free${hasLinks ? '' : '; no hard links: tables are safe among writers of this program alone'}`;
}

/** A port in use is healthy when our own dashboard answers on it. */
async function freePort(host: string, port: number): Promise<string> {
  const inUse = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(true));
    server.listen(port, host, () => server.close(() => done(false)));
  });
  if (!inUse) return `${host}:${port} is free`;
  const answer = await globalThis
    .fetch(`http://${host}:${port}/healthz`, { signal: SYSTEM.timeout(2000) })
    .catch(() => null);
  if (answer?.ok === true) return `a dashboard answers on ${host}:${port}`;
  throw new ContrailError('port-in-use', `${host}:${port} is used by another program`);
}

async function openSky(settings: Settings): Promise<Finding> {
  const isNeeded = settings.sources.includes('opensky');
  try {
    const { origin, protocol } = new URL(settings.openskyUrl ?? 'https://opensky-network.org/');
    await globalThis.fetch(origin, { method: 'HEAD', signal: SYSTEM.timeout(3000) });
    const proxy = protocol === 'https:' ? 'httpsProxy' : 'httpProxy';
    const way =
      settings[proxy] === null ? '' : ` (${proxy === 'httpsProxy' ? 'HTTPS_PROXY' : 'HTTP_PROXY'} is set)`;
    return { check: 'opensky', ok: true, found: `reachable${way}` };
  } catch {
    const found = isNeeded ? 'cannot be reached' : 'cannot be reached; SOURCE=auto takes the simulator';
    return {
      check: 'opensky',
      ok: !isNeeded,
      found,
      ...(isNeeded ? { advice: 'check the network, or start with --source simulator' } : {}),
    };
  }
}
