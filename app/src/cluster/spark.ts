/**
 * Spark on this machine, for developers and tests: a Spark Connect server that computes by itself, or a master with
 * workers and a server that is their driver. All of it listens on 127.0.0.1. Needs Java 17 and, for the first start,
 * Python with pip.
 */
import { freePort } from './ports.ts';
import type { ServiceProcess } from './service-process.ts';
import type { ChosenPorts, SparkOptions, SparkPorts } from './spark-options.ts';
import { prepareSpark, startConnectServer, startMaster, startWorker } from './spark-processes.ts';

/** A running Spark. Disposing stops its processes, the driver first. */
export class SparkCluster implements AsyncDisposable {
  /** `sc://127.0.0.1:port`, for `SPARK_REMOTE`; with the token if there is one. */
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

  /** Asks all processes to end, in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.connectServer[Symbol.asyncDispose]();
    await Promise.all(this.workers.map((worker) => worker[Symbol.asyncDispose]()));
    await this.master?.[Symbol.asyncDispose]();
  }
}

/**
 * Starts Spark and resolves when sessions can be opened: about 10 s on a quiet machine, 20 s with workers.
 * @throws ContrailError `invalid` / `java-missing`; what fetching Spark throws; `unavailable` / `spark-start-failed`
 * with the last lines of the log.
 */
export async function startSpark(options: SparkOptions): Promise<SparkCluster> {
  const count = options.workers ?? 0;
  const ports = await chosenPorts(options.ports ?? {}, count);
  const spark = await prepareSpark(options, ports);
  const running: ServiceProcess[] = [];
  const noted = async (service: Promise<ServiceProcess>): Promise<ServiceProcess> => {
    running.push(await service);
    return service;
  };
  try {
    const master = count === 0 ? null : await noted(startMaster(spark));
    const workers = await all(Array.from({ length: count }, (_, index) => noted(startWorker(spark, index))));
    const connectServer = await noted(startConnectServer(spark));
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

/** Like `Promise.all`, but it rejects only when every promise has settled. */
async function all<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function chosenPorts(ports: SparkPorts, workers: number): Promise<ChosenPorts> {
  const workerPages = Array.from({ length: workers }, (_, index) => ports.workerPages?.[index]);
  return {
    connect: ports.connect ?? (await freePort()),
    application: ports.application ?? (await freePort()),
    master: ports.master ?? (await freePort()),
    masterPage: ports.masterPage ?? (await freePort()),
    workerPages: await Promise.all(workerPages.map(async (page) => page ?? freePort())),
  };
}
