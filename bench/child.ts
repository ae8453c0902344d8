import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { cpus, totalmem } from 'node:os';

/** CPU seconds (user and system), wall seconds and peak resident memory of a piece of work. */
export interface Cost {
  readonly wall_s: number;
  readonly cpu_s: number;
  /** Of the whole process, its start included. */
  readonly peak_rss_mb: number;
}

/** Measures work in this process. */
export async function measure<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly cost: Cost }> {
  const started = performance.now();
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    value,
    cost: {
      wall_s: round((performance.now() - started) / 1000, 3),
      cpu_s: round((user + system) / 1e6, 3),
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  };
}

/**
 * Runs a step of a file beside this one in a process of its own, and answers the JSON that it prints last. The signal
 * ends it.
 */
export function runStep<T>(
  name: string,
  argument: unknown,
  steps: string = 'steps.ts',
  signal?: AbortSignal,
): Promise<T> {
  const file = resolve(import.meta.dirname, steps);
  return new Promise((done, failed) => {
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', file, name, JSON.stringify(argument)],
      { stdio: ['ignore', 'pipe', 'inherit'], signal },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done(JSON.parse(output) as T);
      else failed(new Error(`The step ${name} ended with exit code ${code}.`));
    });
  });
}

/** The machine of a figure: figures of different machines cannot be compared. */
export const machine = (): Readonly<Record<string, unknown>> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: round(totalmem() / 1e9, 1),
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
});

export const round = (value: number, digits: number): number => Number(value.toFixed(digits));

export const say = (line: string): void => void process.stderr.write(`${line}\n`);
