import { creationIn, type ObjectStore } from '@contrail/delta-lake';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { parseProgress } from '../dashboard/progress-watch.ts';
import { askService } from '../dashboard/service-watch.ts';
import { ContrailError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import { PROGRESS_FILE } from '../lake/progress.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { clockNotice } from '../pipeline/clock-difference.ts';
import { newestRecord } from '../pipeline/batch-log.ts';
import { pendingRanges, rowsIn } from '../pipeline/plan.ts';
import { existingData, openPipelineEngine, SYSTEM } from './context.ts';
import { openLake } from './lake-store.ts';
import { count } from './log.ts';
import { servicesInUse } from './services.ts';
import { openTopic, topicPlace } from './topic.ts';

/** One thing that was looked at; `advice` says what to do when it is ill. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

const MIN_FREE_BYTES = 1 << 30;

/** `contrail doctor`: settings and every service in use. */
export async function doctor(settings: Settings): Promise<readonly Finding[]> {
  const data = existingData(settings, existsSync);
  await using home = openLake(settings, data);
  const services = servicesInUse(settings, data, home.store);
  return [
    nodeVersion(),
    await look('data folder', 'choose a folder that can be written: --data DIR', () =>
      writable(data, settings.garageEndpoint === null),
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
          'see the message; "contrail cluster up" starts what has ended of a local one',
          async () => [await askService(service), service.page].filter((part) => part !== null).join(', '),
        ),
      ),
    )),
    await look('topic', 'see the message', () => topicAndLag(settings, data, home.lake)),
    await look('lake', 'see the message; "contrail table check" looks into a table', async () => {
      const rows = await Promise.all(
        BATCH_TABLES.map(
          async (definition) => (await (await home.lake.table(definition))?.snapshot())?.version,
        ),
      );
      const existing = rows.filter((version) => version !== undefined).length;
      const found = existing === 0 ? 'empty so far' : `${existing} of ${BATCH_TABLES.length} tables`;
      return `${home.store.url}, ${found}`;
    }),
    await look('pipeline', 'see its message and its log', () => pipelineNow(home.store)),
    await look('clock', 'see the message', () => clockNow(home.store)),
    await look('dashboard port', 'stop what uses it, or choose another: --dashboard-port', () =>
      freePort(settings.dashboardHost, settings.dashboardPort),
    ),
    await openSky(settings),
  ];
}

async function look(check: string, advice: string, work: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, found: await work() };
  } catch (error) {
    return { check, ok: false, found: error instanceof Error ? error.message : String(error), advice };
  }
}

/** What the topic holds, and how much of it the lake has not read yet. */
async function topicAndLag(settings: Settings, data: string, lake: Lake): Promise<string> {
  await using topic = await openTopic(settings, data, true);
  const place = `${topic.name} of ${topicPlace(settings, data)}`;
  if (!(await topic.exists())) return `${place} is not there yet: "contrail produce" makes it`;
  const offsets = await topic.offsets();
  const lag = rowsIn(pendingRanges(offsets, await newestRecord(lake.store)));
  return `${place}: ${count(rowsIn(offsets))} messages in ${topic.partitions} partitions, ${count(lag)} of them not in the lake yet`;
}

/** What the pipeline last said of itself. One that is not running is well: it may have been stopped. */
async function pipelineNow(store: ObjectStore): Promise<string> {
  if ((await store.head(PROGRESS_FILE)) === null) return 'has not run on this lake yet';
  const progress = parseProgress(new TextDecoder().decode(await store.get(PROGRESS_FILE)));
  if (progress === null) return 'was run by another version';
  const { at_ms, state, message, engine, batch_id } = progress;
  if (state === 'failed')
    throw new ContrailError('unavailable', 'pipeline-failed', message ?? 'It has failed.');
  const seconds = Math.max(0, Math.round((SYSTEM.clock() - at_ms) / 1000));
  const now = `${state} with ${engine}, ${batch_id === null ? 'no batch yet' : `batch ${batch_id}`}, reported ${count(seconds)} s ago`;
  return message === null ? now : `${now}: ${message}`;
}

/** Whether the newest positions say that the clock which stamped them is right. A feed that is late is no fault of ours. */
async function clockNow(store: ObjectStore): Promise<string> {
  const text =
    (await store.head(PROGRESS_FILE)) === null
      ? ''
      : new TextDecoder().decode(await store.get(PROGRESS_FILE));
  const newest = parseProgress(text)?.batches.at(-1);
  if (newest === undefined) return 'no positions yet to compare it with';
  const behind_s = newest.clock_behind_s ?? null;
  if (behind_s === null) return 'agrees with the newest positions';
  if (behind_s > 0) throw new ContrailError('unavailable', 'clock-behind', clockNotice(behind_s));
  return clockNotice(behind_s);
}

function nodeVersion(): Finding {
  const ok = Number(process.versions.node.split('.')[0]) >= 24;
  return { check: 'node', ok, found: process.version, ...(ok ? {} : { advice: 'install Node 24 or later' }) };
}

async function writable(data: string, holdsLake: boolean): Promise<string> {
  let folder = resolve(data);
  while (!existsSync(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < MIN_FREE_BYTES)
    throw new ContrailError(
      'unavailable',
      'disk-full',
      `only ${Math.floor(free / 1e6)} MB are free at ${folder}`,
    );
  const hasLinks = !holdsLake || (await creationIn(folder)) === 'links';
  return `${resolve(data)}, ${Math.floor(free / 1e9)} GB free${hasLinks ? '' : '; no hard links: tables are safe among writers of this program alone'}`;
}

/** A port in use is well when it is our own dashboard. */
async function freePort(host: string, port: number): Promise<string> {
  const inUse = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(true));
    server.listen(port, host, () => server.close(() => done(false)));
  });
  if (!inUse) return `${host}:${port} is free`;
  const answer = await SYSTEM.fetch(`http://${host}:${port}/healthz`, { signal: SYSTEM.timeout(2000) }).catch(
    () => null,
  );
  if (answer?.ok === true) return `a dashboard answers on ${host}:${port}`;
  throw new ContrailError('invalid', 'port-in-use', `${host}:${port} is used by another program`);
}

async function openSky(settings: Settings): Promise<Finding> {
  const isNeeded = settings.source === 'opensky';
  try {
    await SYSTEM.fetch('https://opensky-network.org/', { method: 'HEAD', signal: SYSTEM.timeout(3000) });
    return { check: 'opensky', ok: true, found: 'reachable' };
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
