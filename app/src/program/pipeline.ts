import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Engine } from '../engine/engine.ts';
import type { BatchProgress } from '../lake/progress.ts';
import type { Gap } from '../pipeline/batch-record.ts';
import { runPipeline } from '../pipeline/pipeline.ts';
import type { Topic } from '../topic/topic.ts';
import { loadAirports } from './airports.ts';
import { existingData } from './data-folder.ts';
import { lakeFloor } from './disk-floor.ts';
import { openPipelineEngine } from './engine.ts';
import { JobReports } from './job-reports.ts';
import { type LakeHome, openLake } from './lake-store.ts';
import { count, openLog, say, sayForNow } from './log.ts';
import { SYSTEM } from './system.ts';
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
  if (once && totals.batches === 0 && !(await topic.exists()))
    say(`There is no topic ${topic.name} in ${topicPlace(settings, data)} yet. "contrail produce" makes it.`);
  say(
    `${count(totals.rows)} messages in ${count(totals.batches)} micro-batches; the lake is ${home.store.url}.`,
  );
  return totals;
}

const passedOver = ({ partition, from, to, reason }: Gap): string =>
  `Passed over ${count(Number(to - from))} messages of partition ${partition}, offsets ${from} to ${to - 1n}: ${reason === 'expired' ? 'they expired unread' : 'they are damaged'}. See quarantine.gaps.`;

/** Runs the pipeline with a line per micro-batch, for `pipeline` and `up`. */
export function drain(parts: {
  readonly settings: Settings;
  /** The data folder. */
  readonly data: string;
  readonly topic: Topic;
  readonly engine: Engine;
  readonly home: LakeHome;
  readonly once: boolean;
  readonly passOverGaps: boolean;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Reports of the engine, which are told the micro-batch that they are about. */
  readonly jobs: JobReports;
  readonly isLoud: boolean;
}): Promise<{ readonly batches: number; readonly rows: number }> {
  const { settings, log } = parts;
  let spoken = -Infinity;
  let trouble: string | null = null;
  let isRestampingTold = false;
  const onBatch = (batch: BatchProgress): void => {
    if (batch.rows_restamped !== undefined && !isRestampingTold) {
      isRestampingTold = true;
      const message = `${count(batch.rows_restamped)} messages of micro-batch ${batch.batch_id} bear a Kafka timestamp before 2000 or ahead of this machine's clock. The time of the micro-batch is taken for the time of their receipt. Have their producer send milliseconds since 1970, or set the topic's message.timestamp.type to LogAppendTime.`;
      log.warn({ batch_id: batch.batch_id, rows_restamped: batch.rows_restamped }, message);
      say(message);
    }
    const quarantined = Object.values(batch.rows_quarantined).reduce((sum, rows) => sum + rows, 0);
    trouble = null;
    log.info({ ...batch, rows_quarantined: quarantined, quarantine: batch.rows_quarantined }, 'micro-batch');
    if (!parts.isLoud || (batch.lag_after > 0 && SYSTEM.monotonic() - spoken < 1000)) return;
    spoken = SYSTEM.monotonic();
    const lag = batch.lag_after > 0 ? `, ${count(batch.lag_after)} to go` : '';
    say(
      `micro-batch ${batch.batch_id}: ${count(batch.rows_in)} messages, ${count(batch.rows_silver)} to Silver, ${count(quarantined)} to quarantine, ${Math.round(batch.duration_ms)} ms${lag}`,
    );
  };
  return runPipeline({
    lake: parts.home.lake,
    holdLake: () => parts.home.hold(),
    engine: parts.engine,
    topic: parts.topic,
    airports: loadAirports(),
    clock: SYSTEM.clock,
    monotonic: SYSTEM.monotonic,
    shortage: lakeFloor(settings, parts.data),
    maxRows: settings.maxBatchRows,
    maxBytes: settings.maxBatchBytes,
    triggerMs: settings.processingTimeMs,
    once: parts.once,
    passOverGaps: parts.passOverGaps,
    onPassedOver: (gaps) => {
      log.warn(
        { gaps: gaps.map((gap) => ({ ...gap, from: String(gap.from), to: String(gap.to) })) },
        'passed over',
      );
      for (const gap of gaps) say(passedOver(gap));
    },
    signal: parts.signal,
    onBegin: (batchId) => parts.jobs.begin(batchId),
    onBatch,
    onStranger: (key) =>
      log.warn({ file: key }, 'a file among the batch records is not one of them, and is left alone'),
    onUpkeepTrouble: (error) => log.warn({ error: String(error) }, 'the tables could not be looked after'),
    onCut: ({ batch_id, messages, error }) => {
      log.warn({ batch_id, messages, error: error.message }, 'micro-batch cut');
      const now =
        messages === 0
          ? 'its one message goes to quarantine'
          : `it goes on with ${count(messages)} of its messages`;
      say(`Micro-batch ${batch_id} could not be run, ${now}. ${error.message}`);
    },
    // Said once, however often it is tried.
    onTrouble: (error, retryInMs) => {
      log.debug({ error: error.message, retry_in_ms: retryInMs }, 'trying again');
      const isFloor = 'code' in error && error.code === 'disk-floor';
      if (trouble !== error.message)
        say(isFloor ? error.message : `${error.message} Trying again until it works.`);
      trouble = error.message;
    },
  });
}
