/** The services of a cluster: how each is started, found and probed. */
import { join } from 'node:path';
import { homeOf, pidFileOf } from './cluster-folder.ts';
import { type ClusterPlan, type Heaps, type Part, S3_REGION } from './cluster-plan.ts';
import { answersHttp, connectAnswers, kafkaAnswers, masterAnswers, workerAnswers } from './health.ts';
import { startKafka } from './kafka.ts';
import { fetchJars, type FetchOptions } from './maven.ts';
import { s3Page, startS3 } from './s3/s3.ts';
import { SPARK_JARS } from './spark-jars.ts';
import type { SparkOptions } from './spark-options.ts';
import {
  prepareSpark,
  type SparkHome,
  startConnectServer,
  startMaster,
  startWorker,
} from './spark-processes.ts';

/** One process of a cluster. */
export interface Service {
  /** `kafka`, `spark-worker-1`, … */
  readonly name: string;
  readonly part: Part;
  readonly title: string;
  /** Names of the services that must run before it. When one of them is restarted, so is this. */
  readonly after: readonly string[];
  /** Address for clients. */
  readonly address: string;
  /** Ports of 127.0.0.1 that it listens on. */
  readonly ports: readonly number[];
  /** Address of its web page; null if it has none. */
  readonly page: string | null;
  readonly logFile: string;
  /** The file that names its process while it runs. */
  readonly pidFile: string;
  /** Starts a process that outlives ours, writes the file that names it, and resolves when it is ready. */
  readonly start: (signal: AbortSignal) => Promise<unknown>;
  /** Answers a few words on its state; rejects when it does not answer. */
  readonly probe: () => Promise<string>;
}

/** What is common to all services of a cluster. */
export interface ServiceSettings extends Omit<FetchOptions, 'signal'> {
  readonly folder: string;
  readonly plan: ClusterPlan;
  readonly heaps: Heaps;
  readonly workers: number;
}

/** All services of a cluster, each after those that it needs. */
export function servicesOf(settings: ServiceSettings): readonly Service[] {
  return [kafkaService(settings), s3Service(settings), ...sparkServices(settings)];
}

function kafkaService({ folder, plan, cacheFolder, say }: ServiceSettings): Service {
  const { kafka: port, kafkaController: controllerPort } = plan.ports;
  const home = homeOf(folder, 'kafka');
  const pidFile = pidFileOf(folder, 'kafka');
  return {
    name: 'kafka',
    part: 'kafka',
    title: 'Kafka',
    after: [],
    address: `127.0.0.1:${port}`,
    ports: [port, controllerPort],
    page: null,
    logFile: join(home, 'broker.log'),
    pidFile,
    start: (signal) => startKafka({ folder: home, port, controllerPort, cacheFolder, say, signal, pidFile }),
    probe: () => kafkaAnswers(port),
  };
}

function s3Service({ folder, plan, cacheFolder, say }: ServiceSettings): Service {
  const { kind, bucket, accessKey, secretKey } = plan.s3;
  const { s3: port, s3Rpc: rpcPort } = plan.ports;
  const home = homeOf(folder, 's3');
  const pidFile = pidFileOf(folder, 's3');
  const common = { folder: home, port, rpcPort, bucket, accessKey, secretKey, region: S3_REGION };
  return {
    name: 's3',
    part: 's3',
    title: kind === 'garage' ? 'S3 (Garage)' : 'S3 (versitygw)',
    after: [],
    address: `http://127.0.0.1:${port}`,
    ports: kind === 'garage' ? [port, rpcPort] : [port],
    page: s3Page(kind, port),
    logFile: join(home, 's3.log'),
    pidFile,
    start: (signal) => startS3(kind, { ...common, cacheFolder, say, signal, pidFile }),
    probe: () => answersHttp(`http://127.0.0.1:${port}/`),
  };
}

function sparkServices(settings: ServiceSettings): readonly Service[] {
  const { folder, plan, workers } = settings;
  const { ports } = plan;
  const home = homeOf(folder, 'spark');
  const workerPages = [ports.workerPage1, ports.workerPage2].slice(0, workers);
  const page = (port: number): string => `http://127.0.0.1:${port}`;
  let prepared: Promise<SparkHome> | undefined;
  // Shared by all of them.
  const spark = (signal: AbortSignal): Promise<SparkHome> => (prepared ??= prepare(settings, home, signal));
  const workerServices = workerPages.map((port, index): Service => ({
    name: `spark-worker-${index + 1}`,
    part: 'spark',
    title: `Spark worker ${index + 1}`,
    after: ['spark-master'],
    address: page(port),
    ports: [port],
    page: page(port),
    logFile: join(home, `worker-${index + 1}.log`),
    pidFile: pidFileOf(folder, `spark-worker-${index + 1}`),
    start: async (signal) =>
      startWorker(await spark(signal), index, pidFileOf(folder, `spark-worker-${index + 1}`)),
    probe: () => workerAnswers(page(port)),
  }));
  return [
    {
      name: 'spark-master',
      part: 'spark',
      title: 'Spark master',
      after: [],
      address: `spark://127.0.0.1:${ports.master}`,
      ports: [ports.master, ports.masterPage],
      page: page(ports.masterPage),
      logFile: join(home, 'master.log'),
      pidFile: pidFileOf(folder, 'spark-master'),
      start: async (signal) => startMaster(await spark(signal), pidFileOf(folder, 'spark-master')),
      probe: () => masterAnswers(page(ports.masterPage)),
    },
    ...workerServices,
    {
      name: 'spark-connect',
      part: 'spark',
      title: 'Spark Connect',
      after: ['spark-master'],
      address: `sc://127.0.0.1:${ports.connect}`,
      ports: [ports.connect, ports.application],
      page: page(ports.application),
      logFile: join(home, 'connect.log'),
      pidFile: pidFileOf(folder, 'spark-connect'),
      start: async (signal) => startConnectServer(await spark(signal), pidFileOf(folder, 'spark-connect')),
      probe: () => connectAnswers(page(ports.application), ports.connect),
    },
  ];
}

async function prepare(settings: ServiceSettings, folder: string, signal: AbortSignal): Promise<SparkHome> {
  const { plan, heaps, workers, cacheFolder, say } = settings;
  const { connect, application, master, masterPage, workerPage1, workerPage2 } = plan.ports;
  const ports = { connect, application, master, masterPage, workerPages: [workerPage1, workerPage2] };
  const options: SparkOptions = {
    folder,
    cacheFolder,
    say,
    signal,
    workers,
    ...heaps,
    jars: [await fetchJars(SPARK_JARS, { cacheFolder, say, signal })],
    conf: s3aSettings(plan),
  };
  return prepareSpark(options, ports);
}

/**
 * Spark's properties for the store of a plan; `deploy/spark/spark-defaults.conf` has the same for its own store.
 * Source: Hadoop-AWS, "Connecting to an Amazon S3 Bucket through the S3A Connector".
 */
export function s3aSettings({
  s3,
  ports,
}: Pick<ClusterPlan, 's3' | 'ports'>): Readonly<Record<string, string>> {
  return {
    'spark.hadoop.fs.s3a.endpoint': `http://127.0.0.1:${ports.s3}`,
    'spark.hadoop.fs.s3a.endpoint.region': S3_REGION,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
    'spark.hadoop.fs.s3a.access.key': s3.accessKey,
    'spark.hadoop.fs.s3a.secret.key': s3.secretKey,
    'spark.hadoop.fs.s3a.aws.credentials.provider': 'org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider',
    // Garage takes the header and ignores it.
    'spark.hadoop.fs.s3a.create.conditional.enabled': 'false',
  };
}
