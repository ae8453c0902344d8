import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../lake/progress.ts';
import { runPipeline } from '../pipeline/pipeline.ts';
import { readWords, wordsBeside } from '../topic/spool/word-file.ts';
import type { Topic } from '../topic/topic.ts';
import { loadAirports } from './airports.ts';
import { spoolFile } from './data-folder.ts';
import { lakeFloor } from './disk-floor.ts';
import type { LakeHome } from './lake/open-lake.ts';
import { pipelineWords } from './pipeline-words.ts';
import { SYSTEM } from './system.ts';
import type { JobReports } from './terminal/job-reports.ts';
import { say } from './terminal/say.ts';

/** Runs the pipeline with its open parts, for `pipeline` and `up`; {@link pipelineWords} writes its messages. */
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
  /** Reports of the engine's jobs; they get the number of the micro-batch. */
  readonly jobs: JobReports;
  /** Whether each micro-batch is printed. */
  readonly isLoud: boolean;
  readonly onReport?: (progress: Progress) => void;
}): Promise<{ readonly batches: number; readonly rows: number }> {
  const { settings, home, log, isLoud } = parts;
  const { clock, monotonic } = SYSTEM;
  return runPipeline({
    lake: home.lake,
    holdLake: () => home.hold(),
    engine: parts.engine,
    topic: parts.topic,
    wordsHere: () => readWords(wordsBeside(spoolFile(parts.data, parts.topic.name))),
    airports: loadAirports(),
    clock,
    monotonic,
    shortage: lakeFloor(settings, parts.data),
    maxRows: settings.maxBatchRows,
    maxBytes: settings.maxBatchBytes,
    triggerMs: settings.processingTimeMs,
    once: parts.once,
    passOverGaps: parts.passOverGaps,
    signal: parts.signal,
    onReport: parts.onReport,
    onBegin: (batchId) => parts.jobs.begin(batchId),
    ...pipelineWords({ log, say, monotonic, isLoud }),
  });
}
