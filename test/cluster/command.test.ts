import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { identify } from '../../app/src/cluster/process-table.ts';
import { contrail, start, statusOf } from './command.ts';
import { HAS_CLUSTER, sharedFolder } from './shared.ts';

describe.skipIf(!HAS_CLUSTER)('contrail cluster', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'contrail-other-'))));
  afterEach(async () => {
    await contrail('cluster', 'down', '--folder', folder);
    rmSync(folder, { recursive: true, force: true });
  });

  it('up has brought up every service, and a second up changes nothing', async () => {
    const before = await statusOf(sharedFolder());
    expect(before.ok).toBe(true);
    expect(before.services.map(({ name, state }) => [name, state])).toEqual([
      ['kafka', 'running'],
      ['s3', 'running'],
      ['spark-master', 'running'],
      ['spark-worker-1', 'running'],
      ['spark-worker-2', 'running'],
      ['spark-connect', 'running'],
    ]);
    const { code, complaints } = await contrail('cluster', 'up', '--folder', sharedFolder());
    expect(code).toBe(0);
    expect(complaints).not.toContain('starts');
    const after = await statusOf(sharedFolder());
    expect(after.services.map(({ pid }) => pid)).toEqual(before.services.map(({ pid }) => pid));
  });

  it('up starts a part alone, beside another cluster, and down --purge leaves nothing of it', async () => {
    const up = await contrail('cluster', 'up', '--only', 's3', '--folder', folder);
    expect(up.complaints).toContain('is up');
    expect(up.code).toBe(0);
    const [mine, theirs] = [await statusOf(folder), await statusOf(sharedFolder())];
    expect(mine.services.filter(({ state }) => state === 'running').map(({ name }) => name)).toEqual(['s3']);
    const addresses = [...mine.services, ...theirs.services].map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    const pid = mine.services.find(({ name }) => name === 's3')?.pid ?? 0;
    expect(await identify(pid)).not.toBeNull();

    expect((await contrail('cluster', 'down', '--purge', '--folder', folder)).code).toBe(0);
    expect(await identify(pid)).toBeNull();
    expect(existsSync(folder)).toBe(false);
    expect((await contrail('cluster', 'status', '--folder', folder)).code).toBe(1);
  });

  it('up refuses a folder with files of others, which down --purge would delete', async () => {
    const taken = mkdtempSync(join(tmpdir(), 'contrail-taken-'));
    onTestFinished(() => rmSync(taken, { recursive: true, force: true }));
    writeFileSync(join(taken, 'mine'), '');
    const up = await contrail('cluster', 'up', '--only', 'kafka', '--folder', taken);
    expect(up.code).toBe(1);
    expect(up.complaints).toContain(`${taken} is not the folder of a cluster`);
    await contrail('cluster', 'down', '--purge', '--folder', taken);
    expect(existsSync(join(taken, 'mine'))).toBe(true);
  });

  it('up that is interrupted ends what it has started', async () => {
    const child = start('cluster', 'up', '--only', 'kafka', '--folder', folder);
    for await (const line of createInterface({ input: child.stderr })) {
      if (line === 'Kafka starts …') child.kill('SIGINT');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect((await statusOf(folder)).services.every(({ state }) => state === 'stopped')).toBe(true);
  });

  it.each([
    [['up', '--workers', '3'], '1, 2'],
    [['up', '--only', 'zookeeper'], 'kafka, s3, spark'],
    [['up', '--name', '../up'], 'letters'],
  ])('refuses %j', async (args, expected) => {
    const { code, complaints } = await contrail('cluster', ...args);
    expect(code).toBe(2);
    expect(complaints).toContain(expected);
  });
});
