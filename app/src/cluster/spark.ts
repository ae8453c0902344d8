/**
 * Spark on this machine, for developers and tests: a Spark Connect server that computes by itself, or a master with
 * workers and a server that is their driver. All of it listens on 127.0.0.1. Needs Java 17 and, for the first start,
 * Python with pip.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { requireJava } from './java.ts';
import { freePort, type ServiceProcess, startService } from './service-process.ts';
import { fetchSpark, SPARK } from './spark-distribution.ts';
import { type ChosenPorts, DEFAULT_MEGABYTES, type SparkOptions, type SparkPorts } from './spark-options.ts';
import { LOG4J, propertiesOf } from './spark-settings.ts';

const START_WAIT_MS = 300_000;
/** Masters and workers hold no data. */
const DAEMON_MEGABYTES = 256;

/** A running Spark. Disposing stops its processes, the driver first. */
export class SparkCluster implements AsyncDisposable {
  /** `sc://127.0.0.1:port`, for `SPARK_REMOTE`; with the token where there is one. */
  readonly address: string;
  /** The page of the driver, with jobs and their REST API. */
  readonly applicationPage: string;
  /** The page of the master; null without workers. */
  readonly masterPage: string | null;
  readonly connectServer: ServiceProcess;
  readonly master: ServiceProcess | null;
  readonly workers: readonly ServiceProcess[];

  constructor(parts: Omit<SparkCluster, typeof Symbol.asyncDispose>) {
    this.address = parts.address;
    this.applicationPage = parts.applicationPage;
    this.masterPage = parts.masterPage;
    this.connectServer = parts.connectServer;
    this.master = parts.master;
    this.workers = parts.workers;
  }

  /** Lets all of it end in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.connectServer[Symbol.asyncDispose]();
    await Promise.all(this.workers.map((worker) => worker[Symbol.asyncDispose]()));
    await this.master?.[Symbol.asyncDispose]();
  }
}

/**
 * Starts Spark and resolves when sessions can be opened: about 10 s on a quiet machine, 20 s with workers.
 * @throws ContrailError `invalid` / `java-missing`; what {@link fetchSpark} throws; `unavailable` / `spark-start-failed`
 * with the last lines of the log.
 */
export async function startSpark(options: SparkOptions): Promise<SparkCluster> {
  const distribution = options.distribution ?? SPARK;
  await requireJava(distribution.java);
  const home = await fetchSpark(distribution, options);
  const folder = resolve(options.folder);
  await mkdir(join(folder, 'conf'), { recursive: true });
  await writeFile(join(folder, 'conf', 'log4j2.properties'), LOG4J);
  const ports = await chosenPorts(options.ports ?? {});
  const start = starter(home, folder, options.signal);
  const running: ServiceProcess[] = [];
  const noted = async (service: Promise<ServiceProcess>): Promise<ServiceProcess> => {
    running.push(await service);
    return service;
  };
  const count = options.workers ?? 0;
  const masterUrl = count === 0 ? 'local[2]' : `spark://127.0.0.1:${ports.master}`;
  try {
    const master = count === 0 ? null : await noted(startMaster(start, ports));
    const workers = await all(
      Array.from({ length: count }, (_, index) =>
        noted(startWorker(start, folder, masterUrl, ports, index, options)),
      ),
    );
    const connectServer = await noted(startConnectServer(start, folder, masterUrl, ports, options));
    const token = options.token === undefined ? '' : `/;token=${encodeURIComponent(options.token)}`;
    return new SparkCluster({
      address: `sc://127.0.0.1:${ports.connect}${token}`,
      applicationPage: `http://127.0.0.1:${ports.application}`,
      masterPage: count === 0 ? null : `http://127.0.0.1:${ports.masterPage}`,
      connectServer,
      master,
      workers,
    });
  } catch (error) {
    await Promise.all(running.map((service) => service.kill()));
    throw error;
  }
}

/** Like `Promise.all`, but none is still on its way when it rejects. */
async function all<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

type Starter = (
  title: string,
  program: 'spark-class' | 'spark-submit',
  args: readonly string[],
  megabytes: number,
  log: string,
  started: string,
) => Promise<ServiceProcess>;

/** Spark's own scripts become the JVM, so what is started is what is stopped. */
const starter =
  (home: string, folder: string, signal: AbortSignal | undefined): Starter =>
  (title, program, args, megabytes, log, started) => {
    const environment = {
      SPARK_HOME: home,
      SPARK_CONF_DIR: join(folder, 'conf'),
      SPARK_LOCAL_IP: '127.0.0.1',
      // Heap of masters, workers and, before --driver-memory, of the Connect server.
      SPARK_DAEMON_MEMORY: `${megabytes}m`,
      SPARK_CONNECT_MODE: '0',
    };
    const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return startService({
      title,
      failure: 'spark-start-failed',
      command: 'env',
      args: [...assignments, join(home, 'bin', program), ...args],
      logFile: join(folder, log),
      started,
      startWaitMs: START_WAIT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
  };

async function chosenPorts(ports: SparkPorts): Promise<ChosenPorts> {
  return {
    connect: ports.connect ?? (await freePort()),
    application: ports.application ?? (await freePort()),
    master: ports.master ?? (await freePort()),
    masterPage: ports.masterPage ?? (await freePort()),
  };
}

const flags = (all: Readonly<Record<string, string | number>>): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);

const startMaster = (start: Starter, ports: ChosenPorts): Promise<ServiceProcess> =>
  start(
    'The Spark master',
    'spark-class',
    [
      'org.apache.spark.deploy.master.Master',
      ...flags({ host: '127.0.0.1', port: ports.master, 'webui-port': ports.masterPage }),
    ],
    DAEMON_MEGABYTES,
    'master.log',
    'I have been elected leader',
  );

function startWorker(
  start: Starter,
  folder: string,
  masterUrl: string,
  ports: ChosenPorts,
  index: number,
  options: SparkOptions,
): Promise<ServiceProcess> {
  const name = `worker-${index + 1}`;
  const settings = {
    host: '127.0.0.1',
    cores: 1,
    // For one executor: Spark counts its heap alone.
    memory: `${options.executorMegabytes ?? DEFAULT_MEGABYTES}m`,
    'webui-port': ports.masterPage + 1 + index,
    'work-dir': join(folder, name),
  };
  return start(
    'A Spark worker',
    'spark-class',
    ['org.apache.spark.deploy.worker.Worker', ...flags(settings), masterUrl],
    DAEMON_MEGABYTES,
    `${name}.log`,
    'Successfully registered with master',
  );
}

async function startConnectServer(
  start: Starter,
  folder: string,
  masterUrl: string,
  ports: ChosenPorts,
  options: SparkOptions,
): Promise<ServiceProcess> {
  const properties = join(folder, 'conf', 'spark.conf');
  // The token is in it.
  await writeFile(properties, propertiesOf(folder, ports, options), { mode: 0o600 });
  const settings = {
    master: masterUrl,
    class: 'org.apache.spark.sql.connect.service.SparkConnectServer',
    name: 'Contrail',
    'properties-file': properties,
  };
  return start(
    'The Spark Connect server',
    'spark-submit',
    flags(settings),
    options.driverMegabytes ?? DEFAULT_MEGABYTES,
    'connect.log',
    'Spark Connect server started at',
  );
}
