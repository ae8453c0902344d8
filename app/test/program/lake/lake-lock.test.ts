import { localStore, memoryStore } from '@contrail/delta-lake';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { LakeLock, LOCK_KEY } from '../../../src/program/lake/lake-lock.ts';
import { ContrailError } from '../../../src/errors.ts';

const HOLDER = fileURLToPath(new URL('lake-lock-holder.ts', import.meta.url));
const refused = { kind: 'conflict', code: 'lake-in-use' };

describe('the lock of a lake on a disk', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'contrail-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const lockOf = (owner: string): LakeLock => {
    const lock = new LakeLock(localStore(folder), owner);
    onTestFinished(() => lock[Symbol.asyncDispose]());
    return lock;
  };
  const record = (change: object): void => {
    const path = join(folder, LOCK_KEY);
    const text = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...text, ...change }));
  };
  /** Another process that has the lock. */
  async function holder(...prefix: readonly string[]) {
    const command = [...prefix, process.execPath, '--conditions=@contrail/source', HOLDER, folder];
    const child = spawn(command[0] as string, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child;
  }
  const killed = async (child: Awaited<ReturnType<typeof holder>>): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  it('is held by one, which is named to the other: which, and since when', async () => {
    await lockOf('"contrail up" (process 12 on here)').claim();
    const second = lockOf('second').claim();
    await expect(second).rejects.toMatchObject(refused);
    await expect(second).rejects.toThrow(
      /^Cannot write to the lake file:.*: "contrail up" \(process 12 on here\) has been writing to it since 2\d{3}-.*Z\. .*--data DIR\.$/,
    );
  });

  it('is given back, so that the next one need not wait', async () => {
    const first = lockOf('first');
    await first.claim();
    await first[Symbol.asyncDispose]();
    await lockOf('second').claim();
  });

  it('heals at once when its process was killed', async () => {
    await killed(await holder());
    await lockOf('second').claim();
  });

  it('is kept by a process that was stopped for a while, however long', async () => {
    const first = await holder();
    first.kill('SIGSTOP');
    // As if nobody had renewed it for an hour.
    record({ beat: 0, since: '2020-01-01T00:00:00.000Z', leaseMs: 1 });
    await expect(lockOf('second').claim()).rejects.toMatchObject(refused);
  });

  it('is kept when somebody deletes its files: the process is asked for', async () => {
    await holder();
    rmSync(join(folder, '_contrail/pipeline.lock'));
    // A beat comes within a third of the lease, 5 s.
    await expect(lockOf('second').claim()).rejects.toMatchObject(refused);
  }, 30_000);

  it('is not lost with its record', async () => {
    const first = lockOf('first');
    await first.claim();
    rmSync(join(folder, LOCK_KEY));
    await first.hold();
    await expect(lockOf('second').claim()).rejects.toMatchObject(refused);
  });

  it('of another machine that has the folder too is taken over when its record stands still', async () => {
    await killed(await holder());
    record({ machine: 'another', leaseMs: 300 });
    const startedAt = performance.now();
    await lockOf('second').claim();
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  it('of another machine that has the folder too is respected while its record moves', async () => {
    await killed(await holder());
    record({ machine: 'another', owner: '"contrail up" (process 7 on another)', leaseMs: 3000 });
    let beat = 0;
    const beating = setInterval(() => record({ beat: ++beat }), 50);
    onTestFinished(() => clearInterval(beating));
    await expect(lockOf('second').claim()).rejects.toThrow(/process 7 on another/);
  });

  it('is lost to another machine that took it over, before the next batch and by name', async () => {
    const first = lockOf('first');
    await first.claim();
    record({ writer: 'another', machine: 'another', owner: 'another pipeline on another machine' });
    await expect(first.hold()).rejects.toThrow(/another pipeline on another machine has been writing/);
  });

  const unshare = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
  it('is seen from a container, where process ids mean others', async (test) => {
    const first = await holder(...unshare).catch(() => null);
    if (first === null) return test.skip('this system gives no pid namespaces');
    expect(JSON.parse(readFileSync(join(folder, LOCK_KEY), 'utf8'))).toMatchObject({
      pid: expect.any(Number),
    });
    await expect(lockOf('second').claim()).rejects.toMatchObject(refused);
    await killed(first);
    await expect
      .poll(() =>
        lockOf('third')
          .claim()
          .then(() => 'ours', codeOf),
      )
      .toBe('ours');
  });
});

const codeOf = (error: unknown): string => (error instanceof ContrailError ? error.code : String(error));

describe('the lock of a lake on a store that creates atomically', () => {
  it('turns a second one away that sees the first one renew it', async () => {
    const store = memoryStore();
    await using first = new LakeLock(store, 'first');
    await first.claim();
    const text = JSON.parse(Buffer.from(await store.get(LOCK_KEY)).toString()) as object;
    let beat = 1;
    const beating = setInterval(
      () => void store.put(LOCK_KEY, JSON.stringify({ ...text, beat: ++beat })),
      20,
    );
    onTestFinished(() => clearInterval(beating));
    await using second = new LakeLock(store, 'second');
    await expect(second.claim()).rejects.toMatchObject(refused);
  });
});
