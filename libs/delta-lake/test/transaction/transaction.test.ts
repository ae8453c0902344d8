import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  createTable,
  type DeltaTable,
  memoryStore,
  openTable,
  struct,
  type TransactionSpec,
} from '../../src/index.ts';
import { collect, fileNamed, paths, SCHEMA } from '../tables.ts';

/** Two objects on one table with the files a and b, as two processes would have them. */
async function twoWriters(): Promise<readonly [ours: DeltaTable, theirs: DeltaTable]> {
  const store = memoryStore();
  const ours = await createTable(store, { schema: SCHEMA });
  const ids = (min: bigint, max: bigint) => ({ statistics: { id: { nulls: 0, min, max } } });
  await ours
    .startTransaction({ operation: 'WRITE' })
    .append([fileNamed('a', ids(0n, 9n)), fileNamed('b', ids(100n, 109n))])
    .commit();
  return [ours, await openTable(store)];
}

const file = (table: DeltaTable, path: string) =>
  [...table.cached().files()].filter((candidate) => candidate.path === path);
const write = (table: DeltaTable, spec: Partial<TransactionSpec> = {}) =>
  table.startTransaction({ operation: 'WRITE', ...spec });

describe('a transaction that loses the race', () => {
  test('retries a blind append, after appends and after removes', async () => {
    const [ours, theirs] = await twoWriters();
    const transaction = write(ours).append([fileNamed('c')]);
    await write(theirs)
      .append([fileNamed('d')])
      .commit();
    await write(theirs).remove(file(theirs, 'a')).commit();
    expect(await transaction.commit()).toMatchObject({ kind: 'committed', version: 4 });
    expect(paths(await theirs.snapshot())).toEqual(['b', 'c', 'd']);
    expect((await theirs.changes(4)).commitInfo).toMatchObject({ readVersion: 1, isBlindAppend: true });
  });

  test.each([
    ['concurrent-delete-delete', {}, 'a', 'a'],
    ['concurrent-delete-read', { reads: 'whole-table' }, 'a', 'b'],
    ['concurrent-delete-read', { reads: [{ column: 'id', min: 105n }] }, 'a', 'b'],
    ['committed', { reads: [{ column: 'id', max: 50n }] }, 'a', 'b'],
    ['committed', {}, 'a', 'b'],
  ] as const)(
    'answers %s when it reads %o, removes %s and the winner removed %s',
    async (expected, spec, mine, gone) => {
      const [ours, theirs] = await twoWriters();
      const transaction = write(ours, spec)
        .remove(file(ours, mine))
        .append([fileNamed('c')]);
      await write(theirs).remove(file(theirs, gone)).commit();
      const result = await transaction.commit();
      expect(result.kind === 'conflict' ? result.reason : result.kind).toBe(expected);
      expect((await theirs.snapshot()).version).toBe(result.kind === 'conflict' ? 2 : 3);
    },
  );

  test.each([
    ['concurrent-append', { reads: 'whole-table' }, {}],
    ['concurrent-append', { reads: [{ column: 'id', min: 55n }] }, {}],
    ['committed', { reads: [{ column: 'id', min: 70n }] }, {}],
    ['committed', { reads: 'whole-table' }, { dataChange: false }],
  ] as const)(
    'answers %s when it reads %o and the winner appended ids 50 to 60 with %o',
    async (expected, spec, theirSpec) => {
      const [ours, theirs] = await twoWriters();
      const transaction = write(ours, spec).append([fileNamed('c')]);
      await write(theirs, theirSpec)
        .append([fileNamed('d', { statistics: { id: { nulls: 0, min: 50n, max: 60n } } })])
        .commit();
      const result = await transaction.commit();
      expect(result.kind === 'conflict' ? result.reason : result.kind).toBe(expected);
    },
  );

  test.each([
    [
      'metadata-changed',
      {
        metaData: {
          id: 'x',
          format: { provider: 'parquet', options: {} },
          schemaString: JSON.stringify(SCHEMA),
          partitionColumns: [],
          configuration: {},
        },
      },
    ],
    ['protocol-changed', { protocol: { minReaderVersion: 1, minWriterVersion: 1 } }],
  ])('answers %s when the winner says so, also to a blind append', async (reason, action) => {
    const [ours, theirs] = await twoWriters();
    const transaction = write(ours).append([fileNamed('c')]);
    await theirs.store.put('_delta_log/00000000000000000002.json', JSON.stringify(action));
    expect(await transaction.commit()).toMatchObject({ kind: 'conflict', reason, version: 2 });
    expect(await theirs.store.head('_delta_log/00000000000000000003.json')).toBeNull();
  });

  test.each([
    ['concurrent-domain', 'app.settings'],
    ['committed', 'app.other'],
  ])(
    'answers %s when it sets the domain app.settings and the winner set %s',
    async (expected, theirDomain) => {
      const store = memoryStore();
      const configuration = { 'delta.feature.domainMetadata': 'supported' };
      const ours = await createTable(store, { schema: SCHEMA, configuration });
      const theirs = await openTable(store);
      const transaction = write(ours).setDomain('app.settings', '{"a":1}');
      await write(theirs).setDomain(theirDomain, '{}').commit();
      const result = await transaction.commit();
      expect(result.kind === 'conflict' ? result.reason : result.kind).toBe(expected);
    },
  );

  test('is already committed when the winner was its own batch', async () => {
    const [ours, theirs] = await twoWriters();
    const [first, second] = [ours, theirs].map((table) =>
      write(table)
        .identify('app', 7)
        .append([fileNamed('c')]),
    );
    expect((await first?.commit())?.kind).toBe('committed');
    expect(await second?.commit()).toEqual({ kind: 'already-committed', version: 2 });
    expect(paths(await theirs.snapshot())).toEqual(['a', 'b', 'c']);
  });

  test('is a conflict when the winner set an older version of its application', async () => {
    const [ours, theirs] = await twoWriters();
    const transaction = write(ours)
      .identify('app', 7)
      .append([fileNamed('c')]);
    await write(theirs)
      .identify('app', 6)
      .append([fileNamed('d')])
      .commit();
    expect(await transaction.commit()).toMatchObject({
      kind: 'conflict',
      reason: 'concurrent-transaction',
      version: 2,
    });
  });

  test('gives up after as many retries as it is allowed', async () => {
    const [ours, theirs] = await twoWriters();
    const transaction = write(ours).append([fileNamed('c')]);
    await write(theirs)
      .append([fileNamed('d')])
      .commit();
    expect(await transaction.commit({ retries: 0 })).toMatchObject({
      kind: 'conflict',
      reason: 'retries-exhausted',
    });
  });
});

