import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts, contents, fillTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { BATCH_POINTS } from './batch-points.ts';

const CHILD = fileURLToPath(new URL('pipeline-child.ts', import.meta.url));
const MESSAGES = smallWorld();
/** Three batches. */
const MAX_ROWS = Math.ceil(MESSAGES.length / 3);

describe('a pipeline killed with SIGKILL in its second of three batches', () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof contents>>;
  const points: string[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-kill-'));
    // Every case starts from a copy of this: the topic, and a lake that has its first batch.
    await fillTopic(join(root, 'start'), MESSAGES);
    await die(join(root, 'start'), 'finished', 1);
    cpSync(join(root, 'start'), join(root, 'undisturbed'), { recursive: true });
    await run(join(root, 'undisturbed'), {
      maxRows: MAX_ROWS,
      onPoint: (point) => points.push(point),
    });
    expected = await contents(join(root, 'undisturbed'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs the pipeline in a process of its own until it dies at the point. */
  async function die(directory: string, point: string, times: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', CHILD, directory, String(MAX_ROWS), point, String(times)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  }

  it('has an undisturbed run to compare with: every point twice, every table filled, every row accounted for', () => {
    expect(points).toEqual([...BATCH_POINTS, ...BATCH_POINTS]);
    for (const [table, rows] of Object.entries(expected)) expect(rows.length, table).toBeGreaterThan(10);
    const { found, expected: balance } = accounts(expected, MESSAGES.length);
    expect(found).toEqual(balance);
  });

  it('is the same, killed after the first batch or never', async () => {
    const directory = join(root, 'never-killed');
    await fillTopic(directory, MESSAGES);
    await run(directory, { maxRows: MAX_ROWS });
    expect(await contents(directory)).toEqual(expected);
  });

  it.each(BATCH_POINTS)('loses and doubles nothing when killed at: %s', async (point) => {
    const directory = join(root, point.replaceAll(/[ /]/g, '-'));
    cpSync(join(root, 'start'), directory, { recursive: true });
    await die(directory, point, 1);
    await run(directory, { maxRows: MAX_ROWS });
    const found = await contents(directory);
    expect(found).toEqual(expected);
    expect(accounts(found, MESSAGES.length).found).toEqual(accounts(found, MESSAGES.length).expected);
  });

  it('loses and doubles nothing when killed at one point after another of the same batch', async () => {
    const directory = join(root, 'again-and-again');
    cpSync(join(root, 'start'), directory, { recursive: true });
    for (const point of ['recorded', 'written bronze/flights', 'written silver/flights_ml']) {
      await die(directory, point, 1);
    }
    await die(directory, 'committed silver/flights_ml', 1);
    // From here Silver_ML has the batch, and is not written again.
    await die(directory, 'committed gold/traffic_by_country', 1);
    await run(directory, { maxRows: MAX_ROWS });
    expect(await contents(directory)).toEqual(expected);
  });
});
