import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startKafka } from '../app/src/cluster/kafka.ts';
import { fetchJars } from '../app/src/cluster/maven.ts';
import { SPARK_JARS } from '../app/src/cluster/spark-jars.ts';
import { type SparkCluster, startSpark } from '../app/src/cluster/spark.ts';
import { type Cost, machine, round, runStep, say } from './child.ts';
import { pysparkPeer } from './pyspark-peer.ts';

/** Arguments of the case. */
export interface ClusterOptions {
  readonly rows: number;
  readonly batchRows: number;
  /** 0: the Connect server computes by itself, on two cores. */
  readonly workers: number;
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
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 500;

/** Sizes of batches that are timed one by one, warm; the first ones warm up. */
const SMALL = [
  { name: 'batch-1000', batchRows: 1_000, batches: 14, warmUp: 4, goalSeconds: 3 },
  { name: 'batch-30000', batchRows: 30_000, batches: 6, warmUp: 2, goalSeconds: 7 },
] as const;

/**
 * Kafka to Spark to tables on the local disk: small batches one by one, then a topic drained in large ones; and the
 * tuned PySpark pipeline on the same messages and broker. A line a case.
 */
export async function* cluster(options: ClusterOptions): AsyncGenerator<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const peer = pysparkPeer(options.peer);
  try {
    await using kafka = await startKafka({ folder: join(folder, 'kafka'), port: 0, cacheFolder: CACHE, say });
    const input = peer?.input(options.rows) ?? null;
    {
      const jars = await fetchJars(SPARK_JARS, { cacheFolder: CACHE, say });
      await using spark = await startSpark({
        folder: join(folder, 'spark'),
        cacheFolder: CACHE,
        say,
        workers: options.workers,
        jars: [jars],
      });
      const step = { folder, bootstrap: kafka.bootstrap, spark: spark.address, input };
      for (const { name, batchRows, batches, warmUp, goalSeconds } of SMALL) {
        const small = { ...step, topic: name, rows: batchRows * batches, batchRows };
        yield { ...(await smallBatches(small, spark, warmUp)), goal_s: goalSeconds, machine: machine() };
      }
      yield await drain({ ...step, topic: 'drain', rows: options.rows, batchRows: options.batchRows }, spark);
    }
    if (peer) {
      say(`cluster: the tuned PySpark pipeline, ${options.rows} messages …`);
      yield { case: 'cluster peer', ...peer.drain(options.rows, kafka.bootstrap), machine: machine() };
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

async function drain(step: ClusterStep, spark: SparkCluster): Promise<Line> {
  say(`cluster: ${step.rows} messages, ${step.batchRows} a batch …`);
  await run('fill', step);
  const { value, cpuSeconds, peakMb } = await watched(spark, () => run<DrainResult>('drain', step));
  const seconds = value.batches.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return {
    case: 'cluster drain',
    rows: value.rows,
    batches: value.batches.length,
    workers: spark.workers.length,
    processing_s: round(seconds, 1),
    rows_per_s: Math.round(value.rows / seconds),
    spark_cpu_s: round(cpuSeconds, 1),
    rows_per_cpu_s: Math.round(value.rows / (cpuSeconds + value.cost.cpu_s)),
    spark_peak_rss_mb: peakMb,
    driver: value.cost,
    ms_by_table: value.ms_by_table,
    machine: machine(),
  };
}

/** CPU and peak memory of Spark's processes and their children while something runs. Source: proc(5). */
async function watched<T>(
  spark: SparkCluster,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly cpuSeconds: number; readonly peakMb: number }> {
  const roots = [spark.connectServer, spark.master, ...spark.workers].flatMap(
    (process) => process?.pid ?? [],
  );
  const before = usage(roots);
  let peak = before.bytes;
  const ended = new AbortController();
  const sampling = (async () => {
    while (!ended.signal.aborted) {
      peak = Math.max(peak, usage(roots).bytes);
      await wait(SAMPLE_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  try {
    const value = await work();
    return {
      value,
      cpuSeconds: usage(roots).seconds - before.seconds,
      peakMb: Math.round(Math.max(peak, usage(roots).bytes) / 1e6),
    };
  } finally {
    ended.abort();
    await sampling;
  }
}

function usage(pids: readonly number[]): { readonly seconds: number; readonly bytes: number } {
  let [seconds, bytes] = [0, 0];
  const waiting = [...pids];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      seconds += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      bytes += Number(resident ?? 0) * 1024;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
      waiting.push(...children.split(' ').filter(Boolean).map(Number));
    } catch {
      // It has ended in the meantime.
    }
  }
  return { seconds, bytes };
}