describe('an application id', () => {
  test('skips every version up to the one that is there, also in another object', async () => {
    const [ours, theirs] = await twoWriters();
    await write(ours)
      .identify('app', 7)
      .append([fileNamed('c')])
      .commit();
    await theirs.snapshot();
    for (const version of [0, 6, 7]) {
      expect(
        await write(theirs)
          .identify('app', version)
          .append([fileNamed('e')])
          .commit(),
      ).toEqual({ kind: 'already-committed', version: 2 });
    }
    expect((await write(theirs).identify('app', 8).commit()).kind).toBe('committed');
    expect((await ours.snapshot()).transactionVersion('app')).toBe(8);
    expect(ours.cached().transactionVersion('other')).toBeNull();
  });

  test('refuses a version that is not a count', async () => {
    const [ours] = await twoWriters();
    expect(() => write(ours).identify('app', -1)).toThrow(/a whole number, 0 or more/);
    expect(() => write(ours).identify('app', 1).identify('app', 2)).toThrow(/twice/);
  });
});

describe('a commit', () => {
  test('notes what was done, with the metrics counted', async () => {
    const [ours] = await twoWriters();
    await write(ours, { operation: 'REPLACE', operationParameters: { mode: 'x' } })
      .remove(file(ours, 'a'))
      .append([fileNamed('c'), fileNamed('d')])
      .setOperationMetrics({ numFiles: 99, extra: 'yes' })
      .setUserMetadata('note')
      .commit();
    const [summary] = await collect(ours.history({ limit: 1 }));
    expect(summary).toMatchObject({
      version: 2,
      operation: 'REPLACE',
      operationParameters: { mode: 'x' },
      operationMetrics: {
        numFiles: '99',
        numOutputRows: '20',
        numOutputBytes: '200',
        numRemovedFiles: '1',
        extra: 'yes',
      },
      userMetadata: 'note',
      isBlindAppend: false,
    });
    expect(await collect(ours.history())).toHaveLength(3);
    const { removes, adds, commitInfo } = await ours.changes(2);
    expect(removes).toMatchObject([
      { path: 'a', extendedFileMetadata: true, size: 100, dataChange: true, partitionValues: {} },
    ]);
    expect(adds.map(({ path }) => path)).toEqual(['c', 'd']);
    expect(commitInfo?.engineInfo).toMatch(/^contrail-delta-lake/);
    await expect(ours.changes(3)).rejects.toMatchObject({ code: 'no-such-version' });
  });

  test('can be made once, and not after its signal was aborted', async () => {
    const [ours] = await twoWriters();
    const transaction = write(ours);
    await transaction.commit();
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'invalid-argument' });
    const aborted = write(ours)
      .append([fileNamed('c')])
      .commit({ signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow(/abort/);
    expect((await ours.snapshot()).version).toBe(2);
  });

  test('refuses a file twice, a file outside the table, a missing partition value', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA, partitionColumns: ['day'] });
    const day = { partition: { day: '2024-02-29' } };
    const commit = (...files: ReturnType<typeof fileNamed>[]) => write(table).append(files).commit();
    await expect(commit(fileNamed('x', day), fileNamed('x', day))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(commit(fileNamed('../x', day))).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(commit(fileNamed('/elsewhere/x', day))).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(commit(fileNamed('x'))).rejects.toThrow(/no value for the partition column "day"/);
    await expect(commit(fileNamed('x', { partition: { day: 'yesterday' } }))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect((await table.snapshot()).version).toBe(0);
  });

  test('takes an absolute path below the table as a relative one, and encodes it', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA });
    await write(table)
      .append([fileNamed(`${table.location}/a b=%2F#?.parquet`)])
      .commit();
    expect(paths(table.cached())).toEqual(['a%20b=%252F%23%3F.parquet']);
    const [added] = table.cached().files();
    expect(added && table.cached().absolutePath(added)).toBe(`${table.location}/a b=%2F#?.parquet`);
  });

  test('enforces delta.appendOnly and NOT NULL', async () => {
    const schema = struct({ id: { type: 'long', nullable: false }, name: 'string' });
    const table = await createTable(memoryStore(), { schema, configuration: { 'delta.appendOnly': 'true' } });
    const nulls = (count: number) => fileNamed(`f${count}`, { statistics: { id: { nulls: count } } });
    await expect(
      write(table)
        .append([nulls(1)])
        .commit(),
    ).rejects.toMatchObject({ code: 'not-null-violated' });
    await expect(
      write(table)
        .append([fileNamed('unknown')])
        .commit(),
    ).rejects.toMatchObject({ code: 'not-null-violated' });
    await write(table)
      .append([nulls(0)])
      .commit();
    await expect(write(table).remove(table.cached().files()).commit()).rejects.toMatchObject({
      code: 'append-only',
    });
    expect((await write(table, { dataChange: false }).remove(table.cached().files()).commit()).kind).toBe(
      'committed',
    );
  });

  test('takes an empty string for null in a NOT NULL partition column, whether or not the caller vouches for the rows', async () => {
    const schema = struct({ id: 'long', part: { type: 'string', nullable: false } });
    const table = await createTable(memoryStore(), { schema, partitionColumns: ['part'] });
    for (const part of ['', null])
      await expect(table.append([{ id: 1n, part }])).rejects.toMatchObject({ code: 'not-null-violated' });
    await table.append([{ id: 2n, part: ' ' }]);
    expect(table.cached().version).toBe(1);
  });

  test('enforces NOT NULL in structs by their counts, and in arrays by the word of the writer', async () => {
    const schema = struct({
      s: struct({ x: { type: 'long', nullable: false } }),
      list: arrayOf('long', false),
    });
    const table = await createTable(memoryStore(), { schema });
    const counts = (s: number, x: number, isChecked: boolean) =>
      write(table)
        .append([
          fileNamed(`f${s}${x}`, { isChecked, statistics: { s: { nulls: s, fields: { x: { nulls: x } } } } }),
        ])
        .commit();
    await expect(counts(1, 2, false)).rejects.toMatchObject({ facts: { column: 's.x' } });
    await expect(counts(2, 2, false)).rejects.toMatchObject({ facts: { column: 'list' } });
    expect((await counts(2, 2, true)).kind).toBe('committed');
  });

  test('sets and removes domains, and refuses those of the protocol and tables without the feature', async () => {
    const configuration = { 'delta.feature.domainMetadata': 'supported', 'delta.checkpointInterval': '2' };
    const store = memoryStore();
    const table = await createTable(store, { schema: SCHEMA, configuration });
    await write(table).setDomain('a', '{"x":1}').setDomain('b', 'text').commit();
    await write(table).setDomain('b', null).commit();
    await table.settled();
    expect((await openTable(store)).cached().state.domains.values()).toEqual([
      { domain: 'a', configuration: '{"x":1}', removed: false },
    ]);
    expect(() => write(table).setDomain('delta.clustering', '{}')).toThrow(/reserved/);
    const plain = await createTable(memoryStore(), { schema: SCHEMA });
    await expect(write(plain).setDomain('a', '{}').commit()).rejects.toMatchObject({
      facts: { feature: 'domainMetadata' },
    });
  });

  test('is not disturbed by 20 others of the same object', async () => {
    const [ours] = await twoWriters();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        write(ours)
          .append([fileNamed(`n${i}`)])
          .commit(),
      ),
    );
    expect(results.map((result) => result.version)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
    expect(ours.cached().fileCount).toBe(22);
  });
});

