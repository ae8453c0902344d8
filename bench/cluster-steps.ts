/** The steps of the case `cluster`, each run by `runStep` in a process of its own: `cluster-steps.ts NAME JSON`. */
import { localStore } from '@contrail/delta-lake';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SparkEngine } from '../app/src/engine/spark/engine.ts';
import { parseAirports } from '../app/src/flight/airports.ts';
import { encodeStateVector } from '../app/src/flight/state-vector.ts';
import { readLines } from '../app/src/ingest/ndjson/lines.ts';
import { simulate } from '../app/src/ingest/simulator/simulate.ts';
import { Lake } from '../app/src/lake/lake.ts';
import { runPipeline } from '../app/src/pipeline/pipeline.ts';
import { KafkaTopic } from '../app/src/topic/kafka/kafka-topic.ts';
import type { ClusterStep, DrainResult } from './cluster.ts';
import { measure } from './child.ts';

const PARTITIONS = 2;
const AIRCRAFT = 10_000;
const APPEND_MESSAGES = 10_000;
const clock = (): number => Date.now();

const airports = parseAirports(
  JSON.parse(readFileSync(join(import.meta.dirname, '../app/src/lake/airports.json'), 'utf8')),
);

const topicOf = ({ bootstrap, topic }: ClusterStep): KafkaTopic =>
  new KafkaTopic({
    connection: { bootstrap: [bootstrap], tls: null, sasl: null },
    name: topic,
    partitions: PARTITIONS,
    creation: {
      replication: 1,
      retention: { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER },
    },
    random: Math.random,
    onTrouble: (error) => void process.stderr.write(`${error.message}\n`),
  });

/** The messages, in pieces: of the file, or simulated. */
async function* texts({ input, rows }: ClusterStep): AsyncGenerator<readonly string[]> {
  if (input !== null) {
    yield* readLines(createReadStream(input));
    return;
  }
  const polls = Math.ceil(rows / AIRCRAFT);
  for (const vectors of simulate({ aircraft: AIRCRAFT, polls, intervalSeconds: 10, seed: 7, airports }))
    yield vectors.map((vector) => encodeStateVector(vector));
}

async function fill(step: ClusterStep): Promise<null> {
  await using topic = topicOf(step);
  let left = step.rows;
  let waiting: string[] = [];
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

async function drain(step: ClusterStep): Promise<DrainResult> {
  const batches: { readonly rows: number; readonly ms: number }[] = [];
  const byTable: Record<string, number> = {};
  const { value, cost } = await measure(async () => {
    await using topic = topicOf(step);
    const store = localStore(join(step.folder, 'lake', step.topic));
    await using engine = new SparkEngine({
      address: step.spark,
      store,
      kafka: { options: { 'kafka.bootstrap.servers': step.bootstrap } },
      shufflePartitions: 2,
    });
    return await runPipeline({
      lake: new Lake(store, clock),
      engine,
      topic,
      airports,
      clock,
      maxRows: step.batchRows,
      triggerMs: 1_000,
      once: true,
      onBatch: (batch) => {
        batches.push({ rows: batch.rows_in, ms: batch.duration_ms });
        for (const [name, ms] of Object.entries(batch.duration_by_table_ms))
          byTable[name] = Math.round((byTable[name] ?? 0) + ms);
      },
    });
  });
  return { rows: value.rows, batches, ms_by_table: byTable, cost };
}

const STEPS: Readonly<Record<string, (step: ClusterStep) => Promise<unknown>>> = { fill, drain };
const [name = '', argument = ''] = process.argv.slice(2);
const step = STEPS[name];
if (step === undefined) throw new RangeError(`There is no step "${name}".`);
process.stdout.write(JSON.stringify(await step(JSON.parse(argument) as ClusterStep)));
