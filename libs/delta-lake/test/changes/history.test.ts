import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTable, openTable, struct } from '../../src/index.ts';
import { fileNamed, temporaryFolder } from '../tables.ts';

const SCHEMA = struct({ id: 'long' });

test('the stamp of a commit is the same for all who look, and null where there is no such commit', async () => {
  const folder = temporaryFolder();
  const table = await createTable(folder, { schema: SCHEMA });
  const stamp = await table.commitStamp(0);
  expect(stamp).toEqual(expect.any(String));
  await table
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed('a.parquet')])
    .commit();
  expect(await table.commitStamp(0)).toBe(stamp);
  expect(await (await openTable(folder)).commitStamp(0)).toBe(stamp);
  expect(await Promise.all([2, -1, 0.5].map((version) => table.commitStamp(version)))).toEqual([
    null,
    null,
    null,
  ]);
});

test('a table made again at the same place has other stamps, also where its versions are the same', async () => {
  const folder = temporaryFolder();
  const table = await createTable(folder, { schema: SCHEMA });
  const stamp = await table.commitStamp(0);
  await rm(join(folder, '_delta_log'), { recursive: true });
  expect(await table.commitStamp(0)).toBeNull();
  await createTable(folder, { schema: SCHEMA, description: 'another one' });
  expect(await table.commitStamp(0)).not.toBe(stamp);
});
