import { expect, test } from 'vitest';
import { createTable, type DeltaTable, memoryStore, openTable } from '../../../src/index.ts';
import { commitKey } from '../../../src/log/names.ts';
import { SCHEMA, writeFile } from '../../tables.ts';

const HOUR_MS = 3_600_000;

async function tableOf(properties: Readonly<Record<string, string>>): Promise<{
  readonly table: DeltaTable;
  readonly clock: () => number;
}> {
  let now = Date.UTC(2026, 10, 24);
  const clock = (): number => now;
  const table = await createTable(
    memoryStore({ clock }),
    { schema: SCHEMA, configuration: { 'delta.checkpointInterval': '3', ...properties } },
    { clock },
  );
  for (let i = 1; i <= 10; i++) {
    now += HOUR_MS;
    const file = await writeFile(table, `f${i}.parquet`, SCHEMA, [{ id: BigInt(i) }]);
    await table.startTransaction({ operation: 'WRITE' }).append([file]).commit();
    await table.settled();
  }
  return { table, clock };
}

test('a whole table has no findings; files that nobody needs are counted', async () => {
  const { table } = await tableOf({});
  await table.store.put('failed.parquet', 'twelve bytes');
  expect(await table.check()).toMatchObject({
    filesChecked: 10,
    checkpointsChecked: 3,
    orphans: { files: 1, bytes: 12 },
    findings: [],
  });
});

test('a missing commit is found between those that are there, with what to do', async () => {
  const { table } = await tableOf({});
  await table.store.delete(commitKey(4));
  await table.store.delete(commitKey(5));
  const { findings } = await table.check();
  expect(findings).toMatchObject([
    {
      kind: 'version-gap',
      path: commitKey(4),
      message: 'The commits 4 to 5 are missing, but later ones exist.',
      advice: expect.stringContaining('backup') as string,
    },
  ]);
});

test('after a cleanup, checkpoints are compared from the oldest one on', async () => {
  const { table, clock } = await tableOf({ 'delta.logRetentionDuration': 'interval 5 hours' });
  const key = (version: number): string => commitKey(version).replace('.json', '.checkpoint.parquet');
  expect(await table.store.head(commitKey(0))).toBeNull();
  expect(await table.check()).toMatchObject({ checkpointsChecked: 3, findings: [] });
  await table.store.put(key(9), await table.store.get(key(6)));
  const { findings } = await (await openTable(table.store, { clock })).check();
  expect(findings.map(({ kind, path }) => [kind, path])).toContainEqual(['checkpoint', key(9)]);
});
