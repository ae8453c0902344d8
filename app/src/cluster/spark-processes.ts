/** The single processes of a Spark on this machine; `spark.ts` starts them together. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireJava } from './java.ts';
import { type ServiceProcess, startService } from './service-process.ts';
import { fetchSpark, SPARK } from './spark-distribution.ts';
import { type ChosenPorts, DEFAULT_MEGABYTES, type SparkOptions } from './spark-options.ts';
import { LOG4J, propertiesOf } from './spark-settings.ts';

const START_WAIT_MS = 300_000;
/** Masters and workers hold no data. */
const DAEMON_MEGABYTES = 256;

/** A Spark that is ready to start. */
export interface SparkHome {
  /** The folder of the distribution. */
  readonly home: string;
  readonly folder: string;
  readonly ports: ChosenPorts;
  readonly options: SparkOptions;
}

/**
 * Prepares everything that Spark's processes need.
 * @throws ContrailError `invalid` / `java-missing`; what {@link fetchSpark} throws
 */
export async function prepareSpark(options: SparkOptions, ports: ChosenPorts): Promise<SparkHome> {
  const distribution = options.distribution ?? SPARK;
  await requireJava(distribution.java);
  const home = await fetchSpark(distribution, options);
  const folder = resolve(options.folder);
  await mkdir(join(folder, 'conf'), { recursive: true });
  await writeFile(join(folder, 'conf', 'log4j2.properties'), LOG4J);
  return { home, folder, ports, options };
}

/** `spark://127.0.0.1:port` of a cluster's master, or two threads of the Connect server itself. */
export const masterUrlOf = ({ options, ports }: Pick<SparkHome, 'options' | 'ports'>): string =>
  (options.workers ?? 0) === 0 ? 'local[2]' : `spark://127.0.0.1:${ports.master}`;

/**
 * @param pidFile for this and the following: when given, the process goes on when ours ends, and this file names it
 * @throws ContrailError `unavailable` / `spark-start-failed`
 */
export const startMaster = (spark: SparkHome, pidFile?: string): Promise<ServiceProcess> =>
  start(spark, {
    pidFile,
    title: 'The Spark master',
    program: 'spark-class',
    args: [
      'org.apache.spark.deploy.master.Master',
      ...flags({
        host: '127.0.0.1',
        port: spark.ports.master,
        'webui-port': spark.ports.masterPage,
      }),
    ],
    megabytes: DAEMON_MEGABYTES,
    log: 'master.log',
    started: 'I have been elected leader',
  });

/**
 * A worker of one core for one executor.
 * @param index 0 for the first
 * @throws ContrailError `unavailable` / `spark-start-failed`
 */
export function startWorker(spark: SparkHome, index: number, pidFile?: string): Promise<ServiceProcess> {
  const name = `worker-${index + 1}`;
  const settings = {
    host: '127.0.0.1',
    cores: 1,
    // Spark counts only the executor's heap.
    memory: `${spark.options.executorMegabytes ?? DEFAULT_MEGABYTES}m`,
    'webui-port': spark.ports.workerPages[index] ?? 0,
    'work-dir': join(spark.folder, name),
  };
  return start(spark, {
    pidFile,
    title: 'A Spark worker',
    program: 'spark-class',
    args: ['org.apache.spark.deploy.worker.Worker', ...flags(settings), masterUrlOf(spark)],
    megabytes: DAEMON_MEGABYTES,
    log: `${name}.log`,
    started: 'Successfully registered with master',
  });
}

/** @throws ContrailError `unavailable` / `spark-start-failed` */
export async function startConnectServer(spark: SparkHome, pidFile?: string): Promise<ServiceProcess> {
  const { folder, ports, options } = spark;
  const properties = join(folder, 'conf', 'spark.conf');
  // The file holds tokens and keys.
  await writeFile(properties, propertiesOf(folder, ports, options), { mode: 0o600 });
  const settings = {
    master: masterUrlOf(spark),
    class: 'org.apache.spark.sql.connect.service.SparkConnectServer',
    name: 'Contrail',
    'properties-file': properties,
  };
  return start(spark, {
    pidFile,
    title: 'The Spark Connect server',
    program: 'spark-submit',
    args: flags(settings),
    megabytes: options.driverMegabytes ?? DEFAULT_MEGABYTES,
    log: 'connect.log',
    started: 'Spark Connect server started at',
  });
}

interface SparkProcess {
  readonly pidFile: string | undefined;
  readonly title: string;
  readonly program: 'spark-class' | 'spark-submit';
  readonly args: readonly string[];
  readonly megabytes: number;
  readonly log: string;
  readonly started: string;
}

/** Starts one process. Spark's scripts replace themselves with the JVM, so stopping the process stops the JVM. */
function start({ home, folder, options }: SparkHome, spec: SparkProcess): Promise<ServiceProcess> {
  const environment = {
    SPARK_HOME: home,
    SPARK_CONF_DIR: join(folder, 'conf'),
    SPARK_LOCAL_IP: '127.0.0.1',
    // Heap of masters, workers and, before --driver-memory, of the Connect server.
    SPARK_DAEMON_MEMORY: `${spec.megabytes}m`,
    SPARK_CONNECT_MODE: '0',
  };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return startService({
    title: spec.title,
    failure: 'spark-start-failed',
    command: 'env',
    args: [...assignments, join(home, 'bin', spec.program), ...spec.args],
    logFile: join(folder, spec.log),
    started: spec.started,
    startWaitMs: START_WAIT_MS,
    pidFile: spec.pidFile,
    signal: options.signal,
  });
}

const flags = (all: Readonly<Record<string, string | number>>): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
