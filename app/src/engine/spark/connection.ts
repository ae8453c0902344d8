import { openSession, SparkConnectError, type SparkSession } from '@contrail/spark-connect';
import { ContrailError, type ErrorCode } from '../../errors.ts';

/** Where Spark is. */
export interface SparkConnection {
  /** `sc://host:port/;token=…`. */
  readonly address: string;
  /** Of the application, as `http://host:4040`: with it, work that was stopped is watched until it has ended. */
  readonly applicationPage?: string | undefined;
}

/** A little patience with a server that stumbles; with one that is away the pipeline has its own. */
const RETRY = { maxRetries: 4 };

/**
 * What a session of ours needs whatever the server was started with. Files hold instants as microseconds with bounds;
 * partitions of a listing are not looked for in a job of their own; rows of several partitions go to as many files at
 * once, unsorted. HotSpot never compiles methods of more than 8,000 bytes, so code is generated in smaller ones.
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
 * Sessions of a Connect server load their classes apart, generated ones too, so that each would compile again what one
 * before it has compiled: a sixth of the CPU of a large batch. That keeps the classes of clients from each other, and we
 * bring none. A server looks at it at the first call of a session only, so it is set in one session for the next.
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
      // Before Spark 4.1 there is no clone; such a server compiles more.
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

/** What went wrong in Spark, in the app's words: whether to wait, to try again, or to tell a person. */
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
      return failed('spark-cancelled', ' Somebody stopped it.');
    case 'failed':
      if (/No space left on device|Disk quota exceeded/.test(message))
        return failed('spark-disk-full', ' Make room on the disks of the executors.');
      return failed('spark-query-failed', '');
    case 'invalid':
    case 'unsupported':
    case 'corrupt':
    case 'internal':
      return failed('sql-failed', '');
  }
}
