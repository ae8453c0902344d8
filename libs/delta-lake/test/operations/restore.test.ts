import { describe, expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, type ObjectStore, openTable } from '../../src/index.ts';
import { collect, SCHEMA, writeFile } from '../tables.ts';

const DAY_MS = 86_400_000;

/** Version 1 adds a, 2 adds b, 3 removes a and adds c; one day each. */
async function threeDays(
  wrap: (store: ObjectStore) => ObjectStore = (store) => store,
): Promise<{ table: DeltaTable; pass: (ms: number) => void }> {
  let now = Date.UTC(2026, 10, 24);
  const clock = (): number => now;
  const table = await createTable(wrap(memoryStore({ clock })), { schema: SCHEMA }, { clock });
  const append = async (name: string, removed: readonly string[] = []): Promise<void> => {
    now += DAY_MS;
    const file = await writeFile(table, name, SCHEMA, [{ id: BigInt(name.charCodeAt(0)), name }]);
    await table
      .startTransaction({ operation: 'WRITE' })
      .identify('stream', table.cached().version)
      .append([{ ...file, statistics: { name: { nulls: 0, min: name, max: name } } }])
      .remove(
        table
          .cached()
          .files()
          .filter(({ path }) => removed.includes(path)),
      )
      .commit();
  };
  await append('a');
  await append('b');
  await append('c', ['a']);
  return { table, pass: (ms) => void (now += ms) };
}

const names = async (table: DeltaTable): Promise<string[]> =>
  (await collect((await table.snapshot()).rows()))
    .flat()
    .map((row) => row['name'] as string)
    .sort();

describe('restore', () => {
  test('makes the table what it was at a version, in one commit that tells so', async () => {
    const { table } = await threeDays();
    const result = await table.restore({ version: 1 });
    expect(result).toMatchObject({
      kind: 'restored',
      version: 4,
      restoredVersion: 1,
      metrics: { numRestoredFiles: 1, numRemovedFiles: 2, numOfFilesAfterRestore: 1 },
    });
    expect(await names(table)).toEqual(['a']);
    // Statistics come back with the file, and a stream does not start again.
    expect(table.cached().files([{ column: 'name', min: 'b' }])).toEqual([]);
    expect(table.cached().transactionVersion('stream')).toBe(2);
    const [newest] = await collect(table.history({ limit: 1 }));
    expect(newest).toMatchObject({
      operation: 'RESTORE',
      operationParameters: { version: '1' },
      operationMetrics: { numRestoredFiles: '1', numRemovedFiles: '2' },
    });
    expect(await table.restore({ version: 3 })).toMatchObject({ kind: 'restored', version: 5 });
    expect(await names(await openTable(table.store))).toEqual(['b', 'c']);
  });

  test('to an instant: the version that was the newest then', async () => {
    const { table } = await threeDays();
    const timestampMs = Date.UTC(2026, 10, 26, 12);
    expect(await table.restore({ timestampMs })).toMatchObject({ restoredVersion: 2 });
    expect(await names(table)).toEqual(['a', 'b']);
  });

  test('commits nothing when nothing is to change', async () => {
    const { table } = await threeDays();
    expect(await table.restore({ version: 3 })).toEqual({
      kind: 'unchanged',
      version: 3,
      restoredVersion: 3,
    });
    expect((await table.snapshot()).version).toBe(3);
  });

  test('brings back schema and properties', async () => {
    const { table } = await threeDays();
    const { metadata } = table.cached();
    await table
      .startTransaction({ operation: 'SET TBLPROPERTIES' })
      .setMetadata({ ...metadata, configuration: { 'delta.checkpointInterval': '7' } })
      .commit();
    await table.restore({ version: 3 });
    expect(table.cached().configuration).toEqual({});
    expect(table.cached().metadata).toEqual(metadata);
  });

  test('refuses a version whose files vacuum has deleted, and names them', async () => {
    const { table, pass } = await threeDays();
    pass(8 * DAY_MS);
    await table.vacuum();
    await expect(table.restore({ version: 2 })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringMatching(/version 2: 1 of its files .* a\.$/) as string,
      facts: { missing: ['a'] },
    });
    await expect(table.restore({ version: 99 })).rejects.toMatchObject({ code: 'no-such-version' });
  });

  test('is a conflict when somebody appends meanwhile', async () => {
    let meanwhile: (() => Promise<unknown>) | null = null;
    const { table } = await threeDays((store) => ({
      ...store,
      head: async (key) => {
        const work = meanwhile;
        meanwhile = null;
        await work?.();
        return store.head(key);
      },
    }));
    const other = await openTable(table.store);
    const file = await writeFile(other, 'd', SCHEMA, [{ id: 1n, name: 'd' }]);
    meanwhile = async () => {
      // The first look of a restore is at the log.
      meanwhile = () => other.startTransaction({ operation: 'WRITE' }).append([file]).commit();
    };
    await expect(table.restore({ version: 1 })).rejects.toMatchObject({
      code: 'conflict',
      facts: { version: 4 },
    });
    expect(await names(table)).toEqual(['b', 'c', 'd']);
  });
});
