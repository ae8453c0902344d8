/**
 * A Kafka broker on this machine, for developers and tests: one process that is broker and controller (KRaft), on
 * 127.0.0.1. Needs Java 17 and, for the first start, Maven.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ContrailError } from '../errors.ts';
import { requireJava } from './java.ts';
import { KAFKA_JARS } from './kafka-jars.ts';
import { fetchJars, type FetchOptions } from './maven.ts';

/** What a broker is started with. */
export interface KafkaOptions extends FetchOptions {
  /** Its properties, log and data; created when missing, else the broker goes on with what is there. */
  readonly folder: string;
  /** Port for clients, and port for the controller. 0: any free one. */
  readonly port: number;
  readonly controllerPort?: number;
  /** Java heap; the process takes about 150 MB more. Default 384. */
  readonly heapMegabytes?: number;
  /** Lines of `server.properties` beside, or instead of, our own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More arguments for the first formatting of the folder, such as `--add-scram`. */
  readonly formatArguments?: readonly string[];
}

const MAIN_CLASS = 'kafka.Kafka';
/** What the broker logs when it serves clients. Source: `kafka.server.KafkaBroker.STARTED_MESSAGE`. */
const STARTED = 'Kafka Server started';
const STARTED_LOGGER = 'kafka.server.KafkaRaftServer';
const START_WAIT_MS = 120_000;
const STOP_WAIT_MS = 10_000;
const POLL_MS = 100;

/** A running broker. Disposing stops it. */
export class KafkaBroker implements AsyncDisposable {
  /** `127.0.0.1:port`, for `KAFKA_BOOTSTRAP`. */
  readonly bootstrap: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly #process: ChildProcess;

  constructor(port: number, controllerPort: number, child: ChildProcess) {
    this.bootstrap = `127.0.0.1:${port}`;
    this.port = port;
    this.controllerPort = controllerPort;
    this.#process = child;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Ends the process at once, as power loss does for it (not for the disk), and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Lets the broker end in order; one that takes longer than 10 s is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const patience = new AbortController();
    const isLate = await Promise.race([
      ended.then(() => false),
      wait(STOP_WAIT_MS, true, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    if (isLate) await this.kill();
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
  await using log = await open(logFile, 'a');
  const logged = (await log.stat()).size;
  const stdio = ['ignore', log.fd, log.fd] as const;
  if (!(await isFormatted(folder)))
    await format(jars, properties, options.formatArguments ?? [], stdio, logFile);
  const flags = [
    `-Xmx${options.heapMegabytes ?? 384}m`,
    '-XX:+UseSerialGC',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    `-Dorg.slf4j.simpleLogger.log.${STARTED_LOGGER}=info`,
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
  ];
  const child = spawn('java', [...flags, '-cp', jars, MAIN_CLASS, properties], { stdio: [...stdio] });
  const broker = new KafkaBroker(port, controllerPort, child);
  try {
    await started(broker, logFile, logged, options.signal);
    return broker;
  } catch (error) {
    await broker.kill();
    throw error;
  }
}

/** Small enough for a laptop: one partition for each of Kafka's own topics; and no topic by a slip of the pen. */
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
  stdio: readonly ['ignore', number, number],
  logFile: string,
): Promise<void> {
  // A Kafka cluster id is a UUID in URL-safe Base64.
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const tool = ['-cp', jars, 'kafka.tools.StorageTool', 'format', '--standalone'];
  const child = spawn('java', [...tool, '-t', id, '-c', properties, ...more], { stdio: [...stdio] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw await startFailed('its folder could not be formatted', logFile, 0);
}

/** Resolves when the log says so, rejects when the process ends before. */
async function started(
  broker: KafkaBroker,
  logFile: string,
  from: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
    if ((await readFile(logFile)).subarray(from).includes(STARTED)) return;
    if (!broker.isRunning) throw await startFailed('it ended', logFile, from);
    await wait(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  throw await startFailed(`it did not serve within ${START_WAIT_MS / 1000} s`, logFile, from);
}

async function startFailed(reason: string, logFile: string, from: number): Promise<ContrailError> {
  const log = (await readFile(logFile)).subarray(from).toString('utf8').trimEnd();
  const tail = log.split('\n').slice(-5).join('\n');
  return new ContrailError(
    'unavailable',
    'kafka-start-failed',
    `Kafka did not start: ${reason}. The end of ${logFile}:\n${tail}`,
  );
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has an address.');
  return address.port;
}
