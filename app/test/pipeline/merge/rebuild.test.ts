import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents, worldMessages } from '../small-world.ts';
import { fill, rebuild, said, shuffled, withOneRowOfEachKey } from './merge-world.ts';

/** 20 aircraft, 16 polls a minute apart: four Gold windows. */
const POLLS = withOneRowOfEachKey([...worldMessages({ aircraft: 20, polls: 16, intervalSeconds: 60 })]);

describe('a lake whose polls came in disorder', { timeout: 120_000 }, () => {
  let root: string;
  let inOrder: Awaited<ReturnType<typeof said>>;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-rebuild-'));
    await fill(join(root, 'in-order'), POLLS.flat());
    await fill(join(root, 'disorder'), shuffled(POLLS).flat(), 100);
    inOrder = await said(join(root, 'in-order'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const copy = (name: string): string => {
    cpSync(join(root, 'disorder'), join(root, name), { recursive: true });
    return join(root, name);
  };

  it('has other features before, and the same tables as one of in-order arrival after a rebuild', async () => {
    const directory = copy('whole');
    const before = await said(directory);
    expect(before['silver/flights']).toEqual(inOrder['silver/flights']);
    expect(before['silver/flights_ml']).not.toEqual(inOrder['silver/flights_ml']);
    const outcome = await rebuild(directory);
    expect(outcome).toMatchObject({ done: 1, slices: [{}] });
    expect(await said(directory)).toEqual(inOrder);
    const once = await contents(directory);
    await rebuild(directory);
    expect(await contents(directory)).toEqual(once);
  });

  it('is the same after slices of 50 rows', async () => {
    const directory = copy('slices');
    const outcome = await rebuild(directory, { sliceRows: 50 });
    expect(outcome.slices.length).toBeGreaterThan(3);
    expect(outcome.done).toBe(outcome.slices.length);
    expect(await said(directory)).toEqual(inOrder);
  });
});
