import { describe, expect, test } from 'vitest';
import {
  type DeltaTable,
  hyparquetCodec,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  struct,
  type StructType,
} from '../../src/index.ts';
import { encodeRoaring, encodeZ85 } from '../deletion-vector/encode.ts';
import { collect } from '../tables.ts';

const SCHEMA = struct({ id: 'long', name: 'string', day: 'date' });
const DATA = struct({ id: 'long', name: 'string' });
const CHANGES = struct({ id: 'long', name: 'string', _change_type: 'string' });

interface MetadataFacts {
  readonly partitionColumns?: readonly string[];
  readonly configuration?: Readonly<Record<string, string>>;
}
const metaData = (
  schema: StructType,
  { partitionColumns = ['day'], configuration = {} }: MetadataFacts = {},
) => ({
  metaData: {
    id: 'x',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns,
    configuration,
  },
});
const protocol = {
  protocol: {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['deletionVectors'],
    writerFeatures: ['deletionVectors', 'inCommitTimestamp'],
  },
};
const file = (path: string, facts: Readonly<Record<string, unknown>> = {}) => ({
  path,
  size: 1,
  dataChange: true,
  partitionValues: { day: '2026-01-01' },
  ...facts,
});
function deleted(...rows: number[]) {
  const data = encodeRoaring(rows);
  return {
    deletionVector: {
      storageType: 'i',
      pathOrInlineDv: encodeZ85(data),
      sizeInBytes: data.length,
      cardinality: rows.length,
    },
  };
}

async function put(
  store: ObjectStore,
  path: string,
  rows: readonly Row[],
  schema: StructType = DATA,
): Promise<void> {
  await store.put(path, await hyparquetCodec().write(rows, schema));
}

/** A table of these commits; the file of commit N is of N seconds. */
async function tableOf(
  commits: readonly (readonly unknown[])[],
  fill: (store: ObjectStore) => Promise<void>,
): Promise<DeltaTable> {
  let now = 0;
  const store = memoryStore({ clock: () => now });
  await fill(store);
  for (const [version, actions] of commits.entries()) {
    now = version * 1000;
    const key = `_delta_log/${String(version).padStart(20, '0')}.json`;
    await store.put(key, actions.map((action) => JSON.stringify(action)).join('\n'));
  }
  return openTable(store);
}

async function changes(table: DeltaTable, first: number, last?: number): Promise<string[]> {
  const rows = (await collect(table.changesBetween(first, last))).flat();
  return rows.map((row) => {
    const cells = row as Readonly<Record<string, string | number | bigint | null>>;
    const { _change_type, _commit_version, _commit_timestamp, ...columns } = cells;
    expect(_commit_timestamp).toBe((_commit_version as bigint) * 1_000_000n);
    const values = Object.values(columns).map((value) => String(value));
    return `${String(_commit_version)} ${String(_change_type)} ${values.join(' ')}`;
  });
}

const rowsFrom = (from: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: BigInt(from + i), name: `n${from + i}` }));

