import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRecomputed } from '../../app/test/pipeline/expect-recomputed.ts';
import { contents, fillTopic, run } from '../../app/test/pipeline/small-world.ts';
import { backfill, csv, live, POLLS } from '../../app/test/program/backfill/backfill-world.ts';

const CHILD = fileURLToPath(new URL('backfill-child.ts', import.meta.url));
const SLICE_ROWS = 50;

/** Each point, and how often it is reached before the kill. */
const KILLS = [
  ['registered', 1],
  ['staged', 1],
  ['planned', 1],
  ['written bronze/flights', 1],
  ['recorded', 1],
  ['committed bronze/flights', 1],
  ['committed silver/flights', 1],
  ['finished', 1],
  ['written gold/traffic_by_country', 1],
  ['merged', 1],
] as const;

describe('a backfill that is killed', { timeout: 300_000 }, () => {
  let root: string;
  let archive: string;
  let expected: Awaited<ReturnType<typeof contents>>;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-backfill-kill-'));
    archive = join(root, 'hour.csv');
    writeFileSync(archive, csv(POLLS));
    const start = join(root, 'start');
    await fillTopic(start, live(POLLS.filter((_, index) => index % 2 === 0)));
    await run(start, { maxRows: 400 });
    cpSync(start, join(root, 'undisturbed'), { recursive: true });
    await backfill(join(root, 'undisturbed'), [archive], { sliceRows: SLICE_ROWS });
    expected = await contents(join(root, 'undisturbed'));
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('ten times, at a new point each time, has every row once in every table in the end', async () => {
    const directory = join(root, 'killed');
    cpSync(join(root, 'start'), directory, { recursive: true });
    for (const [point, times] of KILLS) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=@contrail/source',
          CHILD,
          directory,
          archive,
          String(SLICE_ROWS),
          point,
          String(times),
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      expect([point, ...(await once(child, 'exit'))]).toEqual([point, null, 'SIGKILL']);
    }
    await backfill(directory, [archive], { sliceRows: SLICE_ROWS });
    expect(await contents(directory)).toEqual(expected);
    await expectRecomputed(directory);
    // What a killed run has staged is gone.
    expect(readdirSync(join(directory, 'temporary'))).not.toContain('backfill');
  });

  it('in the middle of a slice, does not keep the pipeline from going on', async () => {
    const directory = join(root, 'pipeline');
    cpSync(join(root, 'start'), directory, { recursive: true });
    const child = spawn(
      process.execPath,
      [
        '--conditions=@contrail/source',
        CHILD,
        directory,
        archive,
        String(SLICE_ROWS),
        'committed silver/flights',
        '1',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await fillTopic(directory, live(POLLS.slice(-1)));
    await run(directory, { maxRows: 400 });
    await expectRecomputed(directory);
    await backfill(directory, [archive], { sliceRows: SLICE_ROWS });
    await expectRecomputed(directory);
  });
});
