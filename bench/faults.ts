import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FAULT_CASES, type FaultCase } from '../app/test/ingest/faults.ts';
import type { Fault } from '../app/src/ingest/mock/reply.ts';
import { CLIENT_ID, CLIENT_SECRET, MockOpenSky, ROW } from '../app/test/ingest/mock-opensky.ts';
import { machine, say } from './child.ts';

const AIRCRAFT = 2_000;
const LOOK_MS = 200;
/** The heaviest fault comes first, so that a short run has it too. */
const FIRST = FAULT_CASES.findIndex(({ name }) => name === 'an answer without end');

/** A good answer, with credits for a poll every 5 s. */
const GOOD: Fault = {
  kind: 'answer',
  answer: (response, body) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'x-rate-limit-remaining': '900000' })
      .end(body),
};

/**
 * Runs `contrail up` for some minutes on a mock of OpenSky that shows every fault in turn, with good answers in
 * between. Measures whether it survives, reports each fault once, and how much memory it takes. Linux only: it reads
 * `/proc`.
 */
export async function faults({
  minutes,
}: {
  readonly minutes: number;
}): Promise<Readonly<Record<string, unknown>>> {
  if (process.platform !== 'linux') throw new Error('The case faults reads /proc, so it runs on Linux only.');
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const now = Math.floor(Date.now() / 1000);
  const rows = Array.from({ length: AIRCRAFT }, (_, index) =>
    ROW.with(0, (0x100000 + index).toString(16))
      .with(3, now)
      .with(4, now),
  );
  await using mock = await MockOpenSky.start({ clock: Date.now, rows });
  const main = resolve(import.meta.dirname, '../app/src/cli/main.ts');
  const child = spawn(
    process.execPath,
    [
      '--conditions=@contrail/source',
      main,
      'up',
      '--source',
      'opensky',
      '--data',
      folder,
      '--dashboard-port',
      '0',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        OPENSKY_URL: mock.urls.baseUrl,
        OPENSKY_CLIENT_ID: CLIENT_ID,
        OPENSKY_CLIENT_SECRET: CLIENT_SECRET,
        LOG_LEVEL: 'warn',
      },
    },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'exit');
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const until = Date.now() + minutes * 60_000;
  const isOver = (): boolean => !isAlive() || Date.now() > until;
  const peaks = new Map<string, number>();
  const notSaidOnce: string[] = [];
  let [largest, tried] = [0, 0];

  /** Lets the program read the queued answers, and watches its memory. */
  async function taken(): Promise<number> {
    let peak = 0;
    const asked = mock.asked.length;
    while (
      !isOver() &&
      (mock.faults.length > 0 || mock.tokenFaults.length > 0 || mock.asked.length === asked)
    ) {
      peak = Math.max(peak, await residentMegabytes(child.pid));
      await wait(LOOK_MS);
    }
    largest = Math.max(largest, peak);
    return peak;
  }

  try {
    mock.faults.push(GOOD, GOOD);
    await taken();
    const before = await residentMegabytes(child.pid);
    say(`faults: ${FAULT_CASES.length} faults, for ${minutes} minutes …`);
    for (let index = 0; !isOver(); index += 1) {
      const one = FAULT_CASES[(FIRST + index) % FAULT_CASES.length] as FaultCase;
      const from = log.length;
      if (one.isTokens === true) mock.revokeTokens();
      (one.isTokens === true ? mock.tokenFaults : mock.faults).push(one.fault);
      await taken();
      mock.faults.push(GOOD);
      // The next request comes when this one is completely done.
      const peak = await taken();
      if (isOver()) break;
      tried += 1;
      peaks.set(one.name, Math.max(peak, peaks.get(one.name) ?? 0));
      const said = log
        .slice(from)
        .split('\n')
        .filter((line) => one.says.test(line)).length;
      if (one.kind !== 'ok' && said !== 1) notSaidOnce.push(`${one.name} (${said} times)`);
    }
    const status = isAlive() ? 'alive' : `ended with ${child.exitCode ?? child.signalCode}`;
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    const worst = [...peaks].toSorted(([, a], [, b]) => b - a).slice(0, 5);
    if (status !== 'alive' || notSaidOnce.length > 0) say(log.slice(-4000));
    return {
      case: 'faults',
      ...machine(),
      minutes,
      faults_tried: tried,
      status,
      exit_code: code,
      not_said_once: notSaidOnce,
      rss_before_mb: before,
      largest_rss_mb: largest,
      largest_by_fault_mb: Object.fromEntries(worst),
    };
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Source: proc(5), /proc/pid/status, VmRSS. */
async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
