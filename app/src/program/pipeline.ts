import type { Settings } from '../config/settings.ts';
import { existingData } from './data-folder.ts';
import { drain } from './drain.ts';
import { openPipelineEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
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
