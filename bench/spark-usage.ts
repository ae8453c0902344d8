import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { SparkCluster } from '../app/src/cluster/spark.ts';
import { childrenOf } from './cpu-share.ts';

/** `getconf CLK_TCK` says 100 wherever Spark runs. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 500;

/** CPU and memory of Spark's processes while something ran. */
export interface SparkUsage {
  readonly cpuSeconds: number;
  /** Most resident memory of all processes at one moment. */
  readonly peakMb: number;
  /**
   * The same for each process with its children: an executor counts with its worker. The peaks may be at different
   * times.
   */
  readonly peakMbOf: Readonly<Record<string, number>>;
}

/** CPU and peak memory of Spark's processes and their children while something runs. Source: proc(5). */
export async function watched<T>(
  spark: SparkCluster,
  work: () => Promise<T>,
): Promise<SparkUsage & { readonly value: T }> {
  const roots = Object.entries({
    connect: spark.connectServer,
    master: spark.master,
    ...Object.fromEntries(spark.workers.map((worker, index) => [`worker_${index + 1}`, worker])),
  }).flatMap(([name, process]) => (process?.pid === undefined ? [] : [{ name, pid: process.pid }]));
  const peaks = new Map(roots.map(({ name }) => [name, 0]));
  let peak = 0;
  const look = (): number => {
    let [seconds, bytes] = [0, 0];
    for (const { name, pid } of roots) {
      const now = usage(pid);
      peaks.set(name, Math.max(peaks.get(name) ?? 0, now.bytes));
      seconds += now.seconds;
      bytes += now.bytes;
    }
    peak = Math.max(peak, bytes);
    return seconds;
  };
  const before = look();
  const ended = new AbortController();
  const sampling = (async () => {
    while (!ended.signal.aborted) {
      look();
      await wait(SAMPLE_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  try {
    const value = await work();
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    return {
      value,
      cpuSeconds: look() - before,
      peakMb: megabytes(peak),
      peakMbOf: Object.fromEntries(Array.from(peaks, ([name, bytes]) => [name, megabytes(bytes)])),
    };
  } finally {
    ended.abort();
    await sampling;
  }
}

/** Usage of a process and its children so far. */
function usage(root: number): { readonly seconds: number; readonly bytes: number } {
  let [seconds, bytes] = [0, 0];
  const waiting = [{ pid: root, parent: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { pid, parent } = next;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      // It was just forked and has not started its program: its memory is its parent's.
      if (command === parent) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      seconds += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      bytes += Number(resident ?? 0) * 1024;
      waiting.push(...childrenOf(pid).map((child) => ({ pid: child, parent: command })));
    } catch {
      // It has ended in the meantime.
    }
  }
  return { seconds, bytes };
}
