import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endProcess, identify, isAlive, residentBytes } from '../../src/cluster/process-table.ts';

interface Started {
  readonly pid: number;
  readonly said: string;
  readonly ended: Promise<unknown[]>;
}

/** A Node whose script prints something when it is ready. */
async function startNode(script: string): Promise<Started> {
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { pid: child.pid ?? 0, said: said.toString(), ended };
}

describe('processes of others', () => {
  it('are known by id and beginning, and gone when they have ended', async () => {
    const { pid, ended } = await startNode('setInterval(() => {}, 1000); console.log("ready")');
    const id = (await identify(pid)) ?? { pid: 0, began: '' };
    expect(id).toMatchObject({ pid });
    expect(await isAlive(id)).toBe(true);
    expect(await isAlive({ ...id, began: 'another day' })).toBe(false);
    expect((await residentBytes(id)) ?? 1e7).toBeGreaterThan(1e6);

    await endProcess(id, 10_000);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(await isAlive(id)).toBe(false);
    await endProcess(id, 0);
  });

  it('are killed with all that they started when they do not end', async () => {
    const { pid, said, ended } = await startNode(`
      process.on('SIGTERM', () => {});
      const script = 'setInterval(() => {}, 1000); console.log(process.pid)';
      require('node:child_process').spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
      setInterval(() => {}, 1000)`);
    const id = (await identify(pid)) ?? { pid: 0, began: '' };
    expect(id).toMatchObject({ pid });
    expect(await identify(Number(said))).not.toBeNull();
    await endProcess(id, 100);
    expect(await ended).toEqual([null, 'SIGKILL']);
    await expect.poll(() => identify(Number(said))).toBeNull();
  });

  it('that never were are nobody', async () => {
    expect(await identify(2 ** 30)).toBeNull();
  });
});
