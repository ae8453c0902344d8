import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeys, S3_REGION } from '../app/src/cluster/cluster-plan.ts';
import { startKafka } from '../app/src/cluster/kafka.ts';
import { fetchJars } from '../app/src/cluster/maven.ts';
import { freePort } from '../app/src/cluster/ports.ts';
import { findGarage } from '../app/src/cluster/s3/garage.ts';
import { startS3 } from '../app/src/cluster/s3/s3.ts';
import { SPARK_JARS } from '../app/src/cluster/spark-jars.ts';
import { type SparkCluster, startSpark } from '../app/src/cluster/spark.ts';
import { machine, round, runStep, say } from './child.ts';
import { FRESHNESS, freshness } from './cluster-freshness.ts';
import type { ClusterStep, DrainResult } from './cluster-step.ts';
import { CpuShares } from './cpu-share.ts';
import { pysparkPeer } from './pyspark-peer.ts';
import { watched } from './spark-usage.ts';

/** The parts of the case `cluster`, in the order in which they run. */
export const CLUSTER_CASES = ['small', 'drain', 'freshness', 'garage', 'workers', 'peer'] as const;
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

type Line = Readonly<Record<string, unknown>>;

const CACHE = join(homedir(), '.cache', 'contrail');

/** Sizes of batches that are timed one by one, warm. The first ones are for warming up and are reported separately. */
const SMALL = [
  { name: 'batch-1000', batchRows: 1_000, batches: 48, warmUp: 24, goalSeconds: 3 },
  { name: 'batch-30000', batchRows: 30_000, batches: 14, warmUp: 4, goalSeconds: 7 },
] as const;
const GARAGE = { name: 'garage-1000', batchRows: 1_000, batches: 24, warmUp: 6, goalSeconds: 4 } as const;
/** How often the topic is drained, each time into a new lake: the first time Spark still compiles. */
const DRAINS = 3;
/**
 * One worker and two are compared with large batches, after they have compiled their code: without a limit, and with a
 * fixed share of a core each. A machine with two cores has no more for two workers than for one, because Kafka, the
 * Connect server and the compiler need their part; fixed shares show how well the work is spread.
 */
const WORKERS = {
  batches: 5,
  warmUp: 3,
  share: { cores: 0.6, batches: 3, ofABatch: 0.5 },
  goal: 1.6,
} as const;

/**
 * Measures Kafka to Spark to tables on the local disk: small batches one by one, a topic drained in large ones, and the
 * age of messages in Silver; the same with tables on Garage; one worker against two; and the tuned PySpark pipeline
 * with the same messages and broker. One line per case.
 */
