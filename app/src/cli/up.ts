import type { Settings } from '../config/settings.ts';
import { isDiskTrouble } from '../errors.ts';
import { ingest } from '../ingest/ingest.ts';
import { ingestAll } from '../program/ingest-all.ts';
import { REPLAY_SHARE, startPage } from '../program/dashboard.ts';
import { newData } from '../program/data-folder.ts';
import { topicFloor } from '../program/disk-floor.ts';
import { openEngine, openPipelineEngine } from '../program/engine.ts';
import { JobReports } from '../program/terminal/job-reports.ts';
import { type LakeHome, openLake } from '../program/lake/open-lake.ts';
import { openLog } from '../program/terminal/log.ts';
import { say } from '../program/terminal/say.ts';
import { buildPage } from '../program/page.ts';
import { drain } from '../program/drain.ts';
import { sourceWords } from '../program/source-words.ts';
import { chooseSources, isLive } from '../program/source.ts';
import { openSpool } from '../program/spool.ts';
import { SYSTEM } from '../program/system.ts';
import { openTopic } from '../program/topic.ts';
import { untilRoom } from '../program/until-room.ts';

/** `contrail up`: source, topic, lake, engine, page; then wait for a signal; close in reverse order. */
export async function up(settings: Settings, signal: AbortSignal, passOverGaps = false): Promise<void> {
  await buildPage(signal);
  const log = openLog(settings.logLevel);
  const { sources, simulated } = await chooseSources(settings, signal);
  const data = newData(settings, simulated ?? false);
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  await using home = openLake(settings, data, until, 'up');
  // Claim the lake before starting the page, which a second process must not show. On a full disk start the page first,
  // because it reports the problem.
  const isOurs = await claimNow(home);
  await using pageEngine = await openEngine(settings, data, home.store, { share: 0.25 });
  await using server = await startPage(settings, data, {
    store: home.store,
    engine: pageEngine,
    openReplayEngine: () => openEngine(settings, data, home.store, { share: REPLAY_SHARE }),
    figures: home.figures,
    logger: log,
  });
  say(
    `\n  Contrail is on  ${server.url}\n  source ${sources.map(({ name }) => name).join(' and ')}, lake ${home.store.url}, stop with Ctrl+C\n`,
  );
  if (!isOurs) await untilRoom(() => home.claim(), until);
  await using topic = await untilRoom(() => openTopic(settings, data, false), until);
  // The page shows the progress; the terminal stays quiet.
  const jobs = new JobReports(log, () => undefined);
  await using engine = await openPipelineEngine(settings, data, home.store, (job) => jobs.report(job));
  const fail = (error: unknown): never => {
    stop.abort();
    throw error;
  };
  const ingesting = (async () => {
    // This may wait for Kafka; page and tables are available in the meantime, and live sources put their polls on the disk.
    const ready =
      simulated === null ? Promise.resolve() : topic.declareSimulated(simulated, { signal: until });
    await using spool = sources.some(isLive) ? openSpool(settings, data, topic, ready.catch(fail)) : null;
    if (spool === null) await ready;
    await ingestAll(sources, (source, label) =>
      ingest(source, isLive(source) ? (spool ?? topic) : topic, {
        clock: SYSTEM.clock,
        sleep: SYSTEM.sleep,
        shortage: topicFloor(settings, data),
        signal: until,
        label,
        isWatched: () => server.viewers() > 0,
        onState: sourceWords(label === undefined ? say : (text) => say(`${label}: ${text}`)),
        expectSimulated: simulated ?? undefined,
      }),
    );
  })().catch(fail);
  const draining = drain({
    settings,
    data,
    topic,
    engine,
    home,
    once: false,
    passOverGaps,
    signal: until,
    log,
    jobs,
    isLoud: false,
  }).then(() => undefined, fail);
  const results = await Promise.allSettled([ingesting, draining]);
  for (const result of results) if (result.status === 'rejected' && !signal.aborted) throw result.reason;
  say('Stopped.');
}

/** Claims the lake; false if its disk is full. @throws as {@link LakeHome.claim} */
async function claimNow(home: LakeHome): Promise<boolean> {
  try {
    await home.claim();
    return true;
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    return false;
  }
}
