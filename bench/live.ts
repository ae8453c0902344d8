import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadSettings } from '../app/src/config/settings.ts';
import { openMock } from '../app/src/program/mock/mock.ts';
import { PLAIN_MOCK } from '../app/src/program/mock/options.ts';
import { queryLake } from '../app/src/program/query.ts';
import { SYSTEM } from '../app/src/program/system.ts';
import { machine, round, say } from './child.ts';
import { type Seen, watchPage } from './live-page.ts';

/** Linux counts a process's CPU in these; `getconf CLK_TCK` says 100 wherever Node runs. */
const TICKS_PER_SECOND = 100;
const WARM_UP_MS = 15_000;

export interface LiveOptions {
  readonly seconds: number;
  readonly aircraft: number;
  /** Seconds between two polls. */
  readonly pace: number;
  /** `simulator`; or `readsb`, a receiver's aircraft.json, which comes each second. */
  readonly source: string;
}

/**
 * `contrail up` as a user starts it (source, pipeline and dashboard in one process), with its page open in Chromium: its
 * share of one CPU while it runs, once started; its peak resident memory; how long a poll takes from the topic to a page
 * that has drawn it; and how much of the time the page is in each state. Linux only: it reads `/proc`.
 */
export async function live(options: LiveOptions): Promise<Readonly<Record<string, unknown>>> {
  if (process.platform !== 'linux') throw new Error('The case live reads /proc, so it runs on Linux only.');
  const { seconds, aircraft, pace } = options;
  await using left = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  left.defer(() => rm(folder, { recursive: true, force: true }));
  let source = options.source;
  if (source === 'readsb') {
    const receiver = { ...PLAIN_MOCK, kind: 'readsb', aircraft } as const;
    source = `readsb:${left.use(await openMock(receiver, SYSTEM, () => undefined)).url}`;
  } else if (source !== 'simulator') throw new RangeError('--source takes simulator and readsb.');
  const main = resolve(import.meta.dirname, '../app/src/cli/main.ts');
  const settings = ['--data', folder, '--dashboard-port', '0', '--source', source];
  if (source === 'simulator')
    settings.push('--simulated-aircraft', String(aircraft), '--simulated-pace', `${pace}s`);
  const child = spawn(process.execPath, ['--conditions=@contrail/source', main, 'up', ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LOG_LEVEL: 'info' },
  });
  let log = '';
  const collect = (chunk: Buffer): void => void (log += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'exit');
  left.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const { pid } = child;
  say('live: starting …');
  await until(() => log.includes('"micro-batch"') || child.exitCode !== null, 60_000);
  const address = /http:\/\/(localhost|127\.0\.0\.1):\d+/.exec(log)?.[0];
  if (child.exitCode !== null || pid === undefined || address === undefined)
    throw new Error(`contrail up ended by itself, or named no page:\n${log}`);
  const page = left.use(await watchPage(address));
  // The first pictures of a new lake are not usual ones.
  await wait(WARM_UP_MS);
  say(`live: ${aircraft} aircraft every ${pace} s, measuring for ${seconds} s …`);
  log = '';
  await page.begin();
  const started = performance.now();
  const before = await cpuSeconds(pid);
  await Promise.race([wait(seconds * 1000), ended]);
  if (child.exitCode !== null) throw new Error(`contrail up ended by itself:\n${log}`);
  const cpu_s = (await cpuSeconds(pid)) - before;
  const wall_s = (performance.now() - started) / 1000;
  const seen = await page.seen();
  console.error(JSON.stringify({ drawn: seen.drawn, polls: await arrivals(folder) }));
  const batches = log.split('\n').filter((line) => line.includes('"micro-batch"')).length;
  const frames = Object.values(seen.frames).reduce((sum, count) => sum + count, 0);
  return {
    case: 'live',
    source: options.source,
    pace_s: pace,
    aircraft,
    wall_s: round(wall_s, 1),
    cpu_s: round(cpu_s, 2),
    cpu_share: round(cpu_s / wall_s, 4),
    peak_rss_mb: await peakMegabytes(pid),
    batches,
    topic_to_drawn_ms: delays(seen, await arrivals(folder)),
    frames,
    share_of_frames: Object.fromEntries(
      Object.entries(seen.frames).map(([state, count]) => [state, round(count / frames, 4)]),
    ),
    machine: machine(),
  };
}

/** When a poll reached the topic, and the newest position in it. */
interface Arrival {
  readonly at_ms: number;
  readonly event_s: number;
}

/** The polls of a lake in the order of their arrival. */
async function arrivals(folder: string): Promise<readonly Arrival[]> {
  const { rows } = await queryLake(
    loadSettings({ DATA_DIR: folder }),
    `SELECT epoch_ms(ingested_at) AS at_ms, epoch(max(event_timestamp)) AS event_s
     FROM silver.flights GROUP BY ingested_at ORDER BY at_ms`,
  );
  return rows.map((row) => {
    const { at_ms, event_s } = row as Readonly<Record<string, unknown>>;
    return { at_ms: Number(at_ms), event_s: Number(event_s) };
  });
}

/** From the arrival of the poll that brought a newest position until that was drawn. */
function delays(seen: Seen, polls: readonly Arrival[]): Readonly<Record<string, number>> {
  const all = seen.drawn
    .flatMap(({ event_s, at_ms }) => {
      const poll = polls.find((each) => each.event_s >= event_s);
      return poll === undefined ? [] : [at_ms - poll.at_ms];
    })
    .toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(all[Math.ceil(all.length * share) - 1] ?? Number.NaN);
  return { polls: all.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function until(isTrue: () => boolean, limitMs: number): Promise<void> {
  for (let waited = 0; !isTrue(); waited += 100) {
    if (waited >= limitMs) throw new Error(`No data came within ${limitMs / 1000} s.`);
    await wait(100);
  }
}

/** User and system time of all threads: fields 14 and 15 of /proc/PID/stat, proc(5). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** VmHWM of /proc/PID/status, proc(5): the most memory that was resident at once. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}
