import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEEP_ALL } from '../../app/src/lake/keep.ts';
import { deletedRefused, deletedRows, wholeFrom } from '../../app/src/lake/keep/ledger.ts';
import { BATCH_TABLES } from '../../app/src/lake/tables.ts';
import { dayMessages, drainAt, evening, newest, rowsOf } from '../../app/test/pipeline/keep/days-world.ts';
import { TWO_DAYS } from './keep-two-days.ts';

const CHILD = fileURLToPath(new URL('keep-child.ts', import.meta.url));
const TODAY = 5;

/** Rows of every table, and what is counted as deleted. */
async function found(directory: string): Promise<Readonly<Record<string, unknown>>> {
  const tables: Record<string, unknown> = {};
  for (const definition of BATCH_TABLES) {
    const snapshot = await newest(directory, definition);
    tables[definition.name] = {
      rows: await rowsOf(snapshot),
      deleted: [deletedRows(snapshot), deletedRefused(snapshot), wholeFrom(snapshot)],
    };
  }
  return tables;
}

describe('a pipeline that is killed while it deletes what KEEP no longer promises', () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof found>>;
  const points: string[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-keep-kill-'));
    const messages = Array.from({ length: TODAY }, (_, index) => dayMessages(index)).flat();
    await drainAt(join(root, 'start'), evening(TODAY), KEEP_ALL, messages);
    cpSync(join(root, 'start'), join(root, 'undisturbed'), { recursive: true });
    await drainAt(join(root, 'undisturbed'), evening(TODAY), TWO_DAYS, [], {
      onPoint: (point) => points.push(point),
    });
    expected = await found(join(root, 'undisturbed'));
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('has an undisturbed run to compare with', () => {
    const four = BATCH_TABLES.slice(0, 4).map(({ name }) => name);
    expect(points).toEqual(four.flatMap((name) => [`deleting ${name}`, `deleted ${name}`]));
  });

  it.each([
    'deleting bronze/flights',
    'deleted bronze/flights',
    'deleted quarantine/flights',
    'deleted silver/flights',
    'deleted silver/flights_ml',
  ])('deletes and counts each row once when killed at: %s', async (point) => {
    const directory = join(root, point.replaceAll(/[ /]/g, '-'));
    cpSync(join(root, 'start'), directory, { recursive: true });
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', CHILD, directory, String(TODAY), point, '1'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await drainAt(directory, evening(TODAY), TWO_DAYS, []);
    expect(await found(directory)).toEqual(expected);
  });
});
