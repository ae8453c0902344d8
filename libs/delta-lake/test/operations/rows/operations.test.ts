import { describe, expect, test } from 'vitest';
import {
  createTable,
  DeltaError,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  struct,
  type Where,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

const SCHEMA = struct({ id: 'long', day: 'date', n: 'integer' });
const row = (id: number, day: string, n: number | null = id): Row => ({ id: BigInt(id), day, n });

/** A table of three files: ids 0 to 9, 10 to 19 and 20 to 29. */
async function threeFiles(configuration: Readonly<Record<string, string>> = {}) {
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA, configuration });
  for (const first of [0, 10, 20])
    await table.append(Array.from({ length: 10 }, (_, i) => row(first + i, '2026-11-23')));
  return { store, table };
}

const rowsOf = async (table: DeltaTable): Promise<Row[]> =>
  (await collect((await table.snapshot()).rows())).flat();
const idsOf = async (table: DeltaTable): Promise<number[]> =>
  (await rowsOf(table)).map(({ id }) => Number(id)).sort((a, b) => a - b);
const dataKeys = async (store: ObjectStore): Promise<string[]> =>
  (await collect(store.list(''))).map(({ key }) => key).filter((key) => !key.startsWith('_delta_log/'));

describe('files without a matching row are left alone', () => {
  test.each<[string, (table: DeltaTable, where: Where) => Promise<unknown>]>([
    ['delete', (table, where) => table.delete(where)],
    ['update', (table, where) => table.update({ n: 0 }, where)],
    ['merge', (table) => table.merge([row(15, '2026-11-24')], { on: ['id'] })],
    ['replaceWhere', (table) => table.replaceWhere([{ column: 'id', equals: 15n }], [row(15, '2026-11-24')])],
  ])('by %s', async (_, run) => {
    for (const where of [[{ column: 'id', equals: 15n }], (found: Row) => found['id'] === 15n] as Where[]) {
      const { table } = await threeFiles();
      const before = table.cached().files();
      await run(table, where);
      const paths = table
        .cached()
        .files()
        .map(({ path }) => path);
      expect(before.map(({ path }) => paths.includes(path))).toEqual([true, false, true]);
    }
  });
});

test('the history tells what was done, by the names that Spark has for it', async () => {
  const { table } = await threeFiles();
  await table.delete([{ column: 'id', min: 5n, max: 12n }], { userMetadata: 'tidy up' });
  await table.update({ n: null }, [{ column: 'id', below: 2n }]);
  await table.merge([row(0, '2026-11-24'), row(99, '2026-11-24')], { on: ['id'] });
  await table.overwrite([row(1, '2026-11-25')]);
  const history = await collect(table.history({ limit: 4 }));
  expect(
    history.map(({ operation, operationMetrics, operationParameters }) => [
      operation,
      operationMetrics,
      operationParameters,
    ]),
  ).toMatchObject([
    [
      'WRITE',
      { numFiles: '1', numOutputRows: '1', numRemovedFiles: '2' },
      { mode: 'Overwrite', partitionBy: '[]' },
    ],
    [
      'MERGE',
      {
        numSourceRows: '2',
        numTargetRowsInserted: '1',
        numTargetRowsUpdated: '1',
        numTargetRowsDeleted: '0',
        numTargetRowsCopied: '11',
        numOutputRows: '13',
        numTargetFilesRemoved: '1',
      },
      { predicate: '["target.`id` = source.`id`"]' },
    ],
    [
      'UPDATE',
      { numUpdatedRows: '2', numCopiedRows: '10', numRemovedFiles: '1' },
      { predicate: '["`id` < 2"]' },
    ],
    [
      'DELETE',
      { numDeletedRows: '8', numCopiedRows: '12', numRemovedFiles: '2', numAddedFiles: '1' },
      { predicate: '["`id` >= 5 AND `id` <= 12"]' },
    ],
  ]);
  expect(Object.keys(history[3]?.operationMetrics ?? {})).not.toContain('numFiles');
  expect(history[3]?.userMetadata).toBe('tidy up');
  expect(history.every(({ isBlindAppend }) => isBlindAppend === false)).toBe(true);
});

