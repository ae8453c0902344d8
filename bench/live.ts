import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { machine, round, say } from './child.ts';

/** Linux counts a process's CPU in these; `getconf CLK_TCK` says 100 wherever Node runs. */
const TICKS_PER_SECOND = 100;

/** The simulator polls its fleet every 10 s, like OpenSky. */
const POLL_SECONDS = 10;

export interface LiveOptions {
  readonly seconds: number;
  readonly aircraft: number;
}

/**
 * `contrail up` as a user starts it (source, pipeline and dashboard in one process) with simulated aircraft: its share
 * of one CPU while it runs, once started, and its peak resident memory. Linux only: it reads `/proc`.
 */
export async function live({ seconds, aircraft }: LiveOptions): Promise<Readonly<Record<string, unknown>>> {
  if (process.platform !== 'linux') throw new Error('The case live reads /proc, so it runs on Linux only.');
  const folder = await mkdtemp(join(tmpdir(), 'contrail-bench-'));
  const main = resolve(import.meta.dirname, '../app/src/cli/main.ts');
  const settings = ['--data', folder, '--source', 'simulator', '--simulated-aircraft', String(aircraft)];
  const child = spawn(
    process.execPath,
    ['--conditions=@contrail/source', main, 'up', ...settings, '--dashboard-port', '0'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LOG_LEVEL: 'info' } },
  );
  let log = '';
  const collect = (chunk: Buffer): void => void (log += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'exit');
  try {
    say('live: starting …');
    await until(() => log.includes('"micro-batch"') || child.exitCode !== null, 60_000);
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error(`contrail up ended by itself:\n${log}`);
    say(`live: ${aircraft} aircraft, measuring for ${seconds} s …`);
    log = '';
    const started = performance.now();
    const before = await cpuSeconds(child.pid);
    await Promise.race([wait(seconds * 1000), ended]);
    if (child.exitCode !== null) throw new Error(`contrail up ended by itself:\n${log}`);
    const cpu_s = (await cpuSeconds(child.pid)) - before;
    const wall_s = (performance.now() - started) / 1000;
    const batches = log.split('\n').filter((line) => line.includes('"micro-batch"')).length;
    return {
      case: 'live',
      aircraft,
      rows_per_s: round(aircraft / POLL_SECONDS, 1),
      wall_s: round(wall_s, 1),
      cpu_s: round(cpu_s, 2),
      cpu_share: round(cpu_s / wall_s, 4),
      peak_rss_mb: await peakMegabytes(child.pid),
      batches,
      machine: machine(),
    };
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
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
