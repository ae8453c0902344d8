import { describe, expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, type ObjectStore, openTable } from '../../src/index.ts';
import { collect, fileNamed, paths, SCHEMA } from '../tables.ts';

const LAST = '_delta_log/_last_checkpoint';
const key = (version: number, suffix: string) => `_delta_log/${String(version).padStart(20, '0')}.${suffix}`;
const checkpointKey = (version: number) => key(version, 'checkpoint.parquet');

async function tableWithCommits(
  store: ObjectStore,
  count: number,
  clock: () => number = () => 1000,
): Promise<DeltaTable> {
  const table = await createTable(
    store,
    { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '4' } },
    { clock },
  );
  for (let i = 1; i <= count; i++) {
    const stats = { statistics: { id: { nulls: 0, min: 9007199254740993n, max: 2n ** 62n } } };
    await table
      .startTransaction({ operation: 'WRITE' })
      .identify('app', i)
      .append([fileNamed(`f${i}`, stats)])
      .commit();
  }
  await table.settled();
  return table;
}

const expected = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9'];

describe('a table with checkpoints', () => {
  test('is opened from the newest one and the commits after it alone', async () => {
    const store = memoryStore();
    await tableWithCommits(store, 9);
    for (let version = 0; version <= 8; version++) await store.delete(key(version, 'json'));
    const { version, transactionVersion } = { version: 9, transactionVersion: 9 };
    const snapshot = (await openTable(store)).cached();
    expect(snapshot).toMatchObject({
      version,
      fileCount: 9,
      rowCount: 90,
      configuration: { 'delta.checkpointInterval': '4' },
    });
    expect(snapshot.transactionVersion('app')).toBe(transactionVersion);
    expect(paths(snapshot)).toEqual(expected);
    expect(snapshot.files([{ column: 'id', max: 9007199254740992n }])).toHaveLength(0);
    expect(snapshot.files([{ column: 'id', max: 9007199254740993n }])).toHaveLength(9);
    await expect((await openTable(store)).snapshotAt({ version: 7 })).rejects.toMatchObject({
      code: 'no-such-version',
    });
  });

  test.each([
    ['missing', (store: ObjectStore) => store.delete(LAST)],
    ['stale', (store: ObjectStore) => store.put(LAST, '{"version":4,"size":1}')],
    ['ahead of its checkpoint', (store: ObjectStore) => store.put(LAST, '{"version":9,"size":1}')],
    ['beyond the log', (store: ObjectStore) => store.put(LAST, '{"version":900,"size":1}')],
    ['torn', (store: ObjectStore) => store.put(LAST, '{"version":8,"si')],
    ['of another shape', (store: ObjectStore) => store.put(LAST, '{"version":"8"}')],
    ['empty', (store: ObjectStore) => store.put(LAST, '')],
  ])('is read when _last_checkpoint is %s', async (_how, damage) => {
    const store = memoryStore();
    await tableWithCommits(store, 9);
    await damage(store);
    expect(paths((await openTable(store)).cached())).toEqual(expected);
  });

  test('falls back to an older checkpoint when the newest cannot be read, and says so when none can', async () => {
    const store = memoryStore();
    await tableWithCommits(store, 9);
    await store.put(checkpointKey(8), 'PAR1 and nothing else PAR1');
    await store.delete(key(0, 'json'));
    expect(paths((await openTable(store)).cached())).toEqual(expected);
    await store.put(checkpointKey(4), 'nor this');
    await expect(openTable(store)).rejects.toMatchObject({ kind: 'corrupt', code: 'corrupt-log' });
  });

  test('reports what a check compares: a checkpoint or checksum that differs from the commits', async () => {
    const store = memoryStore();
    const table = await tableWithCommits(store, 8);
    await store.put(checkpointKey(4), await store.get(checkpointKey(8)));
    await store.put(key(8, 'crc'), '{"numFiles":7,"tableSizeBytes":800}');
    const report = await table.check();
    expect(report).toMatchObject({
      version: 8,
      filesChecked: 8,
      checkpointsChecked: 2,
      checksumChecked: true,
    });
    expect(report.findings.filter(({ kind }) => kind !== 'missing-file')).toMatchObject([
      { kind: 'checkpoint', path: checkpointKey(4) },
      { kind: 'checksum', path: key(8, 'crc') },
    ]);
    expect(report.findings.filter(({ kind }) => kind === 'missing-file')).toHaveLength(8);
  });

  test('leaves tombstones out once their retention is over', async () => {
    let now = 0;
    const store = memoryStore();
    const table = await createTable(
      store,
      {
        schema: SCHEMA,
        configuration: {
          'delta.checkpointInterval': '1',
          'delta.deletedFileRetentionDuration': 'interval 1 hour',
        },
      },
      { clock: () => now },
    );
    await table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed('a')])
      .commit();
    await table.startTransaction({ operation: 'DELETE' }).remove(table.cached().files()).commit();
    await table.settled();
    const tombstones = async () => {
      const entries = await collect(store.list('_delta_log/'));
      for (const entry of entries) if (entry.key.endsWith('.json')) await store.delete(entry.key);
      return (await openTable(store))
        .cached()
        .state.tombstones.values()
        .map(({ path }) => path);
    };
    now = 3_600_001;
    await table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed('b')])
      .commit();
    await table.settled();
    expect(await tombstones()).toEqual([]);
    await store.delete(checkpointKey(3));
    await store.delete(LAST);
    expect(await tombstones()).toEqual(['a']);
  });
});

describe('housekeeping', () => {
  test('a checkpoint that cannot be written is reported, and the commit stands', async () => {
    const inner = memoryStore();
    const store: ObjectStore = {
      ...inner,
      put: (name, body) =>
        name.includes('checkpoint') ? Promise.reject(new Error('disk full')) : inner.put(name, body),
    };
    const table = await createTable(store, {
      schema: SCHEMA,
      configuration: { 'delta.checkpointInterval': '1' },
    });
    const result = await table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed('a')])
      .commit();
    expect(result.kind).toBe('committed');
    const report = result.kind === 'committed' ? await result.housekeeping : null;
    expect(report).toMatchObject({
      checksum: { kind: 'written' },
      checkpoint: { kind: 'failed', error: { kind: 'internal' } },
    });
    expect(paths(await table.snapshot())).toEqual(['a']);
  });

  test('there is no checksum where none is wanted, and a check does not miss it', async () => {
    const store = memoryStore();
    const table = await createTable(store, { schema: SCHEMA }, { checksums: false });
    const result = await table.append([{ id: 1n, name: 'a', day: '2026-11-24' }]);
    expect(result.kind).toBe('committed');
    await table.settled();
    expect((await collect(store.list('_delta_log/'))).filter(({ key }) => key.endsWith('.crc'))).toEqual([]);
    expect(await table.check()).toMatchObject({ checksumChecked: false, findings: [] });
  });

  test('the checksum says what the table amounts to', async () => {
    const store = memoryStore();
    await tableWithCommits(store, 3);
    const checksum: unknown = JSON.parse(new TextDecoder().decode(await store.get(key(3, 'crc'))));
    expect(checksum).toMatchObject({
      tableSizeBytes: 300,
      numFiles: 3,
      numMetadata: 1,
      numProtocol: 1,
      setTransactions: [{ appId: 'app', version: 3, lastUpdated: 1000 }],
      protocol: { minReaderVersion: 1, minWriterVersion: 2 },
    });
  });
});