describe('an operation that loses', () => {
  test.each<[string, (table: DeltaTable) => Promise<unknown>, string]>([
    ['append', (table) => table.append([row(100, '2026-11-23')]), 'committed'],
    ['delete of other rows', (table) => table.delete([{ column: 'id', min: 20n }]), 'committed'],
    ['rewrite of rows it read', (table) => table.delete([{ column: 'id', equals: 3n }]), 'concurrent-append'],
    [
      'append of rows it would have read',
      (table) => table.append([row(5, '2026-11-23')]),
      'concurrent-append',
    ],
    ['delete of its file', (table) => table.delete([{ column: 'id', max: 9n }]), 'concurrent-delete-delete'],
    ['overwrite', (table) => table.overwrite([row(100, '2026-11-23')]), 'concurrent-delete-delete'],
  ])('against %s ends as it must, and leaves no file behind', async (_, theirs, expected) => {
    const { store } = await threeFiles();
    const other = await openTable(store);
    let isFirst = true;
    // The winner commits in the moment in which the loser would.
    const slow: ObjectStore = {
      ...store,
      putIfAbsent: async (key, body) => {
        if (isFirst) {
          isFirst = false;
          await theirs(other);
        }
        return store.putIfAbsent(key, body);
      },
    };
    const ours = await openTable(slow);
    const deleted = ours.delete([{ column: 'id', min: 0n, max: 5n }]);
    if (expected === 'committed') expect((await deleted).kind).toBe(expected);
    else
      await expect(deleted).rejects.toMatchObject({
        code: 'conflict',
        kind: 'conflict',
        message: expect.stringMatching(/^DELETE of memory:.* changed nothing: .*do it again/),
        facts: { reason: expected },
      });
    const live = (await ours.snapshot()).files().map(({ path }) => path);
    const all = await dataKeys(store);
    for (let version = 0; version <= ours.cached().version; version++)
      for (const { path } of (await ours.snapshotAt({ version })).files()) live.push(path);
    expect(all.filter((key) => !live.includes(key))).toEqual([]);
  });

  test('keeps its files when nobody knows whether it lost', async () => {
    const { store, table } = await threeFiles();
    const before = await dataKeys(store);
    const failing: ObjectStore = {
      ...store,
      putIfAbsent: () => Promise.reject(new DeltaError('store-failed', 'timed out')),
    };
    await expect((await openTable(failing)).append([row(1, '2026-11-23')])).rejects.toMatchObject({
      code: 'store-failed',
    });
    expect(await dataKeys(store)).toHaveLength(before.length + 1);
    expect((await table.snapshot()).version).toBe(3);
  });

  test('by a row that cannot be written leaves nothing behind', async () => {
    const { store, table } = await threeFiles();
    const before = await dataKeys(store);
    await expect(table.update({ n: 'text' }, [{ column: 'id', equals: 1n }])).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(await dataKeys(store)).toEqual(before);
    expect((await table.snapshot()).version).toBe(3);
  });
});

test('an operation with an application id happens once, and costs nothing the second time', async () => {
  const { store, table } = await threeFiles();
  const options = { transaction: { appId: 'job', version: 7 } };
  expect((await table.append([row(100, '2026-11-23')], options)).kind).toBe('committed');
  const before = await dataKeys(store);
  for (const version of [7, 6]) {
    const again = await table.append([row(100, '2026-11-23')], { transaction: { appId: 'job', version } });
    expect(again).toEqual({ kind: 'already-committed', version: 4 });
  }
  expect(await dataKeys(store)).toEqual(before);
  // Without rows the version is noted too.
  expect((await table.append([], { transaction: { appId: 'job', version: 8 } })).kind).toBe('committed');
  expect(table.cached().transactionVersion('job')).toBe(8);
});

test('nothing to do makes no version', async () => {
  const { table } = await threeFiles();
  const never: Where = [{ column: 'id', equals: -1n }];
  const results = [
    await table.append([]),
    await table.delete(never),
    await table.update({ n: 1 }, never),
    await table.merge([], { on: ['id'] }),
    await table.merge([row(-1, '2026-11-23')], { on: ['id'], whenNotMatched: 'ignore' }),
    await table.replaceWhere([{ column: 'id', equals: -1n }], []),
    await table.overwrite([], { partitions: 'dynamic' }),
  ];
  expect(results.map(({ kind }) => kind)).toEqual(Array.from(results, () => 'unchanged'));
  expect((await table.snapshot()).version).toBe(3);
});

