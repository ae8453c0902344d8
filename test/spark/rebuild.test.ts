import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Differences } from '../../app/src/pipeline/merge/differences.ts';
import {
  additionsOf,
  fill,
  rebuild,
  shuffled,
  withOneRowOfEachKey,
} from '../../app/test/pipeline/merge/merge-world.ts';
import { expectSameTables } from '../../app/test/pipeline/same-tables.ts';
import { openLake, worldMessages } from '../../app/test/pipeline/small-world.ts';
import { openSparkEngine } from './engine.ts';
import { HAS_SPARK } from './shared.ts';

const POLLS = withOneRowOfEachKey([...worldMessages({ aircraft: 10, polls: 9, intervalSeconds: 60 })]);

describe.skipIf(!HAS_SPARK)('a rebuild on Spark', { timeout: 600_000 }, () => {
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-spark-rebuild-'));
    await fill(join(root, 'duckdb'), shuffled(POLLS.slice(0, 7)).flat(), 100);
    cpSync(join(root, 'duckdb'), join(root, 'spark'), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('with rows to add makes the tables that DuckDB makes, and finds no difference to them', async () => {
    const archive = POLLS.slice(5)
      .flat()
      .filter(({ value }) => !String(value).includes('broken'));
    const merge = { additions: additionsOf(archive), sliceRows: 80, work: () => 'backfill' };
    const { slices, rows } = await rebuild(join(root, 'duckdb'), merge);
    expect(slices.length).toBeGreaterThan(1);
    await using engine = openSparkEngine(join(root, 'spark'));
    expect(await rebuild(join(root, 'spark'), { ...merge, engine })).toMatchObject({ slices, rows });
    await expectSameTables(openLake(join(root, 'spark')), openLake(join(root, 'duckdb')));
    const compare = new Differences(engine, null, undefined);
    await rebuild(join(root, 'spark'), { engine, compare });
    for (const [name, difference] of compare.tables)
      expect(difference, name).toEqual({ come: 0, go: 0, change: 0 });
  });
});
