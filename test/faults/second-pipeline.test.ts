import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../app/src/cli/main.ts');

/** What a lake's pipeline says of itself. */
interface Said {
  readonly state: string;
  readonly batch_id: number | null;
}

describe('a second pipeline on a lake on a disk', () => {
  let data: string;
  beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'contrail-second-'))));
  afterEach(() => rm(data, { recursive: true, force: true }));

  function start(...args: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
    const child = spawn(process.execPath, ['--conditions=@contrail/source', MAIN, ...args, '--data', data], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: data,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    return { child, said: () => text };
  }
  const ended = async ({ child }: ReturnType<typeof start>): Promise<number | null> =>
    child.exitCode ?? ((await once(child, 'close')) as [number | null])[0];
  const progress = (): Said | null => {
    try {
      return JSON.parse(readFileSync(join(data, 'lake/_contrail/progress.json'), 'utf8')) as Said;
    } catch {
      return null;
    }
  };
  const up = (): ReturnType<typeof start> =>
    start(
      'up',
      '--source',
      'simulator',
      '--simulated-aircraft',
      '20',
      '--dashboard-port',
      '0',
      '--processing-time',
      '200ms',
    );

  test('is turned away with the name of the first one, which goes on undisturbed', async () => {
    const first = up();
    await expect.poll(() => progress()?.batch_id ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    for (const args of [['pipeline', '--once'], ['pipeline']]) {
      const second = start(...args);
      expect(await ended(second)).toBe(1);
      expect(second.said()).toContain(`"contrail up" (process ${first.child.pid} on `);
      expect(second.said()).not.toMatch(/restore|bug|at file:/i);
    }
    const reached = progress()?.batch_id ?? 0;
    await expect.poll(() => progress()?.batch_id ?? 0, { timeout: 60_000 }).toBeGreaterThan(reached);
    first.child.kill('SIGTERM');
    expect(await ended(first)).toBe(0);
  });

  test('takes over at once from one that was killed', async () => {
    const first = up();
    await expect.poll(() => progress()?.batch_id ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    await ended(first);
    const second = start('pipeline', '--once');
    expect(await ended(second)).toBe(0);
    expect(progress()).toMatchObject({ state: 'stopped' });
  });

  test('is one of two that were started at once: the other is turned away', async () => {
    const both = [start('pipeline'), start('pipeline')];
    const [loser, code] = await Promise.race(both.map(async (one) => [one, await ended(one)] as const));
    expect(code).toBe(1);
    const [winner] = both.filter((one) => one !== loser);
    expect(loser.said()).toContain(`"contrail pipeline" (process ${winner?.child.pid} on `);
    winner?.child.kill('SIGTERM');
    expect(winner && (await ended(winner))).toBe(0);
  });
});
