import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { ServiceStatus } from '../../app/src/cluster/cluster.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly complaints: string;
}

/** What `cluster status --json` prints. */
export interface StatusOutput {
  readonly ok: boolean;
  readonly settings: string;
  readonly services: readonly ServiceStatus[];
}

/** Starts `contrail …` as a person would. */
export const start = (...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [join(ROOT, 'scripts/contrail.mjs'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs `contrail …` to its end. */
export async function contrail(...args: readonly string[]): Promise<Outcome> {
  const child = start(...args);
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (complaints += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, complaints };
}

/** How the services of a cluster are. */
export async function statusOf(folder: string): Promise<StatusOutput> {
  const { output } = await contrail('cluster', 'status', '--json', '--folder', folder);
  return JSON.parse(output) as StatusOutput;
}
