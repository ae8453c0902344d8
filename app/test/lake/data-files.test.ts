import { createTable, memoryStore, openTable, struct } from '@contrail/delta-lake';
import { expect, it } from 'vitest';
import { dataFiles, refusalOf } from '../../src/lake/lake.ts';
import type { TableDefinition } from '../../src/lake/table.ts';

const TABLE: TableDefinition = {
  name: 'silver/things',
  grain: 'One row per thing.',
  key: ['id'],
  partitionColumns: [],
  properties: {},
  columns: [
    { name: 'id', type: 'long' },
    { name: 'name', type: 'string' },
  ],
};
const add = { path: 'a.parquet', partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
const deletionVector = { storageType: 'i', pathOrInlineDv: '', sizeInBytes: 1, cardinality: 1 };

it('gives the files of a table, and refuses those with deleted rows, which an engine would read', async () => {
  const store = memoryStore();
  await createTable(store, { schema: struct({ id: 'long' }) });
  await store.put('_delta_log/00000000000000000001.json', JSON.stringify({ add }));
  const whole = await (await openTable(store)).snapshot();
  expect(dataFiles(TABLE, whole)).toEqual({
    kind: 'files',
    columns: TABLE.columns,
    files: [{ path: `${store.url}/a.parquet`, constants: {} }],
  });
  expect(dataFiles(TABLE, whole, { files: [], columns: ['id'] })).toEqual({
    kind: 'files',
    columns: [{ name: 'id', type: 'long' }],
    files: [],
  });
  expect(dataFiles(TABLE, null)).toEqual({ kind: 'files', columns: TABLE.columns, files: [] });

  const marked = { add: { ...add, path: 'b.parquet', deletionVector } };
  await store.put('_delta_log/00000000000000000002.json', JSON.stringify(marked));
  const snapshot = await (await openTable(store)).snapshot();
  expect(() => dataFiles(TABLE, snapshot)).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      code: 'table-feature',
      message: expect.stringContaining(`contrail table optimize ${store.url} --sort id`),
      facts: { table: store.url, path: 'b.parquet', feature: 'deletionVectors' },
    }),
  );
  // Those beside them are read.
  const [whole_] = snapshot.files();
  expect(dataFiles(TABLE, snapshot, { files: whole_ === undefined ? [] : [whole_] }).files).toHaveLength(1);
});

it('refuses a table whose columns have other names in its files: an engine would read nulls', async () => {
  const configuration = { 'delta.columnMapping.mode': 'name' };
  const table = await createTable(memoryStore(), { schema: struct({ id: 'long' }), configuration });
  expect(refusalOf(TABLE, table.cached())).toMatchObject({
    kind: 'unsupported',
    facts: { feature: 'columnMapping' },
  });
});
