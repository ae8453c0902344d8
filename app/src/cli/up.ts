import { join, resolve } from 'node:path';
import { dataDir, refuseClusterSettings, type Settings } from '../config/settings.ts';
import { startDashboard } from '../dashboard/server.ts';
import { ingest } from '../ingest/ingest.ts';
import { buildPage } from './dashboard.ts';
import { lakeFolder, openEngine, openLake, openTopic, ROOT, SYSTEM } from './context.ts';
import { openLog, say } from './log.ts';
import { drain } from './pipeline.ts';
import { chooseSource } from './source.ts';

/** `contrail up`: source, topic, lake, engine, page; then wait for a signal; close in reverse order. */
export async function up(settings: Settings, signal: AbortSignal): Promise<void> {
  refuseClusterSettings(settings);
  buildPage();
  const log = openLog(settings.logLevel);
  const { source, simulated } = await chooseSource(settings, signal);
  const data = dataDir(settings, simulated ?? false);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  await using topic = await openTopic(settings, data, false);
  if (simulated !== null) await topic.declareSimulated(simulated);
  await using engine = await openEngine(settings, data);
  await using pageEngine = await openEngine(settings, data, 0.25);
  await using server = await startDashboard({
    lakeRoot: resolve(lakeFolder(data)),
    engine: pageEngine,
    clock: SYSTEM.clock,
    logger: log,
    host: settings.dashboardHost,
    port: settings.dashboardPort,
    webRoot: join(ROOT, 'web/dist'),
  });
  say(
    `\n  Contrail is on  ${server.url}\n  source ${source.name}, lake ${lakeFolder(data)}, stop with Ctrl+C\n`,
  );
  const fail = (error: unknown): never => {
    stop.abort();
    throw error;
  };
  let wasOk = true;
  const ingesting = ingest(source, topic, {
    clock: SYSTEM.clock,
    signal: until,
    onState: (state) => {
      if (state.kind !== 'ok' || !wasOk) say(state.message);
      wasOk = state.kind === 'ok';
    },
    ...(simulated === null ? {} : { expectSimulated: simulated }),
  }).then(() => undefined, fail);
  const draining = drain({
    settings,
    topic,
    engine,
    lake: openLake(data),
    once: false,
    signal: until,
    log,
    isLoud: false,
  }).then(() => undefined, fail);
  const results = await Promise.allSettled([ingesting, draining]);
  for (const result of results) if (result.status === 'rejected' && !signal.aborted) throw result.reason;
  say('Stopped.');
}