describe('createTable', () => {
  test('opens what is there when asked, also when it lost the race', async () => {
    const store = memoryStore();
    const made = await Promise.all(
      [1, 2, 3].map(() => createTable(store, { schema: SCHEMA, ifExists: 'open' })),
    );
    expect(new Set(made.map((table) => table.cached().metadata.id)).size).toBe(1);
    await expect(createTable(store, { schema: SCHEMA })).rejects.toMatchObject({ code: 'table-exists' });
  });

  test('asks for the lowest protocol that the schema allows', async () => {
    const plain = await createTable(memoryStore(), { schema: SCHEMA });
    expect(plain.cached().protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    const ntz = await createTable(memoryStore(), { schema: struct({ at: 'timestamp_ntz' }) });
    expect(ntz.cached().protocol).toMatchObject({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
    });
    expect(
      (
        await write(ntz)
          .append([fileNamed('f')])
          .commit()
      ).kind,
    ).toBe('committed');
  });

  test.each([
    [struct({ a: 'string', A: 'long' }), []],
    [struct({ 'a b': 'string' }), []],
    [struct({ a: 'geometry' }), []],
    [struct({ a: 'string' }), ['b']],
    [struct({ a: 'string' }), ['a']],
  ])('refuses the schema %j partitioned by %j', async (schema, partitionColumns) => {
    await expect(createTable(memoryStore(), { schema, partitionColumns })).rejects.toMatchObject({
      code: 'invalid-schema',
    });
  });

  test('refuses a property that it does not implement, by name', async () => {
    const create = createTable(memoryStore(), {
      schema: SCHEMA,
      configuration: { 'delta.enableIcebergCompatV2': 'true' },
    });
    await expect(create).rejects.toMatchObject({
      code: 'unsupported-feature',
      facts: { feature: 'delta.enableIcebergCompatV2' },
    });
  });
});
