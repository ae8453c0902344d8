import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTable, type DataFile, memoryStore, type ObjectStore, openTable } from '../../../src/index.ts';
import { collect, SCHEMA, temporaryFolder, writeFile } from '../../tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 24);
const ALL = { retentionMs: 0, allowShortRetention: true } as const;
const ROWS = [{ id: 1n, name: 'a', day: '2026-11-24' }];

const gone = (report: { readonly files: readonly { readonly path: string }[] }): string[] =>
  report.files.map(({ path }) => path);

describe('vacuum without any retention, beside a writer', () => {
  test('leaves a file alone that was written and is about to be committed', async () => {
    const folder = temporaryFolder();
    const table = await createTable(folder, { schema: SCHEMA });
    const file = await writeFile(table, 'day=1/under-way.parquet', SCHEMA, ROWS);
    const other = await openTable(folder);
    expect(gone(await other.vacuum({ ...ALL, dryRun: true }))).toEqual([]);
    expect(gone(await other.vacuum(ALL))).toEqual([]);
    expect(await table.startTransaction({ operation: 'WRITE' }).append([file]).commit()).toMatchObject({
      kind: 'committed',
    });
    expect((await collect((await other.snapshot()).rows())).flat()).toHaveLength(1);
    await table.settled();
    expect(readdirSync(join(folder, '_delta_log')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('deletes it a day later, and at once what the log says was removed', async () => {
    let now = NOW;
    const clock = (): number => now;
    const store = memoryStore({ clock });
    const configuration = {
      'delta.deletedFileRetentionDuration': 'interval 1 hour',
      'delta.checkpointInterval': '1',
      'delta.enableChangeDataFeed': 'true',
    };
    const table = await createTable(store, { schema: SCHEMA, configuration }, { clock });
    await table.append(ROWS);
    await table.delete(() => true);
    const removed = (await collect(store.list('')))
      .map(({ key }) => key)
      .filter((key) => !key.startsWith('_delta_log/'));
    expect(removed.map((key) => key.startsWith('_change_data/'))).toEqual([true, false]);
    await store.put('_change_data/failed.parquet', 'x');
    await store.put('failed.parquet', 'x');
    // By now the checkpoints have forgotten the tombstone; the commits have not.
    now += 2 * HOUR_MS;
    await table.append(ROWS);
    await table.settled();
    const other = await openTable(store, { clock });
    expect(other.cached().state.tombstones.size).toBe(0);
    now += 1;
    expect(gone(await other.vacuum(ALL))).toEqual(removed);
    now += 22 * HOUR_MS - 2;
    expect(gone(await other.vacuum(ALL))).toEqual([]);
    now += 2;
    expect(gone(await other.vacuum(ALL))).toEqual(['_change_data/failed.parquet', 'failed.parquet']);
  });

  test.each([
    ['ahead', 3 * DAY_MS, 0],
    ['behind', 0, 3 * DAY_MS],
  ])('a clock that is %s of the clock of the store makes no file old', async (_, ours, theirs) => {
    const store = memoryStore({ clock: () => NOW + theirs });
    const table = await createTable(store, { schema: SCHEMA }, { clock: () => NOW + ours });
    await store.put('under-way.parquet', 'x');
    expect(gone(await table.vacuum(ALL))).toEqual([]);
    expect(gone(await table.vacuum({ retentionMs: 2 * DAY_MS, allowShortRetention: true }))).toEqual([]);
    expect(await store.head('under-way.parquet')).not.toBeNull();
  });

  test('sees a file that comes back while others are being deleted', async () => {
    let now = NOW;
    const clock = (): number => now;
    const store = memoryStore({ clock });
    const table = await createTable(store, { schema: SCHEMA }, { clock });
    const paths = Array.from({ length: 600 }, (_, i) => `${String(i).padStart(3, '0')}.parquet`);
    for (const path of paths) await store.put(path, 'x');
    const files = paths.map((path) => ({ path, bytes: 1, rows: 1, partition: {}, statistics: {} }));
    await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
    const all = table.cached().files();
    await table.startTransaction({ operation: 'DELETE' }).remove(all).commit();
    now += 8 * DAY_MS;
    let isBack = false;
    const racing: ObjectStore = {
      ...store,
      delete: async (key) => {
        await store.delete(key);
        if (isBack || key.startsWith('_delta_log/')) return;
        isBack = true;
        const back = all.filter(({ path }) => path === '599.parquet');
        await table.startTransaction({ operation: 'RESTORE' }).restore(back).commit();
      },
    };
    const report = await (await openTable(racing, { clock })).vacuum();
    expect(report.files).toHaveLength(599);
    expect(await store.head('599.parquet')).not.toBeNull();
  });
});

describe('a commit whose files are not there', () => {
  const FILE: DataFile = { path: 'a.parquet', bytes: 1, rows: 1, partition: {}, statistics: {} };
  const conflict = { kind: 'conflict', reason: 'added-files-gone', version: 0 };

  test('is not made on a disk', async () => {
    const table = await createTable(temporaryFolder(), { schema: SCHEMA });
    const commit = (): Promise<object> =>
      table.startTransaction({ operation: 'WRITE' }).append([FILE]).commit();
    const result = await commit();
    expect(result).toMatchObject(conflict);
    expect(result).toMatchObject({ message: expect.stringContaining('a.parquet') as string });
    await table.store.put('a.parquet', 'x');
    expect(await commit()).toMatchObject({ kind: 'committed', version: 1 });
  });

  test('is not made elsewhere when the files are so old that a vacuum may have taken them', async () => {
    const heads: string[] = [];
    const inner = memoryStore();
    const store: ObjectStore = {
      ...inner,
      head: (key) => {
        if (!key.startsWith('_delta_log/')) heads.push(key);
        return inner.head(key);
      },
    };
    const table = await createTable(store, { schema: SCHEMA }, { clock: () => NOW });
    const commit = (modifiedAtMs: number): Promise<object> =>
      table
        .startTransaction({ operation: 'WRITE' })
        .append([{ ...FILE, path: `${modifiedAtMs}`, modifiedAtMs }])
        .commit();
    expect(await commit(NOW - DAY_MS - 1)).toMatchObject(conflict);
    expect(heads).toEqual([`${NOW - DAY_MS - 1}`]);
    // No request is spent on young ones.
    expect(await commit(NOW - HOUR_MS)).toMatchObject({ kind: 'committed' });
    expect(heads).toHaveLength(1);
  });

  test('is not made when it would bring back what vacuum has deleted', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA });
    await table.append(ROWS);
    const [file] = table.cached().files();
    if (!file) throw new Error('There is no file.');
    await table.delete(() => true);
    const transaction = table.startTransaction({ operation: 'RESTORE' }).restore([file]);
    await table.store.delete(file.path);
    expect(await transaction.commit()).toMatchObject({ reason: 'added-files-gone', version: 2 });
  });

  test('has an optimize give up the group, and nothing is lost', async () => {
    const table = await createTable(temporaryFolder(), { schema: SCHEMA });
    for (let i = 0; i < 3; i++) await table.append(ROWS);
    const report = await table.optimize({
      rewrite: async ({ files }) => [{ ...FILE, rows: files.length }],
    });
    expect(report).toMatchObject({ version: null, lostGroups: 1 });
    expect((await collect(table.cached().rows())).flat()).toHaveLength(3);
  });

  test('an optimize whose writer names files of the table deletes none of them', async () => {
    const folder = temporaryFolder();
    const table = await createTable(folder, { schema: SCHEMA });
    for (let i = 0; i < 3; i++) await table.append(ROWS);
    const optimize = table.optimize({
      rewrite: async ({ files }) =>
        files.map(({ path, size }) => ({ ...FILE, path: `./${path}`, bytes: size, rows: 9 })),
    });
    await expect(optimize).rejects.toMatchObject({ kind: 'internal' });
    expect((await collect(table.cached().rows())).flat()).toHaveLength(3);
  });
});

describe('vacuum of some folders', () => {
  test('finds what a killed writer left in those that were written lately, and lists no others', async () => {
    let now = NOW;
    const clock = (): number => now;
    const inner = memoryStore({ clock });
    const listed: string[] = [];
    const store: ObjectStore = {
      ...inner,
      list: (prefix, options) => {
        listed.push(prefix);
        return inner.list(prefix, options);
      },
    };
    const table = await createTable(store, { schema: SCHEMA, partitionColumns: ['day'] }, { clock });
    await table.append([{ id: 1n, name: 'a', day: '2026-11-01' }]);
    await inner.put('day=2026-11-01/left.parquet', 'x');
    now += 10 * DAY_MS;
    const since = now;
    await table.append([{ id: 1n, name: 'a', day: '2026-11-11' }]);
    await inner.put('day=2026-11-11/left.parquet', 'x');
    const folders = table.recentFolders(since);
    expect(folders).toEqual(['day=2026-11-11/']);
    now += 8 * DAY_MS;
    listed.length = 0;
    expect(gone(await table.vacuum({ folders }))).toEqual(['day=2026-11-11/left.parquet']);
    expect(listed.filter((prefix) => !prefix.startsWith('_delta_log/'))).toEqual(folders);
    expect(gone(await table.vacuum())).toEqual(['day=2026-11-01/left.parquet']);
    await expect(table.vacuum({ folders: ['../other'] })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test('leaves what was removed elsewhere to the next vacuum by the log', async () => {
    let now = NOW;
    const clock = (): number => now;
    const table = await createTable(
      memoryStore({ clock }),
      { schema: SCHEMA, partitionColumns: ['day'] },
      { clock },
    );
    await table.append([{ id: 1n, name: 'a', day: '2026-11-01' }]);
    const [file] = table.cached().files();
    await table.delete(() => true);
    now += 8 * DAY_MS;
    expect(gone(await table.vacuum({ folders: ['day=2026-11-02'] }))).toEqual([]);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([decodeURIComponent(file?.path ?? '')]);
  });
});
