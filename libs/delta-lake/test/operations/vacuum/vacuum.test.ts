import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
  struct,
} from '../../../src/index.ts';
import { collect, SCHEMA, writeFile } from '../../tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Fixture {
  readonly table: DeltaTable;
  readonly store: ObjectStore;
  readonly pass: (ms: number) => void;
  /** Writes a file and commits it. */
  readonly append: (path: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly data: () => Promise<string[]>;
}

async function fixture(
  properties: Readonly<Record<string, string>> = {},
  partitionColumns: readonly string[] = [],
): Promise<Fixture> {
  let now = Date.UTC(2026, 10, 24);
  const clock = (): number => now;
  const store = memoryStore({ clock });
  const table = await createTable(
    store,
    { schema: SCHEMA, partitionColumns, configuration: properties },
    { clock },
  );
  const rows = [{ id: 1n, name: 'a', day: '2026-11-24' }];
  return {
    table,
    store,
    pass: (ms) => void (now += ms),
    append: async (path) => {
      const file = await writeFile(table, path, SCHEMA, rows);
      const partition = Object.fromEntries(partitionColumns.map((column) => [column, '2026-11-24']));
      await table
        .startTransaction({ operation: 'WRITE' })
        .append([{ ...file, partition }])
        .commit();
    },
    remove: async (path) => {
      const gone = table
        .cached()
        .files()
        .filter((file) => decodeURIComponent(file.path) === path);
      expect(gone).toHaveLength(1);
      await table.startTransaction({ operation: 'DELETE' }).remove(gone).commit();
    },
    data: async () =>
      (await collect(store.list(''))).map(({ key }) => key).filter((key) => !key.startsWith('_delta_log/')),
  };
}

const gone = (report: { readonly files: readonly { readonly path: string }[] }): string[] =>
  report.files.map(({ path }) => path);

