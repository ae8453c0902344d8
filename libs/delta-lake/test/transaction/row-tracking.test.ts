import { expect, test } from 'vitest';
import { createTable, memoryStore, openTable } from '../../src/index.ts';
import { fileNamed, SCHEMA } from '../tables.ts';

const configuration = { 'delta.feature.rowTracking': 'supported' };

test('new files get fresh row ids, others at each try, and the domain notes the highest', async () => {
  const store = memoryStore();
  const ours = await createTable(store, { schema: SCHEMA, configuration });
  const theirs = await openTable(store);
  const transaction = ours
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed('a', { rows: 3 }), fileNamed('b', { rows: 4 })]);
  await theirs
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed('c', { rows: 5 })])
    .commit();
  expect((await transaction.commit()).kind).toBe('committed');
  const ids = ours
    .cached()
    .files()
    .map(({ path, baseRowId, defaultRowCommitVersion }) => [path, baseRowId, defaultRowCommitVersion]);
  expect(ids).toEqual([
    ['c', 0, 1],
    ['a', 5, 2],
    ['b', 8, 2],
  ]);
  const domain = (await openTable(store)).cached().state.domains.get('delta.rowTracking');
  expect(domain?.configuration).toBe('{"rowIdHighWaterMark":11}');
});

test('where rows are tracked, copied rows are refused and new ones are not', async () => {
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA, configuration });
  await table
    .startTransaction({ operation: 'SET TBLPROPERTIES' })
    .setMetadata({ ...table.cached().metadata, configuration: { 'delta.enableRowTracking': 'true' } })
    .append([fileNamed('a')])
    .commit();
  const replace = (copiesRows?: boolean) =>
    table
      .startTransaction({ operation: 'WRITE', ...(copiesRows === undefined ? {} : { copiesRows }) })
      .remove(table.cached().files())
      .append([fileNamed('b')])
      .commit();
  await expect(replace()).rejects.toMatchObject({ facts: { feature: 'rowTracking' } });
  expect((await replace(false)).kind).toBe('committed');
});
