import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accounts, contents, openLake, run, worldMessages } from '../../app/test/pipeline/small-world.ts';
import {
  fill,
  rebuild,
  said,
  shuffled,
  withOneRowOfEachKey,
} from '../../app/test/pipeline/merge/merge-world.ts';
import { isMergeFinished } from '../../app/src/pipeline/merge/apply.ts';
import { MERGE_POINTS, readAdditions } from './merge-points.ts';

const CHILD = fileURLToPath(new URL('merge-child.ts', import.meta.url));
/** Four Gold windows, the first with the rows of the first poll that lie before midnight. */
const POLLS = withOneRowOfEachKey([...worldMessages({ aircraft: 12, polls: 14, intervalSeconds: 60 })]);
const isReadable = ({ value }: { readonly value: unknown }): boolean => !String(value).includes('broken');
/** Two thirds came by the topic, in disorder; all of them are added once more, so each table changes in each slice. */
const LIVE = shuffled(POLLS)
  .flat()
  .filter((_, index) => index % 3 > 0);
const ADDED = POLLS.flat().filter(isReadable);
/** Three slices or so. */
const SLICE_ROWS = 180;

describe('a merge killed with SIGKILL', { timeout: 120_000 }, () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof contents>>;
  let inOrder: Awaited<ReturnType<typeof said>>;
  const points: string[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-merge-kill-'));
    await fill(join(root, 'start'), LIVE, 120);
    writeFileSync(join(root, 'start', 'additions.json'), JSON.stringify(ADDED));
    const directory = copyOf('undisturbed');
    await rebuild(directory, {
      sliceRows: SLICE_ROWS,
      ...readAdditions(directory),
      onPoint: (point) => points.push(point),
    });
    expected = await contents(directory);
    await fill(join(root, 'in-order'), POLLS.flat());
    inOrder = await said(join(root, 'in-order'));
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function copyOf(name: string): string {
    const directory = join(root, name.replaceAll(/[ /]/g, '-'));
    cpSync(join(root, 'start'), directory, { recursive: true });
    return directory;
  }

  /** Merges in a process of its own until it dies at the point. Answers whether it did. */
  async function die(directory: string, point: string, times: number): Promise<boolean> {
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', CHILD, directory, String(SLICE_ROWS), point, String(times)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect([code, signal]).toEqual(signal === 'SIGKILL' ? [null, 'SIGKILL'] : [0, null]);
    return signal === 'SIGKILL';
  }

  const resume = (directory: string) =>
    rebuild(directory, { sliceRows: SLICE_ROWS, ...readAdditions(directory) });

  it('has an undisturbed run to compare with, which passes every point in each slice', () => {
    const slices = points.filter((point) => point === 'recorded').length;
    expect(slices).toBeGreaterThan(1);
    expect(points).toEqual(['planned', ...Array.from({ length: slices }, () => MERGE_POINTS).flat()]);
    const { found, expected: balance } = accounts(expected, LIVE.length + ADDED.length);
    expect(found).toEqual(balance);
  });

  it('has the tables of in-order arrival when it is not killed', async () => {
    const tables = await said(join(root, 'undisturbed'));
    for (const name of [
      'silver/flights',
      'silver/flights_ml',
      'gold/traffic_by_country',
      'gold/metrics_by_category',
    ])
      expect(tables[name], name).toEqual(inOrder[name]);
  });

  it.each(MERGE_POINTS)('in its second slice at: %s, goes on to the same tables', async (point) => {
    const directory = copyOf(point);
    expect(await die(directory, point, 2)).toBe(true);
    cpSync(directory, `${directory}-pipeline`, { recursive: true });
    await resume(directory);
    expect(await contents(directory)).toEqual(expected);
    // Before its record the slice is nothing that a pipeline could see.
    if (point.startsWith('written') && point !== MERGE_POINTS[0]) return;
    // A pipeline that starts first finishes the slice, finds its own batches as they were, and changes nothing else.
    const { batches } = await run(`${directory}-pipeline`, { maxRows: 120 });
    expect(batches).toBe(0);
    const lake = openLake(`${directory}-pipeline`);
    expect(await isMergeFinished(lake)).toBe(true);
    const tables = await contents(`${directory}-pipeline`);
    const { found, expected: balance } = accounts(
      tables,
      LIVE.length + (tables['bronze/flights']?.length ?? 0) - LIVE.filter(isReadable).length,
    );
    expect(found).toEqual(balance);
    if (point !== 'recorded') return;
    await resume(`${directory}-pipeline`);
    expect(await contents(`${directory}-pipeline`)).toEqual(expected);
  });

  it('ten times at random equals one that was not', async () => {
    const directory = copyOf('random');
    let deaths = 0;
    let state = 11;
    while (deaths < 10) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      if (!(await die(directory, 'any', 1 + (state % 13)))) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(3);
    await resume(directory);
    expect(await contents(directory)).toEqual(expected);
  });
});