describe('vacuum', () => {
  test('deletes removed files once their retention is over, and keeps every version within it readable', async () => {
    const { table, store, pass, append, remove, data } = await fixture();
    await append('old.parquet');
    await append('live 1%.parquet');
    await remove('old.parquet');
    pass(6 * DAY_MS);
    expect(gone(await table.vacuum())).toEqual([]);
    await append('late.parquet');
    await remove('late.parquet');
    pass(DAY_MS + 1);
    const report = await table.vacuum();
    expect(gone(report)).toEqual(['old.parquet']);
    expect(report.bytes).toBeGreaterThan(100);
    expect(await data()).toEqual(['late.parquet', 'live 1%.parquet']);
    // The version within the retention: late.parquet was live in it.
    const within = await table.snapshotAt({ version: 4 });
    expect((await collect(within.rows())).flat()).toHaveLength(2);
    expect((await collect((await openTable(store)).cached().rows())).flat()).toHaveLength(1);
  });

  test('tells the history, and commits nothing when there is nothing to delete or nothing may be deleted', async () => {
    const { table, pass, append, remove } = await fixture();
    await append('a.parquet');
    await remove('a.parquet');
    pass(8 * DAY_MS);
    expect(gone(await table.vacuum({ dryRun: true }))).toEqual(['a.parquet']);
    expect((await table.snapshot()).version).toBe(2);
    await table.vacuum({ retentionMs: 7.5 * DAY_MS });
    expect((await collect(table.history({ limit: 2 }))).map(({ operation }) => operation)).toEqual([
      'VACUUM END',
      'VACUUM START',
    ]);
    const [end, start] = await collect(table.history({ limit: 2 }));
    expect(end).toMatchObject({
      operationParameters: { status: 'COMPLETED' },
      operationMetrics: { numDeletedFiles: '1' },
    });
    expect(start).toMatchObject({
      operationParameters: {
        retentionCheckEnabled: 'true',
        defaultRetentionMillis: String(7 * DAY_MS),
        specifiedRetentionMillis: String(7.5 * DAY_MS),
      },
      operationMetrics: { numFilesToDelete: '1' },
    });
    await table.vacuum();
    expect((await table.snapshot()).version).toBe(4);
  });

  test('refuses a retention below that of the table, unless it is told to take it', async () => {
    const { table, append, remove, pass, data } = await fixture({
      'delta.deletedFileRetentionDuration': 'interval 2 days',
    });
    await append('a.parquet');
    await remove('a.parquet');
    pass(DAY_MS);
    await expect(table.vacuum({ retentionMs: DAY_MS - 1 })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('delta.deletedFileRetentionDuration') as string,
    });
    await expect(table.vacuum({ retentionMs: -1, allowShortRetention: true })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(await data()).toEqual(['a.parquet']);
    await table.vacuum({ retentionMs: DAY_MS - 1, allowShortRetention: true });
    expect(await data()).toEqual([]);
  });

  test('finds files that no commit names, and leaves young ones and hidden names alone', async () => {
    const { table, store, pass, append, data } = await fixture({}, ['day']);
    await append('day=2026-11-24/live.parquet');
    const orphans = [
      'day=2026-11-24/failed.parquet',
      'z.parquet',
      '_change_data/cdc-1.parquet',
      'notes/readme',
    ];
    const hidden = [
      '_tmp/a.parquet',
      '.git/b',
      'day=2026-11-24/_SUCCESS',
      'day=2026-11-24/.part.crc',
      '_day=1/c',
    ];
    for (const key of [...orphans, ...hidden]) await store.put(key, 'x');
    pass(7 * DAY_MS + 1);
    await store.put('day=2026-11-24/under-way.parquet', 'x');
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(gone(await table.vacuum())).toEqual(orphans.toSorted());
    expect(await data()).toEqual(
      [...hidden, 'day=2026-11-24/live.parquet', 'day=2026-11-24/under-way.parquet'].toSorted(),
    );
  });

  test('a folder of a partition column is data even when it begins with an underscore', async () => {
    let now = 0;
    const store = memoryStore({ clock: () => now });
    const schema = struct({ id: 'long', _day: 'date' });
    const table = await createTable(store, { schema, partitionColumns: ['_day'] }, { clock: () => now });
    await store.put('_day=2026-11-24/failed.parquet', 'x');
    now = 8 * DAY_MS;
    expect(gone(await table.vacuum())).toEqual(['_day=2026-11-24/failed.parquet']);
  });

  test('by the log alone: deletes what commits removed, once, without listing the data', async () => {
    const { table, store, pass, append, remove, data } = await fixture({ 'delta.checkpointInterval': '2' });
    for (const name of ['a', 'b', 'c']) await append(name);
    await remove('a');
    pass(4 * DAY_MS);
    await remove('b');
    await store.put('orphan', 'x');
    pass(4 * DAY_MS);
    const listed: string[] = [];
    const watched: ObjectStore = {
      ...store,
      list: (prefix, options) => {
        listed.push(prefix);
        return store.list(prefix, options);
      },
    };
    const other = await openTable(watched, { clock: () => Date.UTC(2026, 10, 24) + 8 * DAY_MS });
    expect(gone(await other.vacuum({ scope: 'log' }))).toEqual(['a']);
    expect(listed.every((prefix) => prefix.startsWith('_delta_log/'))).toBe(true);
    expect(await data()).toEqual(['b', 'c', 'orphan']);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    pass(4 * DAY_MS);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual(['b']);
    expect(await data()).toEqual(['c', 'orphan']);
  });

  test('keeps a file that was removed and came back', async () => {
    const { table, pass, append, remove, data } = await fixture();
    await append('a.parquet');
    await remove('a.parquet');
    await append('a.parquet');
    pass(8 * DAY_MS);
    expect(gone(await table.vacuum())).toEqual([]);
    expect(gone(await table.vacuum({ scope: 'log' }))).toEqual([]);
    expect(await data()).toEqual(['a.parquet']);
  });

  test('a longer retention than the table has keeps files whose tombstones the checkpoints have dropped', async () => {
    const { table, store, pass, append, remove } = await fixture({
      'delta.deletedFileRetentionDuration': 'interval 1 hour',
      'delta.checkpointInterval': '1',
    });
    await append('a.parquet');
    await remove('a.parquet');
    pass(2 * HOUR_MS);
    await append('b.parquet');
    await table.settled();
    const fresh = await openTable(store, { clock: () => Date.UTC(2026, 10, 24) + 2 * HOUR_MS });
    expect(fresh.cached().state.tombstones.size).toBe(0);
    expect(gone(await fresh.vacuum({ retentionMs: DAY_MS, dryRun: true }))).toEqual([]);
    expect(gone(await fresh.vacuum({ dryRun: true }))).toEqual(['a.parquet']);
  });

  test('keeps a file that becomes part of the table while the folder is listed', async () => {
    const { table, store, pass, append } = await fixture();
    await append('a.parquet');
    await store.put('copied.parquet', 'x');
    pass(8 * DAY_MS);
    const racing: ObjectStore = {
      ...store,
      list: async function* (prefix, options) {
        yield* store.list(prefix, options);
        if (prefix !== '') return;
        await table
          .startTransaction({ operation: 'WRITE' })
          .append([{ path: 'copied.parquet', bytes: 1, rows: 1, partition: {}, statistics: {} }])
          .commit();
      },
    };
    const other = await openTable(racing, { clock: () => Date.UTC(2026, 10, 24) + 8 * DAY_MS });
    expect(gone(await other.vacuum())).toEqual([]);
  });

  test('keeps the deletion vectors of files in use', async () => {
    const { table, store, pass, append } = await fixture();
    await append('a.parquet');
    const vector = 'deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin';
    const orphan = 'deletion_vector_00000000-8816-431a-aaf6-d3fe2512ff61.bin';
    for (const key of [vector, orphan]) await store.put(key, 'x');
    pass(6 * DAY_MS);
    const version = `_delta_log/${'2'.padStart(20, '0')}.json`;
    const deletionVector = {
      storageType: 'u',
      pathOrInlineDv: '^-aqEH.-t@S}K{vb[*k^',
      offset: 1,
      sizeInBytes: 1,
      cardinality: 1,
    };
    const remove = {
      path: 'b.parquet',
      deletionTimestamp: Date.UTC(2026, 10, 30),
      dataChange: true,
      deletionVector,
    };
    await store.put(version, `${JSON.stringify({ remove })}\n`);
    pass(DAY_MS + 1);
    expect(gone(await table.vacuum())).toEqual([orphan]);
    pass(7 * DAY_MS);
    expect(gone(await table.vacuum({ scope: 'log', dryRun: true }))).toEqual([vector]);
    expect(gone(await table.vacuum())).toEqual([vector]);
  });

  test('refuses a table whose features it does not know', async () => {
    const { table, store } = await fixture();
    const protocol = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['fancy'] };
    await store.put(`_delta_log/${'1'.padStart(20, '0')}.json`, `${JSON.stringify({ protocol })}\n`);
    await expect(table.vacuum()).rejects.toMatchObject({
      code: 'unsupported-feature',
      facts: { feature: 'fancy' },
    });
  });
});
