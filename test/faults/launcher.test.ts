import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

const CONTRAIL = resolve(import.meta.dirname, '../../scripts/contrail.mjs');

/** The program as npm starts it: a launcher, and the program below it. */
describe.skipIf(process.platform !== 'linux')('the launcher', () => {
  let data: string;
  beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'contrail-launcher-'))));
  afterEach(() => rm(data, { recursive: true, force: true }));

  function start(...args: readonly string[]): {
    readonly launcher: ChildProcess;
    readonly said: () => string;
  } {
    const launcher = spawn(process.execPath, [CONTRAIL, ...args, '--data', data], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    launcher.stderr?.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    onTestFinished(() => void launcher.kill('SIGKILL'));
    return { launcher, said: () => text };
  }
  const up = (): ReturnType<typeof start> =>
    start('up', '--source', 'simulator', '--simulated-aircraft', '20', '--dashboard-port', '0');
  const ended = async (launcher: ChildProcess): Promise<number | string | null> => {
    const [code, signal] = (await once(launcher, 'close')) as [number | null, string | null];
    return code ?? signal;
  };
  /** The process of the program below, which is there some milliseconds after the launcher. */
  async function programOf(launcher: ChildProcess): Promise<number> {
    const children = `/proc/${launcher.pid}/task/${launcher.pid}/children`;
    const mains = (): number[] =>
      readFileSync(children, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number)
        .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.ts'));
    await expect.poll(() => mains().length, { timeout: 30_000 }).toBe(1);
    return mains()[0] as number;
  }
  const isThere = (pid: number): boolean => {
    try {
      return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 by %s before the program can hear it',
    async (signal) => {
      const { launcher, said } = up();
      await programOf(launcher);
      launcher.kill(signal);
      expect(await ended(launcher)).toBe(0);
      expect(said()).not.toMatch(/bug|at file:|killed/);
    },
  );

  test('ends with 0 by SIGTERM while a pipeline waits for a Kafka that is away', async () => {
    const { launcher, said } = start('pipeline', '--once', '--kafka-bootstrap', '127.0.0.1:9');
    await expect.poll(said, { timeout: 60_000 }).toContain('Trying again until it works.');
    launcher.kill('SIGTERM');
    expect(await ended(launcher)).toBe(0);
  });

  test('says the cause when the program is killed, as for memory', async () => {
    const { launcher, said } = up();
    process.kill(await programOf(launcher), 'SIGKILL');
    expect(await ended(launcher)).toBe(1);
    expect(said().trimEnd().split('\n').at(-1)).toMatch(
      /^Contrail was killed \(exit code 137\).*MEMORY_LIMIT/,
    );
  });

  test('leaves nothing running when it is killed itself, early or late', async () => {
    for (const isEarly of [true, false]) {
      const { launcher, said } = up();
      const program = await programOf(launcher);
      if (!isEarly) await expect.poll(said, { timeout: 60_000 }).toContain('Contrail is on');
      launcher.kill('SIGKILL');
      await expect.poll(() => isThere(program), { timeout: 30_000 }).toBe(false);
    }
  });

  const cmdlineOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

  test('is replaced by a small program, which ends with 0 by SIGTERM', async () => {
    const { launcher, said } = start('produce', '--source', 'simulator');
    const { pid = 0 } = launcher;
    await expect.poll(() => cmdlineOf(pid), { timeout: 30_000 }).toContain('main.ts');
    expect(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')).toBe('');
    await expect.poll(said, { timeout: 60_000 }).toContain('messages sent');
    launcher.kill('SIGTERM');
    expect(await ended(launcher)).toBe(0);
    expect(said()).toContain('messages in');
  });

  test('is replaced by a small program that ends when the shell that started it is gone', async () => {
    const command = [process.execPath, CONTRAIL, 'produce', '--source', 'simulator', '--data', data];
    const shell = spawn('sh', ['-c', '"$@" 2>&1 & echo $!; wait', 'sh', ...command], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void shell.kill('SIGKILL'));
    let text = '';
    shell.stdout.on('data', (chunk: Buffer) => void (text += chunk.toString()));
    await expect.poll(() => text, { timeout: 60_000 }).toContain('messages sent');
    const program = Number(/^\d+/.exec(text)?.[0]);
    expect(cmdlineOf(program)).toContain('main.ts');
    shell.kill('SIGKILL');
    await expect.poll(() => isThere(program), { timeout: 30_000 }).toBe(false);
  });

  test('tells a query that was stopped from one that was answered', async () => {
    const { launcher } = start('query', 'select count(*) from range(1000000000000)');
    await programOf(launcher);
    launcher.kill('SIGINT');
    expect(await ended(launcher)).toBe(130);
  });
});
