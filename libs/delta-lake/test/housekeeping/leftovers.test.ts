import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTable, type DeltaTable } from '../../src/index.ts';
import { collect, SCHEMA, temporaryFolder } from '../tables.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12);
const UUID = '0b5c3d1e-8a2f-4c6d-9e1f-123456789abc';

/** A table with unfinished files of writers, in its log and among its data, each with the time it was last touched. */
async function tableWith(unfinished: Readonly<Record<string, number>>): Promise<{
  readonly table: DeltaTable;
  readonly isThere: (key: string) => boolean;
}> {
  const folder = temporaryFolder();
  const table = await createTable(folder, { schema: SCHEMA }, { clock: () => NOW });
  for (const [key, touchedMs] of Object.entries(unfinished)) {
    const path = join(folder, key);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'half of it');
    utimesSync(path, touchedMs / 1000, touchedMs / 1000);
  }
  return { table, isThere: (key) => existsSync(join(folder, key)) };
}

const OLD_DATA = `day=2026-11-20/.part-0.parquet.${UUID}.tmp`;
const OLD_COMMIT = `_delta_log/.00000000000000000001.json.${UUID}.tmp`;
const YOUNG_DATA = `.part-1.parquet.${UUID}.tmp`;
const FILES = {
  [OLD_DATA]: NOW - 25 * HOUR_MS,
  [OLD_COMMIT]: NOW - 25 * HOUR_MS,
  // Its writer may live, and end it in a moment.
  [YOUNG_DATA]: NOW - 23 * HOUR_MS,
};

test('check counts what killed writers have left, listings hide it', async () => {
  const { table } = await tableWith(FILES);
  const { leftovers, orphans, findings } = await table.check();
  expect(leftovers).toEqual({ files: 2, bytes: 20 });
  expect(orphans.files).toBe(0);
  expect(findings).toEqual([]);
  const keys = (await collect(table.store.list(''))).map(({ key }) => key);
  expect(keys.filter((key) => key.endsWith('.tmp'))).toEqual([]);
});

test('vacuum deletes it after a day, whatever retention it is given', async () => {
  const { table, isThere } = await tableWith(FILES);
  const options = { retentionMs: 0, allowShortRetention: true };
  expect((await table.vacuum({ ...options, dryRun: true })).files.map(({ path }) => path)).toEqual([
    OLD_COMMIT,
    OLD_DATA,
  ]);
  expect((await table.vacuum({ ...options, scope: 'log' })).files).toEqual([]);
  await table.vacuum(options);
  expect([OLD_COMMIT, OLD_DATA, YOUNG_DATA].map(isThere)).toEqual([false, false, true]);
});

test('log cleanup deletes what lies in the log, also where the log itself stays', async () => {
  const { table, isThere } = await tableWith(FILES);
  expect(await table.cleanUpLog({ limit: 0 })).toEqual({
    deleted: 0,
    oldestVersion: null,
    isComplete: false,
  });
  expect(await table.cleanUpLog()).toEqual({ deleted: 1, oldestVersion: null, isComplete: true });
  expect([OLD_COMMIT, OLD_DATA, YOUNG_DATA].map(isThere)).toEqual([false, true, true]);
});
