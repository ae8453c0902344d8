/**
 * A Kafka broker on this machine, for developers and tests: one process as broker and controller (KRaft), on 127.0.0.1.
 * Needs Java 17 and, for the first start, Maven.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ContrailError } from '../errors.ts';
import { requireJava } from './java.ts';
import { KAFKA_JARS } from './kafka-jars.ts';
import { fetchJars, type FetchOptions } from './maven.ts';
import { freePort } from './ports.ts';
import { endOfLog, type ServiceProcess, startService } from './service-process.ts';

/** What a broker is started with. */
export interface KafkaOptions extends FetchOptions {
  /** Its properties, log and data. Created if it is missing; else the broker continues with it. */
  readonly folder: string;
  /** Port for clients, and port for the controller. 0: any free one. */
  readonly port: number;
  readonly controllerPort?: number;
  /** Java heap; the process takes about 150 MB more. Default 384. */
  readonly heapMegabytes?: number;
  /** Lines of `server.properties` that are added to our own or replace them. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More arguments for the first formatting of the folder, such as `--add-scram`. */
  readonly formatArguments?: readonly string[];
  /** When given, the server goes on when our process ends, and this file names its process. */
  readonly pidFile?: string;
}

const MAIN_CLASS = 'kafka.Kafka';
/** What the broker logs when it serves clients. Source: `kafka.server.KafkaBroker.STARTED_MESSAGE`. */
const STARTED = 'Kafka Server started';
const STARTED_LOGGER = 'kafka.server.KafkaRaftServer';
const START_WAIT_MS = 120_000;

/** A running broker. Disposing stops it. */
export class KafkaBroker implements AsyncDisposable {
  /** `127.0.0.1:port`, for `KAFKA_BOOTSTRAP`. */
  readonly bootstrap: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly #process: ServiceProcess;

  constructor(port: number, controllerPort: number, process: ServiceProcess) {
    this.bootstrap = `127.0.0.1:${port}`;
    this.port = port;
    this.controllerPort = controllerPort;
    this.#process = process;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** Kills the process at once, as a power loss would (the disk keeps its state), and waits until it has ended. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Asks the broker to end; one that takes longer than 10 s is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

/**
 * Starts a broker and resolves when it serves clients: about 5 s on a quiet machine.
 * @throws ContrailError `invalid` / `java-missing`; what {@link fetchJars} throws; `unavailable` / `kafka-start-failed`
 * with the last lines of its log when it ends or does not start in two minutes.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaBroker> {
  await requireJava(17);
  const jars = join(await fetchJars(KAFKA_JARS, options), '*');
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true });
  const port = options.port === 0 ? await freePort() : options.port;
  const controllerPort = options.controllerPort ?? (await freePort());
  const properties = join(folder, 'server.properties');
  await writeFile(properties, propertiesOf(folder, port, controllerPort, options.properties ?? {}));
  const logFile = join(folder, 'broker.log');
  if (!(await isFormatted(folder))) await format(jars, properties, options.formatArguments ?? [], logFile);
  const flags = [
    `-Xmx${options.heapMegabytes ?? 384}m`,
    '-XX:+UseSerialGC',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    `-Dorg.slf4j.simpleLogger.log.${STARTED_LOGGER}=info`,
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
  ];
  const service = await startService({
    title: 'Kafka',
    failure: 'kafka-start-failed',
    command: 'java',
    args: [...flags, '-cp', jars, MAIN_CLASS, properties],
    logFile,
    started: STARTED,
    startWaitMs: START_WAIT_MS,
    pidFile: options.pidFile,
    signal: options.signal,
  });
  return new KafkaBroker(port, controllerPort, service);
}

/** Properties for a laptop: each of Kafka's own topics has one partition, and a mistyped name creates no topic. */
function propertiesOf(
  folder: string,
  port: number,
  controllerPort: number,
  more: Readonly<Record<string, string>>,
): string {
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    ...more,
  };
  // In a properties file a backslash begins an escape.
  const lines = Object.entries(properties).map(
    ([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`,
  );
  return lines.join('');
}

const isFormatted = (folder: string): Promise<boolean> =>
  stat(join(folder, 'data', 'meta.properties')).then(
    () => true,
    () => false,
  );

async function format(
  jars: string,
  properties: string,
  more: readonly string[],
  logFile: string,
): Promise<void> {
  // A Kafka cluster id is a UUID in URL-safe Base64. One of 64 begins with a dash, and would be taken for an option
  // without the equals sign.
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const tool = ['-cp', jars, 'kafka.tools.StorageTool', 'format', '--standalone'];
  await using log = await open(logFile, 'a');
  const child = spawn('java', [...tool, `--cluster-id=${id}`, '-c', properties, ...more], {
    stdio: ['ignore', log.fd, log.fd],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  throw new ContrailError(
    'kafka-start-failed',
    `Kafka did not start: its folder could not be formatted. The end of ${logFile}:\n${await endOfLog(logFile, 0)}`,
  );
}
