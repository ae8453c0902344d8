import { openSession, SparkConnectError, type SparkSession } from '@contrail/spark-connect';
import { ContrailError, type ErrorCode } from '../../errors.ts';

/** Where Spark is. */
export interface SparkConnection {
  /** `sc://host:port/;token=…`. */
  readonly address: string;
  /** Web page of the application, such as `http://host:4040`. With it, stopped work is watched until it has ended. */
  readonly applicationPage?: string | undefined;
}

/** A few retries for a short failure. If the server is away for longer, the pipeline waits. */
const RETRY = { maxRetries: 4 };

/**
 * Settings of our sessions, whatever the server was started with. Files hold instants as microseconds, with bounds.
 * Listing files takes no job of its own. Rows of several partitions are written to as many files at the same time,
 * unsorted. HotSpot never compiles methods of more than 8,000 bytes, so Spark must generate smaller ones.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  'spark.sql.session.timeZone': 'UTC',
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.parquet.outputTimestampType': 'TIMESTAMP_MICROS',
  'spark.sql.parquet.enableVectorizedReader': 'true',
  'spark.sql.sources.parallelPartitionDiscovery.threshold': '100000',
  'spark.sql.maxConcurrentOutputFileWriters': '64',
  'spark.sql.adaptive.enabled': 'false',
  'mapreduce.fileoutputcommitter.marksuccessfuljobs': 'false',
  'spark.sql.codegen.wholeStage': 'true',
  'spark.sql.codegen.factoryMode': 'FALLBACK',
  'spark.sql.codegen.hugeMethodLimit': '8000',
};

/**
 * Lets sessions share compiled classes. By default each session of a Connect server loads its classes apart, so it
 * compiles again what earlier sessions have compiled: a sixth of the CPU of a large batch. The separation protects the
 * classes of clients from each other, but ours has none. A server reads the setting only at the first call of a
 * session, so one session sets it for the next.
 */
const SHARED_CLASSES: Readonly<Record<string, string>> = {
  'spark.sql.artifact.isolation.enabled': 'false',
  'spark.sql.artifact.isolation.alwaysApplyClassloader': 'false',
};

/**
 * Opens a session with our settings.
 * @throws ContrailError `unavailable` / `spark-unavailable`, `invalid` / `spark-access-denied`, …
 */
export async function openSparkSession(
  connection: SparkConnection,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<SparkSession> {
  const { address, applicationPage } = connection;
  const session = await openSession(address, {
    retry: RETRY,
    applicationPage,
    signal,
  });
  try {
    await session.config.set({ ...SETTINGS, ...SHARED_CLASSES, ...settings }, signal);
    const sharing = await session.clone(signal).catch((error: unknown) => {
      // Spark before 4.1 cannot clone sessions; such a server compiles more.
      if (error instanceof SparkConnectError && error.kind === 'unsupported') return null;
      throw error;
    });
    if (sharing === null) return session;
    await session.close();
    return sharing;
  } catch (error) {
    await session.close().catch(() => undefined);
    throw error;
  }
}

/** Spark's failure as an error of the app, whose kind says whether to wait, to try again, or to tell a person. */
export function sparkFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof SparkConnectError)) return error;
  const { kind, code, message } = error;
  const options = { cause: error, facts: { errorClass: error.errorClass, sqlState: error.sqlState } };
  const failed = (ownCode: ErrorCode, advice: string): ContrailError =>
    new ContrailError(ownCode, `${doing}: ${message}${advice}`, options);
  if (error.errorClass?.startsWith('KAFKA_DATA_LOSS') === true)
    return failed('topic-offsets-expired', ' Messages expired unread, or the topic was replaced.');
  if (code === 'access-denied') return failed('spark-access-denied', ' Check the token in SPARK_REMOTE.');
  switch (kind) {
    case 'unavailable':
      return failed('spark-unavailable', '. Start its Connect server, or correct SPARK_REMOTE.');
    case 'session-lost':
      return failed('spark-session-lost', '');
    case 'cancelled':
      return failed('spark-cancelled', ' It was stopped from outside.');
    case 'failed':
      if (/No space left on device|Disk quota exceeded/.test(message))
        return failed('spark-disk-full', ' Free space on the disks of the executors.');
      return failed('spark-query-failed', '');
    case 'invalid':
    case 'unsupported':
    case 'corrupt':
    case 'internal':
      return failed('sql-failed', '');
  }
}
