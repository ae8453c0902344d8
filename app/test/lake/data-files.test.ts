import { createTable, memoryStore, openTable, struct } from '@contrail/delta-lake';
import { expect, it } from 'vitest';
import { dataFiles } from '../../src/lake/lake.ts';

const add = { path: 'a.parquet', partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
const deletionVector = { storageType: 'i', pathOrInlineDv: '', sizeInBytes: 1, cardinality: 1 };

it('gives the files of a table, and refuses those with deleted rows, which an engine would read', async () => {
  const store = memoryStore();
  await createTable(store, { schema: struct({ id: 'long' }) });
  await store.put('_delta_log/00000000000000000001.json', JSON.stringify({ add }));
  const whole = await (await openTable(store)).snapshot();
  expect(dataFiles(whole)).toEqual([{ path: `${store.url}/a.parquet`, constants: {} }]);

  const marked = { add: { ...add, path: 'b.parquet', deletionVector } };
  await store.put('_delta_log/00000000000000000002.json', JSON.stringify(marked));
  const snapshot = await (await openTable(store)).snapshot();
  expect(() => dataFiles(snapshot)).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      facts: { path: `${store.url}/b.parquet`, feature: 'deletionVectors' },
    }),
  );
});
