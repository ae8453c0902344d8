/** Processes that outlive the one that started them: known by their id and the moment they began. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process for good: an id alone may come back for another program. */
export interface ProcessId {
  readonly pid: number;
  /** When it began, as the system tells it; only good for comparing. */
  readonly began: string;
}

const POLL_MS = 50;

/** The process that has this id now; null when there is none, or only what its parent has not collected yet. */
export async function identify(pid: number): Promise<ProcessId | null> {
  const began = process.platform === 'linux' ? await beganOnLinux(pid) : await beganElsewhere(pid);
  return began === null ? null : { pid, began };
}

export const isAlive = async ({ pid, began }: ProcessId): Promise<boolean> =>
  (await identify(pid))?.began === began;

/** Bytes of memory that a process has for itself and shares; null where the system does not say. Source: proc(5), VmRSS. */
export async function residentBytes({ pid }: ProcessId): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/**
 * Lets a process end in order. After `patienceMs` it is killed, and with it those that it started, if it leads their
 * group. Resolves when it is gone.
 */
export async function endProcess(id: ProcessId, patienceMs: number): Promise<void> {
  if (!(await isAlive(id))) return;
  send(id.pid, 'SIGTERM');
  for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
    if (!(await isAlive(id))) return;
    await wait(POLL_MS);
  }
  if (!send(-id.pid, 'SIGKILL')) send(id.pid, 'SIGKILL');
  while (await isAlive(id)) await wait(POLL_MS);
}

/** False when there is nobody to hear it. */
function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Source: proc(5). `/proc/PID/stat` is `pid (name) state …`, where field 22 is the start in ticks since boot. */
async function beganOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = rest[18];
  if (ticks === undefined || state === 'Z' || state === 'X') return null;
  return `${(await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()}/${ticks}`;
}

async function beganElsewhere(pid: number): Promise<string | null> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || null;
}
