import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../app/src/cluster/kafka.ts';
import { fetchJars } from '../app/src/cluster/maven.ts';
import { SPARK_JARS } from '../app/src/cluster/spark-jars.ts';
import { type SparkCluster, startSpark } from '../app/src/cluster/spark.ts';
import { type Cost, machine, round, runStep, say } from './child.ts';
import { FRESHNESS, freshness } from './cluster-freshness.ts';
import { pysparkPeer } from './pyspark-peer.ts';
import { watched } from './spark-usage.ts';

/** What the case `cluster` consists of, in the order in which it runs. */
export const CLUSTER_CASES = ['small', 'drain', 'freshness', 'workers', 'peer'] as const;
export type ClusterCase = (typeof CLUSTER_CASES)[number];

/** Arguments of the case. */
export interface ClusterOptions {
  readonly cases: ReadonlySet<ClusterCase>;
  readonly rows: number;
  readonly batchRows: number;
  /** 0: the Connect server computes by itself, on two cores. Not for `workers`, which compares one with two. */
  readonly workers: number;
  /** How long `freshness` feeds, at each trigger. */
  readonly seconds: number;
  /** The folder of the PySpark pipeline. */
  readonly peer: string;
}

/** What the step `drain` answers. */
export interface DrainResult {
  readonly rows: number;
  readonly batches: readonly { readonly rows: number; readonly ms: number }[];
  readonly ms_by_table: Readonly<Record<string, number>>;
  /** Of the process that drives, Spark not included. */
  readonly cost: Cost;
}

/** What the steps are told. */
export interface ClusterStep {
  readonly folder: string;
  readonly bootstrap: string;
  readonly spark: string;
  readonly topic: string;
  /** NDJSON to fill the topic from; null: simulated messages. */
  readonly input: string | null;
  readonly rows: number;
  readonly batchRows: number;
}

type Line = Readonly<Record<string, unknown>>;

const CACHE = join(homedir(), '.cache', 'contrail');

/** Sizes of batches that are timed one by one, warm; the first ones warm up. */
const SMALL = [
  { name: 'batch-1000', batchRows: 1_000, batches: 14, warmUp: 4, goalSeconds: 3 },
  { name: 'batch-30000', batchRows: 30_000, batches: 6, warmUp: 2, goalSeconds: 7 },
] as const;
/** Before one worker is compared with two, each has compiled what it runs. */
const WARM_UP_ROWS = 30_000;
const WORKERS_GOAL = 1.6;

/**
 * Kafka to Spark to tables on the local disk: small batches one by one, a topic drained in large ones, how old messages are
 * when they are in Silver, one worker against two; and the tuned PySpark pipeline on the same messages and broker. A line a
 * case.
 */
