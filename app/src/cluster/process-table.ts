/** Processes that outlive the one that started them. They are identified by their id and start time. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process, identified for good: an id alone may be given to another program later. */
export interface ProcessId {
  readonly pid: number;
  /** When it began, as the system reports it; only for comparing. */
  readonly began: string;
}

const POLL_MS = 50;

/** The process that has this id now; null if there is none, or it has ended and its parent has not collected it yet. */
export async function identify(pid: number): Promise<ProcessId | null> {
  const began = process.platform === 'linux' ? await beganOnLinux(pid) : await beganElsewhere(pid);
  return began === null ? null : { pid, began };
}

export const isAlive = async ({ pid, began }: ProcessId): Promise<boolean> =>
  (await identify(pid))?.began === began;

/** Bytes of memory of a process, shared memory included; null if the system does not say. Source: proc(5), VmRSS. */
export async function residentBytes({ pid }: ProcessId): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/**
 * Asks a process to end. After `patienceMs` it is killed, and its whole process group if it leads one. Resolves when it
 * has ended.
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

/** Sends a signal; false if there is no such process. */
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
