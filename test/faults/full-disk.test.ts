/** `produce` and `pipeline` on a disk of 48 MB that somebody fills and makes room on. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { accounts, contents, openTopic } from '../../app/test/pipeline/small-world.ts';
import { PROGRESS_FILE, type Progress } from '../../app/src/lake/progress.ts';
import { smallDisk } from './small-disk.ts';

const MAIN = resolve(import.meta.dirname, '../../app/src/cli/main.ts');
const PATIENCE = { timeout: 90_000, interval: 100 };

const disk = smallDisk(48);

describe.skipIf(disk === null)(
  'a small disk (skipped where tmpfs cannot be mounted, for want of root)',
  () => {
    const data = join(disk ?? '', 'data');
    const filler = join(disk ?? '', 'filler');
    const said: Record<string, string> = {};
    const running: ChildProcess[] = [];

    function contrail(...words: string[]): ChildProcess {
      const child = spawn(
        process.execPath,
        ['--conditions=@contrail/source', MAIN, ...words, '--data', data, '--log-level', 'warn'],
        {
          env: { ...process.env, SIMULATED_AIRCRAFT: '300', PROCESSING_TIME: '500ms' },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      const [command = ''] = words;
      said[command] = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (said[command] += text));
      running.push(child);
      return child;
    }

    const progress = (): Progress =>
      JSON.parse(readFileSync(join(data, 'lake', PROGRESS_FILE), 'utf8')) as Progress;
    const batch = (): number => progress().batch_id ?? 0;
    const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

    /** Takes all room that is left. */
    function fill(): void {
      const piece = Buffer.alloc(1 << 20);
      try {
        for (;;) writeFileSync(filler, piece, { flag: 'a' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
    }

    async function stop(child: ChildProcess): Promise<void> {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
    }

    afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

    it('makes sources and pipeline wait and say so, also from the start on, and loses nothing', async () => {
      execFileSync('mkdir', ['-p', data]);
      fill();
      const producer = contrail('produce', '--source', 'simulator');
      const pipeline = contrail('pipeline');
      await vi.waitFor(() => {
        expect(said['produce']).toMatch(/No space left|disk is full|Less than 6 MB are free/);
        expect(said['pipeline']).toMatch(/no space left|Less than 6 MB are free/);
      }, PATIENCE);
      expect([producer, pipeline].map(isAlive)).toEqual([true, true]);

      rmSync(filler);
      await vi.waitFor(() => expect(batch()).toBeGreaterThanOrEqual(2), PATIENCE);

      fill();
      await vi.waitFor(() => {
        expect(progress()).toMatchObject({ state: 'waiting' });
        expect(String(progress().message)).toContain('Less than 6 MB are free');
        expect(said['produce']).toContain('Less than 6 MB are free');
      }, PATIENCE);
      expect([producer, pipeline].map(isAlive)).toEqual([true, true]);
      const before = batch();

      rmSync(filler);
      await vi.waitFor(() => expect(batch()).toBeGreaterThan(before + 1), PATIENCE);
      expect(progress().message).toBeNull();
      await stop(producer);
      await vi.waitFor(
        () => expect(progress().topic.partitions.every(({ lag }) => lag === 0)).toBe(true),
        PATIENCE,
      );
      await stop(pipeline);
      expect(said['produce']?.match(/Less than 6 MB/g)?.length).toBeLessThanOrEqual(3);

      await using topic = await openTopic(data);
      const messages = (await topic.offsets()).reduce((sum, { start, end }) => sum + Number(end - start), 0);
      const { found, expected } = accounts(await contents(data), messages);
      expect(found).toEqual(expected);
      expect(messages).toBeGreaterThan(300);
    });
  },
);
