import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startKafka } from '../app/src/cluster/kafka.ts';
import { machine, round, say } from './child.ts';
import { findProducerPeer } from './producer-peer.ts';

export interface ProduceOptions {
  readonly polls: number;
  readonly aircraft: number;
  /** The folder of the Python producer. */
  readonly peer: string;
}

type Line = Readonly<Record<string, unknown>>;
/** A program that polls an address until it is stopped, or until it has polled so often. */
interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const CACHE = join(homedir(), '.cache', 'contrail');
/** Polls that are not counted: code is compiled, and the first messages find the topic. */
const WARM_UP = 5;
/** Linux counts a process's CPU in these; `getconf CLK_TCK` says 100 wherever Node runs. */
const TICKS_PER_SECOND = 100;
const SAMPLES = 10;
/** The producer in Python takes ten times as long. */
const PEER_POLLS = 60;
/** As OpenSky's clock moves between two polls of a free account. */
const SECONDS = 90;

/**
 * `contrail produce` on a stand-in for OpenSky, into the embedded topic and into Kafka, Node by itself, and the producer in Python into the same
 * Kafka: CPU time of a poll and resident memory. Contrail's clock jumps from poll to poll. Linux only: it reads `/proc`.
 */
export async function* produce(options: ProduceOptions): AsyncGenerator<Line> {
  if (process.platform !== 'linux')
    throw new Error('The case produce reads /proc, so it runs on Linux only.');
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  try {
    // The first start fills the cache of compiled code, as an installed program has it.
    await measured({ ...options, polls: WARM_UP + 1 }, (url) => contrail(url, folder, {}));
    yield await measured(options, (url) => contrail(url, folder, {}));
    yield await measured({ ...options, polls: Math.min(options.polls, PEER_POLLS) }, nothing);
    const peer = findProducerPeer(options.peer, CACHE);
    const kafka = await startKafka({
      folder: join(folder, 'kafka'),
      port: 0,
      cacheFolder: CACHE,
      say,
      // The producer in Python makes no topic.
      properties: { 'auto.create.topics.enable': 'true' },
    }).catch((error: unknown) => {
      say(`produce: SKIPPED Kafka, and the producer in Python with it: ${String(error)}`);
      return null;
    });
    if (kafka === null) return;
    await using broker = kafka;
    const { bootstrap } = broker;
    const intoKafka = (url: string): Program => contrail(url, folder, { KAFKA_BOOTSTRAP: bootstrap });
    await measured({ ...options, polls: WARM_UP + 1 }, intoKafka);
    yield await measured(options, intoKafka);
    const fewer = { ...options, polls: Math.min(options.polls, PEER_POLLS) };
    for (const program of peer?.programs(bootstrap, fewer.polls + 1) ?? [])
      yield await measured(fewer, (url) => ({
        ...program,
        args: [...program.args, '--url', `${url}/states/all`],
      }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function contrail(url: string, folder: string, settings: Readonly<Record<string, string>>): Program {
  const topic = 'KAFKA_BOOTSTRAP' in settings ? 'Kafka' : 'the embedded topic';
  const root = resolve(import.meta.dirname, '..');
  const flags = ['--source', 'opensky', '--opensky-url', url, '--data', join(folder, topic)];
  return {
    name: `contrail produce into ${topic}`,
    command: process.execPath,
    args: [
      '--import',
      join(import.meta.dirname, 'jumping-clock.ts'),
      '--conditions=@contrail/source',
      join(root, 'app/src/cli/main.ts'),
      'produce',
      ...flags,
    ],
    // As scripts/with-node.mjs starts it.
    env: {
      ...settings,
      NODE_OPTIONS: '--max-semi-space-size=1',
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'contrail-small'),
      MALLOC_ARENA_MAX: '1',
      MALLOC_TRIM_THRESHOLD_: '131072',
      LOG_LEVEL: 'warn',
      TOPIC_RETENTION_BYTES: '64MiB',
    },
  };
}

/** The floor: Node, with the same variables, that asks and throws the answer away. */
function nothing(url: string): Program {
  const script = `
    const http = require('node:http');
    const ask = () => http.get(process.argv[1], (answer) => answer.on('end', ask).resume());
    ask();`;
  const { env, command } = contrail(url, '', {});
  return {
    name: 'Node that asks and does nothing',
    command,
    args: ['-e', script, `${url}/states/all`],
    ...(env !== undefined && { env }),
  };
}

/** Runs a program until it asks for the answer after the last one: then it is done with it. */
async function measured(
  { polls, aircraft }: ProduceOptions,
  programAt: (url: string) => Program,
): Promise<Line> {
  const states = statesOf(aircraft);
  const looks: Look[] = [];
  let time = Math.floor(Date.now() / 1000) - 86_400;
  let pid = 0;
  const isDone = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    void (async () => {
      looks.push(await lookAt(pid));
      if (looks.length > polls) isDone.resolve();
      time += SECONDS;
      const body = gzipSync(`{"time":${time},"states":${states}}`, { level: 1 });
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      response.writeHead(200, { ...headers, 'x-rate-limit-remaining': '3996' }).end(body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const program = programAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`);
  say(`produce: ${program.name}, ${polls} polls of ${aircraft} vectors …`);
  const child = spawn(program.command, program.args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...program.env },
  });
  pid = child.pid ?? 0;
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => void (words = `${words}${chunk.toString()}`.slice(-2_000)));
  const ended = once(child, 'exit').then(() => isDone.resolve());
  try {
    await isDone.promise;
    const [start, first, last] = [looks[0], looks[WARM_UP], looks[polls]];
    if (start === undefined || first === undefined || last === undefined)
      throw new Error(`${program.name} ended by itself:\n${words}`);
    const every = Math.max(1, Math.floor(polls / SAMPLES));
    return {
      case: 'produce',
      program: program.name,
      polls,
      aircraft,
      megabytes: round(states.length / 1e6, 2),
      start_cpu_s: start.cpu_s,
      cpu_ms_per_poll: round(((last.cpu_s - first.cpu_s) * 1000) / (polls - WARM_UP), 0),
      start_rss_mb: start.rss_mb,
      rss_mb: looks.filter((_, index) => index > 0 && index % every === 0).map(({ rss_mb }) => rss_mb),
      peak_rss_mb: last.peak_mb,
      machine: machine(),
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
    server.closeAllConnections();
    server.close();
  }
}

interface Look {
  readonly cpu_s: number;
  /** MiB. */
  readonly rss_mb: number;
  readonly peak_mb: number;
}

/** Source: proc(5): fields 14 and 15 of /proc/PID/stat; VmRSS and VmHWM of /proc/PID/status. */
async function lookAt(pid: number): Promise<Look> {
  const [stat, status] = await Promise.all(
    ['stat', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  const mb = (name: string): number =>
    round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status ?? '')?.[1]) / 1024, 1);
  return {
    cpu_s: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rss_mb: mb('VmRSS'),
    peak_mb: mb('VmHWM'),
  };
}

/** The rows of an answer, as long as OpenSky's. */
function statesOf(aircraft: number): string {
  const now = Math.floor(Date.now() / 1000);
  const rows = Array.from({ length: aircraft }, (_, at) => [
    (0x400000 + at).toString(16),
    `BAW${at}`.padEnd(8),
    'United Kingdom',
    now - 3,
    now - 1,
    round(((at * 0.0361) % 360) - 180, 4),
    round(((at * 0.0123) % 160) - 80, 4),
    10_668 + (at % 100),
    false,
    230.55,
    round((at * 7.31) % 360, 2),
    -0.33,
    null,
    10_988.04,
    '1234',
    false,
    0,
    3,
  ]);
  return JSON.stringify(rows);
}
