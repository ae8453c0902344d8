import { describe, expect, test } from 'vitest';
import { createTable, memoryStore, openSnapshot, openTable } from '../../src/index.ts';
import { fileNamed, SCHEMA } from '../tables.ts';

async function tableAt(times: readonly number[]) {
  let now = times[0] ?? 0;
  const clock = () => now;
  const store = memoryStore({ clock });
  const table = await createTable(store, { schema: SCHEMA }, { clock });
  for (const [i, time] of times.slice(1).entries()) {
    now = time;
    await table
      .startTransaction({ operation: 'WRITE' })
      .append([fileNamed(`f${i + 1}`)])
      .commit();
  }
  await table.settled();
  return { store, table };
}

describe('time travel', () => {
  test.each([
    [1000, 0],
    [1999, 0],
    [2000, 1],
    [3500, 2],
    [9_999_999, 3],
  ])('at %d ms the table is at version %d', async (timestampMs, version) => {
    const { table } = await tableAt([1000, 2000, 3000, 4000]);
    const snapshot = await table.snapshotAt({ timestampMs });
    expect(snapshot).toMatchObject({ version, fileCount: version, timestampMs: 1000 * (version + 1) });
  });

  test('before the first commit, and for versions that are not there, there is nothing', async () => {
    const { table } = await tableAt([1000, 2000]);
    await expect(table.snapshotAt({ timestampMs: 999 })).rejects.toMatchObject({ code: 'no-such-version' });
    for (const version of [2, -1, 0.5]) {
      await expect(table.snapshotAt({ version })).rejects.toMatchObject({ code: 'no-such-version' });
    }
  });

  test('a clock that was set back does not reorder versions', async () => {
    const { table } = await tableAt([1000, 5000, 3000, 6000]);
    expect((await table.snapshotAt({ timestampMs: 4000 })).version).toBe(0);
    expect((await table.snapshotAt({ timestampMs: 5000 })).version).toBe(1);
    expect((await table.snapshotAt({ timestampMs: 5001 })).version).toBe(2);
  });
});

describe('a table that others write', () => {
  test('is followed by its tail alone, and asked for nothing else', async () => {
    const { store } = await tableAt([1000, 2000]);
    const asked: string[] = [];
    const reader = await openTable({
      ...store,
      get: (key, range) => {
        asked.push(key);
        return store.get(key, range);
      },
      list: (prefix, options) => {
        asked.push(`list ${prefix}`);
        return store.list(prefix, options);
      },
    });
    const writer = await openTable(store);
    asked.length = 0;
    expect((await reader.snapshot()).version).toBe(1);
    expect(asked).toEqual(['_delta_log/00000000000000000002.json']);
    for (let i = 2; i < 7; i++)
      await writer
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(`g${i}`)])
        .commit();
    asked.length = 0;
    expect((await reader.snapshot()).version).toBe(6);
    expect(asked.filter((key) => key.startsWith('list'))).toEqual([]);
    expect(asked.length).toBeLessThan(10);
  });

  test('is loaded again when log cleanup has passed by where the reader was', async () => {
    const { store } = await tableAt([1000]);
    const reader = await openTable(store);
    const writer = await createTable(store, { schema: SCHEMA, ifExists: 'open' });
    for (let i = 1; i <= 100; i++)
      await writer
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed(`g${i}`)])
        .commit();
    await writer.settled();
    for (let i = 0; i < 100; i++) await store.delete(`_delta_log/${String(i).padStart(20, '0')}.json`);
    expect(await reader.snapshot()).toMatchObject({ version: 100, fileCount: 100 });
  });

  test('is no table when there is nothing, corrupt when a commit is missing or torn', async () => {
    await expect(openTable(memoryStore())).rejects.toMatchObject({ code: 'not-a-table' });
    const { store } = await tableAt([1000, 2000, 3000]);
    await store.delete('_delta_log/00000000000000000001.json');
    await expect(openTable(store)).rejects.toMatchObject({ code: 'corrupt-log' });
    await store.put('_delta_log/00000000000000000001.json', '{"add":{"path":"x"');
    await expect(openTable(store)).rejects.toMatchObject({
      code: 'corrupt-log',
      facts: { version: 1, line: 1 },
    });
    await store.put('_delta_log/00000000000000000001.json', '{"add":{"size":1}}');
    await expect(openTable(store)).rejects.toThrow(/the field "path" of "add" is missing/);
    await store.put('_delta_log/00000000000000000001.json', '{"unknownAction":{"x":1}}\n\n');
    expect((await openTable(store)).cached().version).toBe(2);
  });
});

describe('a table whose commits carry their time', () => {
  /** Commits 0 to 5, whose files are of 1000, 2000, … ms; from 3 on they say 10,000, 20,000, … ms themselves. */
  async function tableOf(suffix: string, properties: Readonly<Record<string, string>>) {
    let now = 1000;
    const store = memoryStore({ clock: () => now });
    const metaData = (configuration: Readonly<Record<string, string>>) => ({
      metaData: {
        id: 'x',
        format: { provider: 'parquet', options: {} },
        schemaString: JSON.stringify(SCHEMA),
        partitionColumns: [],
        configuration,
      },
    });
    const feature = `inCommitTimestamp${suffix}`;
    for (let version = 0; version <= 5; version++) {
      now = 1000 * (version + 1);
      const time = version < 3 ? {} : { inCommitTimestamp: 10_000 * (version - 2) };
      const actions: unknown[] = [{ commitInfo: { timestamp: now, ...time } }];
      if (version === 0)
        actions.push(
          { protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: [feature] } },
          metaData({}),
        );
      if (version === 3)
        actions.push(metaData({ [`delta.enableInCommitTimestamps${suffix}`]: 'true', ...properties }));
      const key = `_delta_log/${String(version).padStart(20, '0')}.json`;
      await store.put(key, actions.map((action) => JSON.stringify(action)).join('\n'));
    }
    return openTable(store);
  }
  const properties = (suffix: string) => ({
    [`delta.inCommitTimestampEnablementVersion${suffix}`]: '3',
    [`delta.inCommitTimestampEnablementTimestamp${suffix}`]: '10000',
  });

  test.each([
    [1000, 0],
    [2999, 1],
    [3000, 2],
    [9999, 2],
    [10_000, 3],
    [29_999, 4],
    [30_000, 5],
  ])(
    'at %d ms is at version %d: by the files before they did, by the commits since',
    async (timestampMs, version) => {
      for (const suffix of ['', '-preview']) {
        const table = await tableOf(suffix, properties(suffix));
        expect(await table.snapshotAt({ timestampMs })).toMatchObject({ version });
      }
    },
  );

  test('has no version from before the log', async () => {
    const table = await tableOf('', properties(''));
    await expect(table.snapshotAt({ timestampMs: 999 })).rejects.toMatchObject({ code: 'no-such-version' });
  });
});

describe('an older version', () => {
  test('is read although the newest asks for too much, or cannot be read', async () => {
    const { store } = await tableAt([1000, 2000]);
    for (const newest of ['{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}', '{"torn']) {
      await store.put('_delta_log/00000000000000000002.json', newest);
      await expect(openTable(store)).rejects.toMatchObject({
        code: expect.stringMatching(/unsupported|corrupt/) as string,
      });
      expect(await openSnapshot(store, { version: 1 })).toMatchObject({ version: 1, fileCount: 1 });
    }
    await expect(openSnapshot(store, { version: 3 })).rejects.toMatchObject({ code: 'no-such-version' });
  });
});
