import type { SparkCluster } from '../app/src/cluster/spark.ts';
import { type Cost, round, runStep, say } from './child.ts';
import type { ClusterStep } from './cluster-step.ts';
import { watched } from './spark-usage.ts';

/** A trigger, and the age at which 95 of 100 messages must be in Silver. */
export interface FreshnessTrigger {
  readonly name: string;
  readonly triggerSeconds: number;
  readonly goalSeconds: number;
}

/**
 * The usual trigger of a cluster, and the fastest: every batch takes longer than a trigger of a second, so each begins
 * when the one before it ends.
 */
export const FRESHNESS: readonly FreshnessTrigger[] = [
  { name: 'freshness-30s', triggerSeconds: 30, goalSeconds: 40 },
  { name: 'freshness-fastest', triggerSeconds: 1, goalSeconds: 10 },
];

/** The arguments of the steps `feed` and `follow`. */
export interface FreshnessStep extends ClusterStep {
  /** In the topic before the feed begins; `rows` counts them. */
  readonly warmUpRows: number;
  readonly rowsPerSecond: number;
  readonly triggerMs: number;
  /** Messages of the first seconds of the feed are not counted: the tables are new, and Spark compiles. */
  readonly skipMs: number;
}

/** The result of the step `follow`. Ages are from a message's append to the commit of Silver that holds it. */
export interface FollowResult {
  readonly batches: readonly { readonly rows: number; readonly ms: number }[];
  /** Number of messages that were counted. */
  readonly counted: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
  readonly cost: Cost;
}

/** All aircraft of OpenSky, with a poll every 30 s; the PySpark pipeline was measured with the same rate. */
const ROWS_PER_SECOND = 333;
const WARM_UP_ROWS = 1_000;
/** Of the feed's time. */
const SKIPPED = 1 / 5;

/** Measures a steady feed with a pipeline that runs at the same time. */
export async function freshness(
  common: ClusterStep,
  spark: SparkCluster,
  { triggerSeconds, goalSeconds }: FreshnessTrigger,
  seconds: number,
): Promise<Readonly<Record<string, unknown>>> {
  const step: FreshnessStep = {
    ...common,
    warmUpRows: WARM_UP_ROWS,
    rows: WARM_UP_ROWS + seconds * ROWS_PER_SECOND,
    rowsPerSecond: ROWS_PER_SECOND,
    triggerMs: triggerSeconds * 1000,
    skipMs: seconds * SKIPPED * 1000,
  };
  say(`cluster: ${ROWS_PER_SECOND} messages a second for ${seconds} s, trigger ${triggerSeconds} s …`);
  await run('fill', { ...step, rows: WARM_UP_ROWS });
  const { value, cpuSeconds, peakMb, peakMbOf } = await watched(spark, async () => {
    const [result] = await together<FollowResult>('follow', 'feed', step);
    return result;
  });
  const { batches, cost } = value;
  const sorted = batches.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return {
    case: `cluster ${step.topic}`,
    rows_per_s: ROWS_PER_SECOND,
    trigger_s: triggerSeconds,
    counted: value.counted,
    p50_s: round(value.p50_ms / 1000, 2),
    p95_s: round(value.p95_ms / 1000, 2),
    max_s: round(value.max_ms / 1000, 2),
    goal_p95_s: goalSeconds,
    batches: batches.length,
    batch_p50_s: round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) / 1000, 2),
    // Stable if later batches are no larger than earlier ones.
    batch_rows: batches.map(({ rows }) => rows),
    cores: round((cpuSeconds + cost.cpu_s) / cost.wall_s, 2),
    spark_peak_rss_mb: peakMb,
    spark_peak_rss_mb_of: peakMbOf,
    driver: cost,
  };
}

const run = <T>(name: string, argument: ClusterStep, signal?: AbortSignal): Promise<T> =>
  runStep<T>(name, argument, 'cluster-steps.ts', signal);

/** Two steps at once; when one fails, the other is ended. */
async function together<T>(
  first: string,
  second: string,
  step: FreshnessStep,
): Promise<readonly [T, unknown]> {
  const stop = new AbortController();
  try {
    return await Promise.all([run<T>(first, step, stop.signal), run(second, step, stop.signal)]);
  } finally {
    stop.abort();
  }
}
