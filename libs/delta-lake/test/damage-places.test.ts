import { describe, expect, test } from 'vitest';
import { createTable, memoryStore, type ObjectStore, openTable, struct } from '../src/index.ts';
import { collect, SCHEMA, writeFile } from './tables.ts';

const COMMIT = '_delta_log/00000000000000000001.json';

/** A table with one file whose log another program has changed. */
async function changed(from: string, to: string): Promise<ObjectStore> {
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA, partitionColumns: ['day'] });
  const columns = struct({ id: 'long', name: 'string' });
  const file = await writeFile(table, 'a.parquet', columns, [{ id: 1n, name: 'x' }]);
  const partition = { day: '2026-11-30' };
  await table
    .startTransaction({ operation: 'WRITE' })
    .append([{ ...file, partition }])
    .commit();
  await table.settled();
  for (const key of ['_delta_log/00000000000000000000.json', COMMIT]) {
    const text = Buffer.from(await store.get(key)).toString();
    await store.delete(key);
    await store.put(key, Buffer.from(text.replace(from, to)));
  }
  return store;
}

describe('damage in the log of one of many tables', () => {
  test.each([
    [
      'a schema that is not JSON',
      '{\\"type\\":\\"struct\\"',
      'nothing',
      /schema of memory:.*schemaString is not JSON/,
    ],
    ['a path that is not encoded', 'a.parquet', '%zz.parquet', /"%zz\.parquet" in the log of memory:/],
    [
      'a day that does not exist',
      '2026-11-30',
      'someday',
      /partition column "day".*"someday" is not of type/,
    ],
    [
      'a deletion vector that holds something else',
      '"dataChange":true',
      '"dataChange":true,"deletionVector":{"storageType":"i","pathOrInlineDv":"00000","sizeInBytes":4,"cardinality":1}',
      /deletion vector 00000 of memory:.*magic/,
    ],
  ])('is told with the place: %s', async (_, from, to, message) => {
    const store = await changed(from, to);
    const read = async () => collect((await openTable(store)).cached().rows());
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.toMatchObject({ kind: 'corrupt' });
  });
});
