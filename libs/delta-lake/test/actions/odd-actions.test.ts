import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  type ObjectStore,
  openSnapshot,
  openTable,
} from '../../src/index.ts';
import { collect, SCHEMA } from '../tables.ts';

const HUGE = 1780000000123456789n;
const row = (id: number) => ({ id: BigInt(id), name: `row ${id}`, day: null });
const keyOf = (version: number) => `_delta_log/${String(version).padStart(20, '0')}.json`;

/** A table of two rows at version 1; `commit` adds what another writer committed. */
async function newTable() {
  const store = memoryStore();
  const table = await createTable(store, { schema: SCHEMA });
  await table.append([row(1), row(2)]);
  await table.settled();
  const lines = async (version: number): Promise<Record<string, Record<string, unknown>>[]> =>
    Buffer.from(await store.get(keyOf(version)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
  const commit = (version: number, ...actions: readonly string[]) =>
    store.put(keyOf(version), `${actions.join('\n')}\n`);
  const action = async (version: number, kind: string) =>
    (await lines(version)).find((line) => kind in line)?.[kind] ?? {};
  return { store, commit, action };
}

const rowsOf = async (table: DeltaTable) => (await collect((await table.snapshot()).rows())).flat();

/** Reads it in every way: by the log, by a checkpoint, and after a commit of ours. */
async function goesOn(store: ObjectStore): Promise<DeltaTable> {
  const table = await openTable(store);
  expect(await rowsOf(table)).toEqual([row(1), row(2)]);
  await table.setProperties({ 'delta.checkpointInterval': '1' });
  await table.append([row(3)]);
  await table.settled();
  const again = await openTable(store);
  expect(await rowsOf(again)).toEqual([row(1), row(2), row(3)]);
  expect(again.cached().state.version).toBe(again.cached().version);
  await collect(again.history());
  expect((await again.check()).findings).toEqual([]);
  return again;
}

test('an application version beyond 2^53 keeps every digit, in the log, the checkpoint and the checksum', async () => {
  const { store, commit } = await newTable();
  await commit(2, `{"txn":{"appId":"stream","version":${HUGE},"lastUpdated":9223372036854775807}}`);
  const table = await goesOn(store);
  expect((await table.changes(2)).transactions).toEqual([
    { appId: 'stream', version: HUGE, lastUpdated: Number.MAX_SAFE_INTEGER },
  ]);
  const checksum = Buffer.from(await store.get(keyOf(4).replace('.json', '.crc'))).toString();
  expect(checksum).toContain(`"version":${HUGE}`);
  // Only a caller that asks for a number is refused.
  expect(() => table.cached().transactionVersion('stream')).toThrow(/beyond 2\^53/);
  expect(table.cached().transactionVersion('another')).toBe(null);
  const identified = (version: number | bigint) =>
    table.append([row(4)], { transaction: { appId: 'stream', version } });
  expect(await identified(7)).toMatchObject({ kind: 'already-committed' });
  expect(await identified(HUGE)).toMatchObject({ kind: 'already-committed' });
  expect(await identified(HUGE + 1n)).toMatchObject({ kind: 'committed' });
  expect((await table.changes(table.cached().version)).transactions[0]?.version).toBe(HUGE + 1n);
  expect(await identified(HUGE + 1n)).toMatchObject({ kind: 'already-committed' });
  await expect(identified(2n ** 63n)).rejects.toMatchObject({ code: 'invalid-argument' });
});

describe('what nobody needs to read a table does not make it unreadable', () => {
  test.each<[string, (add: Record<string, unknown>) => readonly string[]]>([
    ['a txn without a version', () => ['{"txn":{"appId":"x"}}']],
    [
      'a commitInfo of other types',
      () => [
        '{"commitInfo":{"timestamp":"now","operation":5,"operationMetrics":"none","inCommitTimestamp":null}}',
      ],
    ],
    [
      'a commitInfo of large numbers',
      () => [`{"commitInfo":{"timestamp":${HUGE},"operationMetrics":{"n":${HUGE}},"engineInfo":"x"}}`],
    ],
    [
      'a tombstone of another time',
      () => [`{"remove":{"path":"gone","deletionTimestamp":${HUGE},"dataChange":true,"size":-5}}`],
    ],
    [
      'a tombstone with half a deletion vector',
      () => ['{"remove":{"path":"gone","dataChange":true,"deletionVector":{"storageType":"u"}}}'],
    ],
    ['an add of another time', (add) => [`{"add":${JSON.stringify({ ...add, modificationTime: -1.5 })}}`]],
    [
      'an add of large row ids',
      (add) => [
        JSON.stringify({ add }).replace(
          '"dataChange"',
          `"baseRowId":${HUGE},"defaultRowCommitVersion":${HUGE},"dataChange"`,
        ),
      ],
    ],
    [
      'an add of impossible statistics',
      (add) => [
        `{"add":${JSON.stringify({ ...add, stats: `{"numRecords":${HUGE},"nullCount":5,"minValues":[]}` })}}`,
      ],
    ],
    [
      'a change file without a size',
      () => [`{"cdc":{"path":"_change_data/x","partitionValues":{},"size":"5","dataChange":false}}`],
    ],
    ['a domain that was removed', () => ['{"domainMetadata":{"domain":"x","removed":true}}']],
  ])('%s', async (name, actionsOf) => {
    const { store, commit, action } = await newTable();
    await commit(2, ...actionsOf(await action(1, 'add')));
    // A txn of which nobody knows the version must not be forgotten by a checkpoint: none is written.
    if (name.startsWith('a txn')) expect(await rowsOf(await openTable(store))).toEqual([row(1), row(2)]);
    else await goesOn(store);
  });

  test('a checkpoint pointer with fields of other types', async () => {
    const { store } = await newTable();
    for (const size of ['"many"', HUGE, -1])
      for (const version of ['"1"', HUGE, -1, 1.5, null, 99]) {
        await store.put('_delta_log/_last_checkpoint', `{"version":${version},"size":${size},"parts":"x"}`);
        expect(await rowsOf(await openTable(store))).toHaveLength(2);
      }
  });
});

describe('an action that is not as the protocol wants it is refused while it is in force, and no longer', () => {
  const cases: readonly (readonly [
    string,
    string,
    (good: Record<string, unknown>) => Record<string, unknown>,
    RegExp,
  ])[] = [
    [
      'metaData',
      'without a schema',
      (good) => ({ ...good, schemaString: undefined }),
      /"schemaString" of "metaData" is missing/,
    ],
    ['metaData', 'without an id', (good) => ({ ...good, id: undefined }), /"id" of "metaData" is missing/],
    [
      'protocol',
      'without a version',
      () => ({ minWriterVersion: 2 }),
      /"protocol.minReaderVersion" is undefined/,
    ],
    [
      'protocol',
      'of a version that is none',
      () => ({ minReaderVersion: '1', minWriterVersion: 2 }),
      /"protocol.minReaderVersion" is 1/,
    ],
    ['add', 'without a size', (good) => ({ ...good, size: undefined }), /"add.size" is undefined/],
    [
      'add',
      'with half a deletion vector',
      (add) => ({ ...add, deletionVector: { storageType: 'u' } }),
      /"pathOrInlineDv"/,
    ],
  ];
  test.each(cases)('%s %s', async (kind, _, spoil, message) => {
    const { store, commit, action } = await newTable();
    const good = await action(kind === 'add' ? 1 : 0, kind);
    await commit(2, JSON.stringify({ [kind]: spoil(good) }));
    const refused = { code: 'corrupt-log', message: expect.stringMatching(message) };
    await expect(openTable(store)).rejects.toMatchObject(refused);
    await expect(openTable(store)).rejects.toThrow(/memory:\/\/store/);
    expect((await openSnapshot(store, { version: 1 })).version).toBe(1);
    const vector = kind === 'add' && spoil(good)['deletionVector'] !== undefined;
    // The same path with a deletion vector is another file; its remove names both.
    const remove = vector ? [JSON.stringify({ remove: { ...spoil(good), dataChange: true } })] : [];
    await commit(3, ...remove, JSON.stringify({ [kind]: good }));
    await goesOn(store);
  });

  test('a txn that is not a number is refused where its number is asked for, until it has one', async () => {
    const { store, commit } = await newTable();
    await commit(2, '{"txn":{"appId":"x","version":"7"}}');
    const table = await openTable(store);
    expect(() => table.cached().transactionVersion('x')).toThrow(/"txn.version" is 7, not an integer/);
    await expect(table.append([row(9)], { transaction: { appId: 'x', version: 8 } })).rejects.toMatchObject({
      code: 'corrupt-log',
    });
    await commit(3, '{"txn":{"appId":"x","version":7}}');
    expect((await goesOn(store)).cached().transactionVersion('x')).toBe(7);
  });

  test('a line that is no action names the commit and the table', async () => {
    const { store, commit } = await newTable();
    await commit(2, '{"add":{"size":1}}');
    await expect(openTable(store)).rejects.toThrow(
      /^Commit 2 of memory:\/\/store cannot be read: line 1: the field "path" of "add" is missing\.$/,
    );
  });
});
