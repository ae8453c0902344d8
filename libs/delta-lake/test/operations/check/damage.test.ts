import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTable, memoryStore, openTable, struct } from '../../../src/index.ts';
import { statedTime } from '../../../src/replay/stated-time.ts';
import { collect, SCHEMA, temporaryFolder } from '../../tables.ts';

const pad = (version: number): string => String(version).padStart(20, '0');

describe('check', () => {
  test('finds a data page that is damaged, wherever in the file, unless it is told to read footers alone', async () => {
    const folder = temporaryFolder();
    const table = await createTable(folder, { schema: SCHEMA });
    await table.append(
      Array.from({ length: 2000 }, (_, i) => ({
        id: BigInt(i * 7919),
        name: `name ${i}`,
        day: '2026-11-24',
      })),
    );
    const path = table.cached().files()[0]?.path ?? '';
    const whole = readFileSync(join(folder, path));
    expect((await table.check()).findings).toEqual([]);
    const footer = whole.readUInt32LE(whole.length - 8) + 8;
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const body = Buffer.from(whole);
      const at = Math.floor((body.length - footer) * part);
      body[at] = (body[at] ?? 0) ^ 0x55;
      writeFileSync(join(folder, path), body);
      const { findings } = await table.check();
      expect(
        findings.map(({ kind, path: found }) => [kind, found]),
        `at ${at}`,
      ).toEqual([['corrupt-file', path]]);
      expect((await table.check({ pages: false })).findings).toEqual([]);
    }
  });

  test('finds a _last_checkpoint that names a checkpoint which is gone; the next commit repairs it', async () => {
    const folder = temporaryFolder();
    const configuration = { 'delta.checkpointInterval': '3' };
    const table = await createTable(folder, { schema: struct({ a: 'long' }), configuration });
    for (let i = 0; i < 4; i++) await table.append([{ a: BigInt(i) }]);
    await table.settled();
    expect((await table.check()).findings).toEqual([]);
    const log = join(folder, '_delta_log');
    rmSync(join(log, `${pad(3)}.checkpoint.parquet`));
    const other = await openTable(folder);
    const [finding] = (await other.check()).findings;
    expect(finding).toMatchObject({ kind: 'last-checkpoint', path: '_delta_log/_last_checkpoint' });
    expect(finding?.message).toContain('version 3');
    await other.append([{ a: 9n }]);
    await other.settled();
    expect((await other.check()).findings).toEqual([]);
    expect(JSON.parse(readFileSync(join(log, '_last_checkpoint'), 'utf8'))).toMatchObject({ version: 5 });
    expect(existsSync(join(log, `${pad(5)}.checkpoint.parquet`))).toBe(true);
    // One look is enough for a table object.
    await other.append([{ a: 10n }]);
    await other.append([{ a: 11n }]);
    await other.settled();
    expect(existsSync(join(log, `${pad(7)}.checkpoint.parquet`))).toBe(false);
  });

  test('log cleanup takes no checkpoint away that _last_checkpoint names', async () => {
    let now = Date.UTC(2026, 10, 24);
    const clock = (): number => now;
    const store = memoryStore({ clock });
    const configuration = { 'delta.checkpointInterval': '2', 'delta.enableExpiredLogCleanup': 'false' };
    const table = await createTable(store, { schema: struct({ a: 'long' }), configuration }, { clock });
    for (let i = 0; i < 3; i++) await table.append([{ a: 1n }]);
    await table.settled();
    const pointer = await store.get('_delta_log/_last_checkpoint');
    for (let i = 0; i < 3; i++) await table.append([{ a: 1n }]);
    await table.settled();
    // As a writer leaves it that died between the checkpoint of version 4 or 6 and naming it.
    await store.put('_delta_log/_last_checkpoint', pointer);
    now += 40 * 86_400_000;
    await table.append([{ a: 1n }]);
    expect(await table.cleanUpLog()).toMatchObject({ oldestVersion: 2 });
    expect((await table.check()).findings).toEqual([]);
    expect(await store.head(`_delta_log/${pad(2)}.checkpoint.parquet`)).not.toBeNull();
  });
});

describe('the time of a commit', () => {
  test.each([
    [1_668_830_181_000, 1_668_830_181_000],
    [1_668_830_181, 1_668_830_181_000],
    [1_668_830_181_000_000, 1_668_830_181_000],
    [1_668_830_181_000_000_000, 1_668_830_181_000],
    [1000, 1000],
    [-1, undefined],
    [1e30, undefined],
    [Number.NaN, undefined],
  ])('%d is %d, in whatever unit its writer counts', (timestamp, expected) => {
    expect(statedTime(timestamp)).toBe(expected);
  });

  test('that its writer noted in microseconds is no year 54853, nor are those after it', async () => {
    const store = memoryStore();
    const table = await createTable(store, { schema: SCHEMA });
    const commitInfo = { timestamp: 1_668_830_181_000_000, operation: 'WRITE' };
    await store.put(`_delta_log/${pad(1)}.json`, `${JSON.stringify({ commitInfo })}\n`);
    const odd = { timestamp: 9e18, operation: 'WRITE' };
    await store.put(`_delta_log/${pad(2)}.json`, `${JSON.stringify({ commitInfo: odd })}\n`);
    expect((await table.snapshot()).timestampMs).toBe(1_668_830_181_000);
    const [second, first] = await collect(table.history({ limit: 2 }));
    expect(first?.timestampMs).toBe(1_668_830_181_000);
    expect(second?.timestampMs).toBe((await store.head(`_delta_log/${pad(2)}.json`))?.modifiedAtMs);
    await table.addFeatures(['inCommitTimestamp']);
    await table.setProperties({ 'delta.enableInCommitTimestamps': 'true' });
    expect(table.cached().timestampMs).toBeLessThan(Date.UTC(2200, 0));
  });
});