describe('partitions', () => {
  const spec = { schema: SCHEMA, partitionColumns: ['day'] };
  const two = async () => {
    const table = await createTable(memoryStore(), spec);
    await table.append([row(1, '2026-11-23'), row(2, '2026-11-24')]);
    return table;
  };

  test('are deleted whole, unread, when the condition is about them alone', async () => {
    const table = await two();
    for (const { path } of table.cached().files()) await table.store.delete(path);
    expect(await table.delete([{ column: 'day', max: '2026-11-23' }])).toMatchObject({
      kind: 'committed',
      metrics: { numRemovedFiles: 1, numDeletedRows: 1, numAddedFiles: 0 },
    });
    expect(table.cached().fileCount).toBe(1);
  });

  test('are overwritten one by one when asked', async () => {
    const table = await two();
    await table.overwrite([row(3, '2026-11-24')], { partitions: 'dynamic' });
    expect(await idsOf(table)).toEqual([1, 3]);
    const [last] = await collect(table.history({ limit: 1 }));
    expect(last?.operationParameters).toMatchObject({ isDynamicPartitionOverwrite: 'true' });
  });

  test('change when a row moves', async () => {
    const table = await two();
    await table.update({ day: '2026-11-25' }, [{ column: 'id', equals: 1n }]);
    const days = table
      .cached()
      .files()
      .map((file) => table.cached().partitionValues(file)['day']);
    expect(days.map(String).sort()).toEqual(['2026-11-24', '2026-11-25']);
  });

  test('take no rows that replaceWhere does not speak of', async () => {
    const table = await two();
    const replaced = table.replaceWhere([{ column: 'day', equals: '2026-11-24' }], [row(5, '2026-11-23')]);
    await expect(replaced).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await idsOf(table)).toEqual([1, 2]);
  });
});

describe('a merge', () => {
  test('refuses two source rows of one key, and keys that cannot be', async () => {
    const { table } = await threeFiles();
    const merge = (rows: readonly Row[], ...on: string[]) => table.merge(rows, { on });
    await expect(merge([row(1, '2026-11-23'), { id: 1 }], 'id')).rejects.toMatchObject({
      code: 'duplicate-key',
    });
    await expect(merge([{ id: 'x' }], 'id')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(merge([{ id: 1n }], 'other')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(merge([{ id: 1n }])).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test('never matches null, keeps columns that the source lacks, and takes functions', async () => {
    const table = await createTable(memoryStore(), { schema: struct({ k: 'string', a: 'long', b: 'long' }) });
    await table.append([
      { k: 'x', a: 1n, b: 1n },
      { k: null, a: 2n, b: 2n },
      { k: 'y', a: 3n, b: 3n },
    ]);
    await table.merge(
      [
        { k: 'x', a: 10n },
        { k: null, a: 20n },
      ],
      { on: ['k'] },
    );
    await table.merge(
      [
        { k: 'x', a: 1n },
        { k: 'y', a: 0n },
        { k: 'z', a: 5n },
        { k: 'zz', a: -5n },
      ],
      {
        on: ['k'],
        whenMatched: (target, source) =>
          source['a'] === 0n ? 'delete' : { ...target, a: (target['a'] as bigint) + (source['a'] as bigint) },
        whenNotMatched: (source) => ((source['a'] as bigint) > 0n ? source : 'ignore'),
      },
    );
    const found = (await rowsOf(table)).sort((a, b) => Number((a['a'] as bigint) - (b['a'] as bigint)));
    expect(found).toEqual([
      { k: null, a: 2n, b: 2n },
      { k: 'z', a: 5n, b: null },
      { k: 'x', a: 11n, b: 1n },
      { k: null, a: 20n, b: null },
    ]);
  });

  test('finds NaN and more keys than are listed', async () => {
    const table = await createTable(memoryStore(), { schema: struct({ k: 'double', v: 'long' }) });
    const keys = [Number.NaN, ...Array.from({ length: 600 }, (_, i) => i / 2)];
    await table.append(keys.slice(0, 400).map((k) => ({ k, v: 0n })));
    await table.merge(
      keys.map((k) => ({ k, v: 1n })),
      { on: ['k'] },
    );
    const found = await rowsOf(table);
    expect(found).toHaveLength(601);
    expect(found.every(({ v }) => v === 1n)).toBe(true);
  });
});

describe('delta.appendOnly', () => {
  test.each<[string, (table: DeltaTable) => Promise<unknown>]>([
    ['delete', (table) => table.delete([])],
    ['update', (table) => table.update({ n: 1 }, [])],
    ['overwrite', (table) => table.overwrite([])],
    ['replaceWhere', (table) => table.replaceWhere([], [])],
    ['merge', (table) => table.merge([row(1, '2026-11-23')], { on: ['id'] })],
  ])('refuses %s and leaves no file behind', async (_, run) => {
    const { store, table } = await threeFiles({ 'delta.appendOnly': 'true' });
    const before = await dataKeys(store);
    await expect(run(table)).rejects.toMatchObject({ code: 'append-only' });
    expect(await dataKeys(store)).toEqual(before);
  });
});
