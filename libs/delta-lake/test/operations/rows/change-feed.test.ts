import { expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  hyparquetCodec,
  memoryStore,
  struct,
  type StructType,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

const SCHEMA = struct({ id: 'long', p: 'string' });
const FILE: StructType = struct({ id: 'long', _change_type: 'string' });

interface Change {
  readonly change: string;
  readonly id: bigint;
  readonly p: string;
}

/** The change files of a commit, as other readers find them: by the text of the commit. */
async function changesOf(table: DeltaTable): Promise<Change[]> {
  const version = table.cached().version;
  const text = Buffer.from(
    await table.store.get(`_delta_log/${String(version).padStart(20, '0')}.json`),
  ).toString();
  const actions = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cdc?: Record<string, unknown> });
  const rows: Change[] = [];
  for (const { cdc } of actions) {
    if (!cdc) continue;
    expect(cdc).toMatchObject({
      dataChange: false,
      path: expect.stringMatching(/^_change_data\/p=.\//) as unknown,
    });
    const bytes = await table.store.get(String(cdc['path']));
    expect(bytes.byteLength).toBe(cdc['size']);
    const source = {
      bytes: bytes.byteLength,
      read: async (start: number, end: number) => bytes.subarray(start, end),
    };
    const { p } = cdc['partitionValues'] as { p: string };
    for (const row of (await collect(hyparquetCodec().read(source, FILE))).flat())
      rows.push({ change: row['_change_type'] as string, id: row['id'] as bigint, p });
  }
  const keyOf = ({ change, id }: Change): string => `${change} ${id}`;
  return rows.sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

async function fourRows() {
  const table = await createTable(memoryStore(), {
    schema: SCHEMA,
    partitionColumns: ['p'],
    configuration: { 'delta.enableChangeDataFeed': 'true' },
  });
  await table.append([1n, 2n, 3n, 4n].map((id) => ({ id, p: id > 2n ? 'y' : 'x' })));
  return table;
}

test('a table with a change data feed tells which rows changed, and nothing of those that were copied', async () => {
  const table = await fourRows();
  expect(await changesOf(table)).toEqual([]);
  await table.delete([{ column: 'id', equals: 1n }]);
  expect(await changesOf(table)).toEqual([{ change: 'delete', id: 1n, p: 'x' }]);
  await table.update({ p: 'x' }, [{ column: 'id', equals: 4n }]);
  expect(await changesOf(table)).toEqual([
    { change: 'update_postimage', id: 4n, p: 'x' },
    { change: 'update_preimage', id: 4n, p: 'y' },
  ]);
  await table.merge(
    [
      { id: 3n, p: 'y' },
      { id: 9n, p: 'y' },
    ],
    { on: ['id'] },
  );
  expect(await changesOf(table)).toEqual([
    { change: 'insert', id: 9n, p: 'y' },
    { change: 'update_postimage', id: 3n, p: 'y' },
    { change: 'update_preimage', id: 3n, p: 'y' },
  ]);
  await table.merge([{ id: 3n }, { id: 8n, p: 'y' }], { on: ['id'], whenMatched: 'delete' });
  expect(await changesOf(table)).toEqual([
    { change: 'delete', id: 3n, p: 'y' },
    { change: 'insert', id: 8n, p: 'y' },
  ]);
  await table.replaceWhere([{ column: 'id', min: 8n }], [{ id: 10n, p: 'y' }]);
  expect(await changesOf(table)).toEqual([
    { change: 'delete', id: 8n, p: 'y' },
    { change: 'delete', id: 9n, p: 'y' },
    { change: 'insert', id: 10n, p: 'y' },
  ]);
});

test('what is added and removed whole speaks for itself', async () => {
  const table = await fourRows();
  await table.delete([{ column: 'p', equals: 'x' }]);
  expect(await changesOf(table)).toEqual([]);
  await table.replaceWhere([{ column: 'p', equals: 'y' }], [{ id: 5n, p: 'y' }]);
  expect(await changesOf(table)).toEqual([]);
  await table.overwrite([{ id: 6n, p: 'y' }]);
  expect(await changesOf(table)).toEqual([]);
  expect((await collect((await table.snapshot()).rows())).flat()).toEqual([{ id: 6n, p: 'y' }]);
});

test('an engine that replaces files must say what changed', async () => {
  const table = await fourRows();
  const file = { path: 'p=x/f.parquet', bytes: 1, rows: 1, partition: { p: 'x' }, statistics: {} };
  const replace = () =>
    table.startTransaction({ operation: 'MERGE' }).remove(table.cached().files()).append([file]);
  await expect(replace().commit()).rejects.toMatchObject({ facts: { feature: 'changeDataFeed' } });
  const change = { ...file, path: '_change_data/p=x/c.parquet' };
  expect((await replace().appendChanges([change]).commit()).kind).toBe('committed');
});