export async function* cluster(options: ClusterOptions): AsyncGenerator<Line> {
  const { cases, rows, batchRows } = options;
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const peer = cases.has('peer') ? pysparkPeer(options.peer) : null;
  const hasGarage = cases.has('garage') && (await findGarage(CACHE)) !== null;
  if (cases.has('garage') && !hasGarage)
    say(
      'cluster: SKIPPED the case garage: there is no Garage on this machine (docs/cluster.md says how to build it).',
    );
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
    const stepOn = (
      spark: SparkCluster,
      topic: string,
      s3: Readonly<Record<string, string>> = {},
    ): ClusterStep => ({
      folder,
      topic,
      lake: topic,
      settings: {
        KAFKA_BOOTSTRAP: bootstrap,
        SPARK_REMOTE: spark.address,
        NUM_PARTITIONS: '2',
        SHUFFLE_PARTITIONS: '2',
        ...s3,
      },
      input,
      rows,
      batchRows,
    });
    const speeds: number[] = [];
    if (['small', 'drain', 'freshness'].some((name) => cases.has(name as ClusterCase)) || hasGarage) {
      await using spark = await start(options.workers);
      for (const small of cases.has('small') ? SMALL : [])
        yield await smallBatches(stepOn(spark, small.name), spark, small);
      if (cases.has('drain')) {
        const step = stepOn(spark, 'drain');
        await run('fill', step);
        for (let time = 1; time <= DRAINS; time++) {
          const line = await drain({ ...step, lake: `drain-${time}` }, spark);
          speeds.push(line.rows_per_s);
          yield { ...line, time };
        }
      }
      for (const trigger of cases.has('freshness') ? FRESHNESS : []) {
        const line = await freshness(stepOn(spark, trigger.name), spark, trigger, options.seconds);
        yield { ...line, machine: machine() };
      }
      if (hasGarage) yield* onGarage(folder, (topic, s3) => stepOn(spark, topic, s3), spark);
    }
    if (cases.has('workers')) yield* oneAndTwoWorkers(stepOn, start);
    if (peer) {
      say(`cluster: the tuned PySpark pipeline, ${rows} messages …`);
      const line = peer.drain(rows, bootstrap);
      const times = speeds.map((speed) => round(speed / line.rows_per_s, 2));
      yield { case: 'cluster peer', ...line, contrail_is_faster_by: times, machine: machine() };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const run = <T>(name: string, argument: ClusterStep): Promise<T> =>
  runStep<T>(name, argument, 'cluster-steps.ts');

async function smallBatches(
  common: ClusterStep,
  spark: SparkCluster,
  size: {
    readonly batchRows: number;
    readonly batches: number;
    readonly warmUp: number;
    readonly goalSeconds: number;
  },
): Promise<Line> {
  const { batchRows, batches, warmUp, goalSeconds } = size;
  const step = { ...common, rows: batchRows * batches, batchRows };
  say(`cluster: batches of ${batchRows} messages …`);
  await run('fill', step);
  const { value, cpuSeconds } = await watched(spark, () => run<DrainResult>('drain', step));
  const ms = value.batches.map((batch) => batch.ms);
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const warm = ms.slice(warmUp);
  return {
    case: `cluster ${step.topic}`,
    batches: value.batches.length,
    first_s: round((ms[0] ?? Number.NaN) / 1000, 2),
    warm_up_batches: warmUp,
    warm_up_p50_s: round(median(ms.slice(0, warmUp)) / 1000, 2),
    p50_s: round(median(warm) / 1000, 2),
    max_s: round(Math.max(...warm) / 1000, 2),
    goal_s: goalSeconds,
    spark_cpu_s_per_batch: round(cpuSeconds / value.batches.length, 2),
    driver_cpu_s_per_batch: round(value.cost.cpu_s / value.batches.length, 2),
    machine: machine(),
  };
}

/** Drains a topic; the speed leaves out the first `warmUp` batches. */
async function drain(
  step: ClusterStep,
  spark: SparkCluster,
  warmUp = 0,
): Promise<Line & { readonly rows_per_s: number }> {
  say(`cluster: ${step.rows} messages, ${step.batchRows} a batch …`);
  const { value, cpuSeconds, peakMb, peakMbOf } = await watched(spark, () => run<DrainResult>('drain', step));
  const counted = value.batches.slice(warmUp);
  const seconds = counted.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return {
    case: `cluster ${step.topic}`,
    input: step.input === null ? 'simulated' : 'as PySpark',
    rows: value.rows,
    batches: value.batches.length,
    workers: spark.workers.length,
    processing_s: round(seconds, 1),
    rows_per_s: Math.round(counted.reduce((sum, { rows }) => sum + rows, 0) / seconds),
    spark_cpu_s: round(cpuSeconds, 1),
    rows_per_cpu_s: Math.round(value.rows / (cpuSeconds + value.cost.cpu_s)),
    cores: round((cpuSeconds + value.cost.cpu_s) / value.cost.wall_s, 2),
    spark_peak_rss_mb: peakMb,
    spark_peak_rss_mb_of: peakMbOf,
    driver: value.cost,
    ms_by_table: value.ms_by_table,
    machine: machine(),
  };
}

/**
 * Measures small batches, and the whole topic in large ones, with tables on Garage: an object store of one node on this
 * machine.
 */
async function* onGarage(
  folder: string,
  stepOn: (topic: string, s3: Readonly<Record<string, string>>) => ClusterStep,
  spark: SparkCluster,
): AsyncGenerator<Line> {
  for (const name of [GARAGE.name, 'garage-drain']) {
    const [port, rpcPort] = [await freePort(), await freePort()];
    // Spark keeps its connection to a bucket, so each Garage gets a bucket of another name.
    const access = { bucket: name, region: S3_REGION, ...newKeys() };
    await using _garage = await startS3('garage', {
      ...access,
      folder: join(folder, name),
      port,
      rpcPort,
      cacheFolder: CACHE,
      say,
    });
    const step = stepOn(name, {
      GARAGE_ENDPOINT: `http://127.0.0.1:${port}`,
      BUCKET_NAME: access.bucket,
      S3_REGION: access.region,
      ACCESS_KEY: access.accessKey,
      SECRET_KEY: access.secretKey,
    });
    if (name === GARAGE.name) {
      yield await smallBatches(step, spark, GARAGE);
      continue;
    }
    await run('fill', step);
    yield await drain(step, spark);
  }
}

/**
 * Measures the same messages with one worker and with two, of one core each, and how much faster two are once they are
 * warm.
 */
async function* oneAndTwoWorkers(
  stepOn: (spark: SparkCluster, topic: string) => ClusterStep,
  start: (workers: number) => Promise<SparkCluster>,
): AsyncGenerator<Line> {
  const speeds = { whole: [] as number[], share: [] as number[] };
  for (const workers of [1, 2]) {
    using shares = new CpuShares();
    await using spark = await start(workers);
    const common = stepOn(spark, 'workers');
    const step = { ...common, input: null, rows: common.batchRows * WORKERS.batches };
    const shareRows = Math.ceil(common.batchRows * WORKERS.share.ofABatch);
    const shareStep = {
      ...step,
      topic: 'workers-share',
      batchRows: shareRows,
      rows: shareRows * WORKERS.share.batches,
    };
    if (workers === 1) for (const each of [step, shareStep]) await run('fill', each);
    const whole = await drain({ ...step, lake: `workers-${workers}` }, spark, WORKERS.warmUp);
    speeds.whole.push(whole.rows_per_s);
    yield whole;
    const pids = spark.workers.flatMap(({ pid }) => pid ?? []);
    if (!shares.give(pids, WORKERS.share.cores)) continue;
    // Everything is compiled by now; a driver has more to do at its first batch.
    const share = await drain({ ...shareStep, lake: `workers-share-${workers}` }, spark, 1);
    speeds.share.push(share.rows_per_s);
    yield { ...share, cores_of_a_worker: WORKERS.share.cores };
  }
  const twoToOne = ([one = Number.NaN, two = Number.NaN]: readonly number[]): number => round(two / one, 2);
  yield {
    case: 'cluster workers',
    two_to_one: twoToOne(speeds.whole),
    two_to_one_with_a_share: twoToOne(speeds.share),
    cores_of_a_worker: WORKERS.share.cores,
    goal: WORKERS.goal,
  };
}
