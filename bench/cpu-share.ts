import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './child.ts';

const PERIOD_US = 100_000;
/** Where Linux mounts its control groups: all in one (version 2), or each on its own (version 1). */
const UNIFIED = '/sys/fs/cgroup';
const CPU = '/sys/fs/cgroup/cpu';

/**
 * Limits processes, with their present and future children, to a share of one core, as `cpus: 0.6` does for a
 * container. Dispose of it once they have ended.
 * Source: Linux, Documentation/admin-guide, cgroup-v1 and cgroup-v2: `cpu.max`.
 */
export class CpuShares implements Disposable {
  readonly #groups: string[] = [];

  /** Answers whether it worked, and prints why not. */
  give(pids: readonly number[], cores: number): boolean {
    const isUnified = existsSync(join(UNIFIED, 'cgroup.controllers'));
    const quota = Math.round(PERIOD_US * cores);
    try {
      for (const pid of pids) {
        const group = join(isUnified ? UNIFIED : CPU, `contrail-bench-${pid}`);
        mkdirSync(group);
        this.#groups.push(group);
        const set = (name: string, value: string | number): void =>
          writeFileSync(join(group, name), `${value}`);
        if (isUnified) set('cpu.max', `${quota} ${PERIOD_US}`);
        else {
          set('cpu.cfs_period_us', PERIOD_US);
          set('cpu.cfs_quota_us', quota);
        }
        for (const member of [pid, ...childrenOf(pid)]) set('cgroup.procs', member);
      }
      return true;
    } catch (error) {
      say(`cluster: workers cannot be given a share of a core here: ${(error as Error).message}.`);
      return false;
    }
  }

  [Symbol.dispose](): void {
    for (const group of this.#groups) rmdirSync(group);
  }
}

/** The processes that one has started. */
export const childrenOf = (pid: number): readonly number[] =>
  // A child belongs to the thread that started it, and a worker starts its executor from another thread than its first.
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