export async function* cluster(options: ClusterOptions): AsyncGenerator<Line> {
  const { cases, rows, batchRows } = options;
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const peer = cases.has('peer') ? pysparkPeer(options.peer) : null;
  try {
    await using kafka = await startKafka({ folder: join(folder, 'kafka'), port: 0, cacheFolder: CACHE, say });
    const { bootstrap } = kafka;
    const jars = await fetchJars(SPARK_JARS, { cacheFolder: CACHE, say });
    const start = (workers: number): Promise<SparkCluster> =>
      startSpark({
        folder: join(folder, `spark-${workers}`),
        cacheFolder: CACHE,
        say,
        workers,
        jars: [jars],
      });
    const input = peer?.input(rows) ?? null;
    const common = { folder, bootstrap, input, rows, batchRows };
    if (cases.has('small') || cases.has('drain') || cases.has('freshness')) {
      await using spark = await start(options.workers);
      const step = { ...common, spark: spark.address };
      for (const { name, batchRows: size, batches, warmUp, goalSeconds } of cases.has('small') ? SMALL : []) {
        const small = { ...step, topic: name, rows: size * batches, batchRows: size };
        yield { ...(await smallBatches(small, spark, warmUp)), goal_s: goalSeconds, machine: machine() };
      }
      if (cases.has('drain')) yield await drain({ ...step, topic: 'drain' }, spark);
      for (const trigger of cases.has('freshness') ? FRESHNESS : []) {
        const line = await freshness({ ...step, topic: trigger.name }, spark, trigger, options.seconds);
        yield { ...line, machine: machine() };
      }
    }
    if (cases.has('workers')) yield* oneAndTwoWorkers(common, start);
    if (peer) {
      say(`cluster: the tuned PySpark pipeline, ${rows} messages …`);
      yield { case: 'cluster peer', ...peer.drain(rows, bootstrap), machine: machine() };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const run = <T>(name: string, argument: ClusterStep): Promise<T> =>
  runStep<T>(name, argument, 'cluster-steps.ts');

async function smallBatches(step: ClusterStep, spark: SparkCluster, warmUp: number): Promise<Line> {
  say(`cluster: batches of ${step.batchRows} messages …`);
  await run('fill', step);
  const { value, cpuSeconds } = await watched(spark, () => run<DrainResult>('drain', step));
  const ms = value.batches.map((batch) => batch.ms);
  const warm = ms.slice(warmUp).toSorted((a, b) => a - b);
  return {
    case: `cluster ${step.topic}`,
    batches: value.batches.length,
    first_s: round((ms[0] ?? Number.NaN) / 1000, 2),
    p50_s: round((warm[Math.floor(warm.length / 2)] ?? Number.NaN) / 1000, 2),
    max_s: round((warm.at(-1) ?? Number.NaN) / 1000, 2),
    spark_cpu_s_per_batch: round(cpuSeconds / value.batches.length, 2),
    driver_cpu_s_per_batch: round(value.cost.cpu_s / value.batches.length, 2),
  };
}

async function drain(
  step: ClusterStep,
  spark: SparkCluster,
): Promise<Line & { readonly rows_per_s: number }> {
  say(`cluster: ${step.rows} messages, ${step.batchRows} a batch …`);
  await run('fill', step);
  const { value, cpuSeconds, peakMb, peakMbOf } = await watched(spark, () => run<DrainResult>('drain', step));
  const seconds = value.batches.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return {
    case: `cluster ${step.topic}`,
    input: step.input === null ? 'simulated' : 'as PySpark',
    rows: value.rows,
    batches: value.batches.length,
    workers: spark.workers.length,
    processing_s: round(seconds, 1),
    rows_per_s: Math.round(value.rows / seconds),
    spark_cpu_s: round(cpuSeconds, 1),
    rows_per_cpu_s: Math.round(value.rows / (cpuSeconds + value.cost.cpu_s)),
    spark_peak_rss_mb: peakMb,
    spark_peak_rss_mb_of: peakMbOf,
    driver: value.cost,
    ms_by_table: value.ms_by_table,
    machine: machine(),
  };
}

/** The same messages with one worker and with two, of one core each; and how many times as fast two are. */
async function* oneAndTwoWorkers(
  common: Omit<ClusterStep, 'spark' | 'topic'>,
  start: (workers: number) => Promise<SparkCluster>,
): AsyncGenerator<Line> {
  const speeds: number[] = [];
  for (const workers of [1, 2]) {
    await using spark = await start(workers);
    const step = { ...common, spark: spark.address };
    say(`cluster: ${workers} worker${workers === 1 ? '' : 's'}, warming up …`);
    const warmUp = { ...step, topic: `warm-up-${workers}`, rows: WARM_UP_ROWS, batchRows: WARM_UP_ROWS / 2 };
    await run('fill', warmUp);
    await run('drain', warmUp);
    const line = await drain({ ...step, topic: `workers-${workers}` }, spark);
    speeds.push(line.rows_per_s);
    yield line;
  }
  const [one = Number.NaN, two = Number.NaN] = speeds;
  yield { case: 'cluster workers', two_to_one: round(two / one, 2), goal: WORKERS_GOAL };
}