describe('the changes between two versions', () => {
  test('follow from the files that came and went; rewrites are none', async () => {
    const table = await tableOf(
      [
        [protocol, metaData(SCHEMA), { add: file('a') }],
        [{ remove: file('a') }, { add: file('b', { partitionValues: { day: null } }) }],
        [
          { remove: file('b', { dataChange: false, partitionValues: { day: null } }) },
          { add: file('c', { dataChange: false }) },
        ],
      ],
      async (store) => {
        await put(store, 'a', rowsFrom(0, 2));
        await put(store, 'b', rowsFrom(5, 1));
      },
    );
    const first = ['0 insert 0 n0 2026-01-01', '0 insert 1 n1 2026-01-01'];
    const second = ['1 insert 5 n5 null', '1 delete 0 n0 2026-01-01', '1 delete 1 n1 2026-01-01'];
    expect(await changes(table, 0)).toEqual([...first, ...second]);
    expect(await changes(table, 0, 0)).toEqual(first);
    expect(await changes(table, 1)).toEqual(second);
  });

  test('are what two deletion vectors differ in', async () => {
    const table = await tableOf(
      [
        [protocol, metaData(SCHEMA), { add: file('a', deleted(0)) }],
        [{ remove: file('a', deleted(0)) }, { add: file('a', deleted(0, 2)) }],
        [{ remove: file('a', deleted(0, 2)) }, { add: file('a', deleted(2, 3)) }],
        [{ remove: file('a', deleted(2, 3)) }, { add: file('a') }],
        [{ remove: file('a') }, { add: file('a', deleted(1)) }],
        [{ remove: file('a', deleted(1)) }],
      ],
      (store) => put(store, 'a', rowsFrom(0, 4)),
    );
    const day = '2026-01-01';
    expect(await changes(table, 0)).toEqual([
      ...[1, 2, 3].map((id) => `0 insert ${id} n${id} ${day}`),
      `1 delete 2 n2 ${day}`,
      `2 delete 3 n3 ${day}`,
      `2 insert 0 n0 ${day}`,
      `3 insert 2 n2 ${day}`,
      `3 insert 3 n3 ${day}`,
      `4 delete 1 n1 ${day}`,
      ...[0, 2, 3].map((id) => `5 delete ${id} n${id} ${day}`),
    ]);
  });

  test('are what the files of changes say, where a commit has some', async () => {
    const cdc = {
      path: '_change_data/c',
      partitionValues: { day: '2026-01-01' },
      size: 1,
      dataChange: false,
    };
    const table = await tableOf(
      [
        [protocol, metaData(SCHEMA), { add: file('a') }],
        [{ remove: file('a') }, { add: file('b') }, { cdc }],
      ],
      (store) =>
        put(
          store,
          '_change_data/c',
          [
            { id: 1n, name: 'old', _change_type: 'update_preimage' },
            { id: 1n, name: 'new', _change_type: 'update_postimage' },
          ],
          CHANGES,
        ),
    );
    expect(await changes(table, 1)).toEqual([
      '1 update_preimage 1 old 2026-01-01',
      '1 update_postimage 1 new 2026-01-01',
    ]);
  });

  test('know the partition of a file whose remove does not tell it', async () => {
    const table = await tableOf(
      [
        [protocol, metaData(SCHEMA), { add: file('a', { partitionValues: { day: '2026-02-03' } }) }],
        [{ remove: { path: 'a', dataChange: true } }],
      ],
      (store) => put(store, 'a', rowsFrom(0, 1)),
    );
    expect(await changes(table, 1)).toEqual(['1 delete 0 n0 2026-02-03']);
  });

  test('come with the columns of the last version, older types widened', async () => {
    const before = struct({ id: 'integer', gone: 'string', day: 'date' });
    const after = struct({ id: 'long', day: 'date', more: 'double' });
    const table = await tableOf(
      [
        [protocol, metaData(before), { add: file('a') }],
        [metaData(after), { add: file('b') }],
      ],
      async (store) => {
        await put(store, 'a', [{ id: 1, gone: 'x' }], struct({ id: 'integer', gone: 'string' }));
        await put(store, 'b', [{ id: 2n ** 40n, more: 0.5 }], struct({ id: 'long', more: 'double' }));
      },
    );
    expect(await changes(table, 0)).toEqual([
      '0 insert 1 2026-01-01 null',
      `1 insert ${2 ** 40} 2026-01-01 0.5`,
    ]);
    expect(await changes(table, 0, 0)).toEqual(['0 insert 1 x 2026-01-01']);
  });

  test.each([
    [
      'another type',
      metaData(struct({ id: 'string', name: 'string', day: 'date' })),
      /"id" had another type/,
    ],
    ['other partitions', metaData(SCHEMA, { partitionColumns: [] }), /partitioned in another way/],
  ])('are refused across %s', async (_, changed, message) => {
    const table = await tableOf([[protocol, metaData(SCHEMA)], [changed]], async () => {});
    await expect(changes(table, 0)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringMatching(message) as string,
    });
    expect(await changes(table, 1)).toEqual([]);
  });

  test('carry the time that a commit says itself', async () => {
    const on = { configuration: { 'delta.enableInCommitTimestamps': 'true' } };
    const table = await tableOf(
      [[{ commitInfo: { inCommitTimestamp: 7 } }, protocol, metaData(SCHEMA, on), { add: file('a') }]],
      (store) => put(store, 'a', rowsFrom(0, 1)),
    );
    expect((await collect(table.changesBetween(0))).flat()).toMatchObject([{ _commit_timestamp: 7000n }]);
  });

  test('are not to be had where commits or files are gone', async () => {
    const table = await tableOf([[protocol, metaData(SCHEMA)], [{ add: file('a') }]], async () => {});
    await expect(changes(table, 1)).rejects.toMatchObject({ code: 'missing-file' });
    await expect(changes(table, 1, 2)).rejects.toMatchObject({ code: 'no-such-version' });
    await expect(changes(table, 1, 0)).rejects.toMatchObject({ code: 'invalid-argument' });
    await table.store.delete('_delta_log/00000000000000000000.json');
    await expect(changes(table, 0, 1)).rejects.toMatchObject({ code: 'no-such-version' });
  });
});
