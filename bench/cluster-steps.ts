/** The steps of the case `cluster`, each run by `runStep` in a process of its own: `cluster-steps.ts NAME JSON`. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadAirports } from '../app/src/program/airports.ts';
import { SYSTEM } from '../app/src/program/system.ts';
import { openLake } from '../app/src/program/lake/open-lake.ts';
import { openSpark } from '../app/src/program/spark.ts';
import { openTopic } from '../app/src/program/topic.ts';
import { loadSettings } from '../app/src/config/settings.ts';
import type { MessageValue } from '../app/src/flight/decode-message.ts';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { readLines } from '../app/src/ingest/ndjson/lines.ts';
import { simulate } from '../app/src/ingest/simulator/simulate.ts';
import type { Lake } from '../app/src/lake/lake.ts';
import type { BatchProgress } from '../app/src/lake/progress.ts';
import { SILVER_FLIGHTS } from '../app/src/lake/silver-flights.ts';
import { type PipelineOptions, runPipeline } from '../app/src/pipeline/pipeline.ts';
import type { Topic } from '../app/src/topic/topic.ts';
import { measure } from './child.ts';
import type { FollowResult, FreshnessStep } from './cluster-freshness.ts';
import type { ClusterStep, DrainResult } from './cluster-step.ts';

const AIRCRAFT = 10_000;
const APPEND_MESSAGES = 10_000;
const FEED_MS = 1_000;
const { clock } = SYSTEM;
const airports = loadAirports();

const settingsOf = ({ settings, topic }: ClusterStep): ReturnType<typeof loadSettings> =>
  loadSettings({ ...settings, TOPIC_NAME: topic });

const topicOf = (step: ClusterStep): Promise<Topic> => openTopic(settingsOf(step), step.folder, false);

/** The messages, in pieces: of the file, or simulated. */
async function* texts({ input, rows }: ClusterStep): AsyncGenerator<readonly MessageValue[]> {
  if (input !== null) {
    yield* readLines(createReadStream(input));
    return;
  }
  const polls = Math.ceil(rows / AIRCRAFT);
  for (const vectors of simulate({ aircraft: AIRCRAFT, polls, intervalSeconds: 10, seed: 7, airports }))
    yield vectors.map((vector) => encodeStateVector(vector));
}

async function fill(step: ClusterStep): Promise<null> {
  await using topic = await topicOf(step);
  let left = step.rows;
  let waiting: MessageValue[] = [];
  const append = async (): Promise<void> => {
    const timestamp_ms = clock();
    await topic.append(waiting.map((value) => ({ key: null, value, timestamp_ms })));
    waiting = [];
  };
  for await (const piece of texts(step)) {
    const wanted = piece.slice(0, left);
    left -= wanted.length;
    waiting.push(...wanted);
    if (waiting.length >= APPEND_MESSAGES) await append();
    if (left === 0) break;
  }
  if (waiting.length > 0) await append();
  return null;
}

/** Runs the pipeline on Spark, passes its lake to `work` and answers its batches. */
async function pipelineOf<T>(
  step: ClusterStep,
  more: Pick<PipelineOptions, 'triggerMs' | 'once' | 'signal' | 'onBatch'>,
  afterwards: (lake: Lake) => Promise<T>,
): Promise<{ readonly batches: DrainResult['batches']; readonly found: T }> {
  const batches: { readonly rows: number; readonly ms: number }[] = [];
  const settings = settingsOf(step);
  await using topic = await topicOf(step);
  await using home = openLake(settings, join(step.folder, 'data', step.lake));
  await home.claim();
  await using engine = openSpark(settings, settings.sparkRemote ?? '', home.store);
  await runPipeline({
    lake: home.lake,
    engine,
    topic,
    airports,
    clock,
    maxRows: step.batchRows,
    ...more,
    onBatch: (batch) => {
      batches.push({ rows: batch.rows_in, ms: batch.duration_ms });
      more.onBatch?.(batch);
    },
  });
  return { batches, found: await afterwards(home.lake) };
}

async function drain(step: ClusterStep): Promise<DrainResult> {
  const byTable: Record<string, number> = {};
  const onBatch = ({ duration_by_table_ms }: BatchProgress): void => {
    for (const [name, ms] of Object.entries(duration_by_table_ms))
      byTable[name] = Math.round((byTable[name] ?? 0) + ms);
  };
  const { value, cost } = await measure(() =>
    pipelineOf(step, { triggerMs: 1_000, once: true, onBatch }, async () => null),
  );
  const rows = value.batches.reduce((sum, batch) => sum + batch.rows, 0);
  return { rows, batches: value.batches, ms_by_table: byTable, cost };
}

/** Runs the pipeline until all messages of the feed are in the tables, and answers how old they were in Silver. */
async function follow(step: FreshnessStep): Promise<FollowResult> {
  const started = clock();
  const stop = new AbortController();
  let left = step.rows;
  const onBatch = ({ rows_in }: BatchProgress): void => {
    left -= rows_in;
    if (left <= 0) stop.abort();
  };
  const { triggerMs } = step;
  const { value, cost } = await measure(() =>
    pipelineOf(step, { triggerMs, once: false, signal: stop.signal, onBatch }, (lake) =>
      silverAges(lake, started + step.skipMs),
    ),
  );
  const ages = value.found;
  const at = (share: number): number => ages[Math.floor(share * (ages.length - 1))] ?? Number.NaN;
  return {
    batches: value.batches,
    counted: ages.length,
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    max_ms: at(1),
    cost,
  };
}

/** Ascending, ms: from the append of each message since a moment to the commit of Silver that holds it. */
async function silverAges(lake: Lake, sinceMs: number): Promise<readonly number[]> {
  const silver = await lake.table(SILVER_FLIGHTS);
  const ages: number[] = [];
  // Version 0 created the table.
  for await (const rows of silver?.changesBetween(1) ?? []) {
    for (const row of rows) {
      const appendedMs = Number(row['ingested_at']) / 1000;
      if (appendedMs >= sinceMs) ages.push(Number(row['_commit_timestamp']) / 1000 - appendedMs);
    }
  }
  return ages.toSorted((a, b) => a - b);
}

/** Appends the rest of the messages, each second those that are due. */
async function feed(step: FreshnessStep): Promise<null> {
  await using topic = await topicOf(step);
  const messages = flat(texts(step));
  for (let skipped = 0; skipped < step.warmUpRows; skipped++) await messages.next();
  const started = clock();
  for (let sent = step.warmUpRows; sent < step.rows;) {
    await wait(FEED_MS);
    const due = step.warmUpRows + Math.floor(((clock() - started) / 1000) * step.rowsPerSecond);
    const values: MessageValue[] = [];
    while (sent < Math.min(due, step.rows)) {
      const { value, done } = await messages.next();
      if (done === true) throw new RangeError(`There are ${sent} messages, not ${step.rows}.`);
      values.push(value);
      sent += 1;
    }
    const timestamp_ms = clock();
    await topic.append(values.map((value) => ({ key: null, value, timestamp_ms })));
  }
  return null;
}

async function* flat(
  pieces: AsyncIterable<readonly MessageValue[]>,
): AsyncGenerator<MessageValue, undefined> {
  for await (const piece of pieces) yield* piece;
}

const STEPS: Readonly<Record<string, (step: FreshnessStep) => Promise<unknown>>> = {
  fill,
  drain,
  feed,
  follow,
};
const [name = '', argument = ''] = process.argv.slice(2);
const step = STEPS[name];
if (step === undefined) throw new RangeError(`There is no step "${name}".`);
process.stdout.write(JSON.stringify(await step(JSON.parse(argument) as FreshnessStep)));
