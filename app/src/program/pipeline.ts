import type { Settings } from '../config/settings.ts';
import { existingData } from './data-folder.ts';
import { diskFigures } from './disk-floor.ts';
import { drain } from './drain.ts';
import { openPipelineEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { PipelineStatus, startPipelineStatus } from './status/pipeline-status.ts';
import { JobReports } from './terminal/job-reports.ts';
import { openLog } from './terminal/log.ts';
import { count, say, sayForNow } from './terminal/say.ts';
import { openTopic, topicPlace } from './topic.ts';
import { untilRoom } from './until-room.ts';

/** `contrail pipeline`: topic to lake. Answers what it did. */
export async function pipeline(
  settings: Settings,
  { once, passOverGaps = false }: { readonly once: boolean; readonly passOverGaps?: boolean },
  signal: AbortSignal,
): Promise<{ readonly batches: number; readonly rows: number }> {
  const data = existingData(settings, ['lake', 'topic']);
  await using home = openLake(settings, data, signal);
  const status = new PipelineStatus();
  // Before anything that may have to be waited for: a pipeline that waits is alive, and not ready.
  await using _server = await startPipelineStatus(settings, status, () => [
    ...home.figures(),
    ...diskFigures(settings, data),
  ]);
  await untilRoom(() => home.claim(), signal);
  await using topic = await openTopic(settings, data, true);
  const log = openLog(settings.logLevel);
  const jobs = new JobReports(log, sayForNow);
  await using engine = await openPipelineEngine(settings, data, home.store, (job) => jobs.report(job));
  const totals = await drain({
    settings,
    data,
    topic,
    engine,
    home,
    once,
    passOverGaps,
    signal,
    log,
    jobs,
    isLoud: true,
    onReport: (progress) => status.take(progress),
  });
  if (once && !signal.aborted && totals.batches === 0 && !(await topic.exists()))
    say(
      `There is no topic ${topic.name} in ${topicPlace(settings, data)} yet. "contrail produce" creates it.`,
    );
  say(
    `${count(totals.rows)} messages in ${count(totals.batches)} micro-batches; the lake is ${home.store.url}.`,
  );
  return totals;
}
