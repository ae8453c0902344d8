import { describe, expect, test } from 'vitest';
import { withFeatures } from '../../src/features/table-features.ts';
import { createTable, memoryStore, openTable, struct } from '../../src/index.ts';
import { collect, fileNamed } from '../tables.ts';

/** A table whose first commit says this. */
async function tableWith(
  protocol: object,
  configuration: Record<string, string> = {},
  fieldMetadata: object = {},
) {
  const store = memoryStore();
  const schema = {
    type: 'struct',
    fields: [{ name: 'a', type: 'long', nullable: true, metadata: fieldMetadata }],
  };
  const metaData = {
    id: 'x',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify(schema),
    partitionColumns: [],
    configuration,
  };
  await store.put(
    '_delta_log/00000000000000000000.json',
    `${JSON.stringify({ protocol })}\n${JSON.stringify({ metaData })}\n`,
  );
  return openTable(store);
}

const features = (writerFeatures: string[], readerFeatures?: string[]) =>
  readerFeatures
    ? { minReaderVersion: 3, minWriterVersion: 7, readerFeatures, writerFeatures }
    : { minReaderVersion: 1, minWriterVersion: 7, writerFeatures };

describe('a table that must not be read', () => {
  test.each([
    [{ minReaderVersion: 4, minWriterVersion: 7 }, {}, 'unsupported-protocol', undefined],
    [features(['fancy'], ['fancy']), {}, 'unsupported-feature', 'fancy'],
    [features(['catalogManaged'], ['catalogManaged']), {}, 'unsupported-feature', 'catalogManaged'],
    [
      { minReaderVersion: 2, minWriterVersion: 5 },
      { 'delta.columnMapping.mode': 'letter' },
      'unsupported-feature',
      'columnMapping mode letter',
    ],
    [
      { minReaderVersion: 2, minWriterVersion: 5 },
      { 'delta.columnMapping.mode': 'name' },
      'corrupt-log',
      undefined,
    ],
    [{ minReaderVersion: 3, minWriterVersion: 6, readerFeatures: [] }, {}, 'corrupt-log', undefined],
  ])('%j with %o is refused as %s, naming %s', async (protocol, configuration, code, feature) => {
    const opened = tableWith(protocol, configuration);
    await expect(opened).rejects.toMatchObject({ code });
    if (feature) await expect(opened).rejects.toThrow(`"${feature}"`);
  });
});

describe('a table that is read and must not be written', () => {
  test.each([
    ['icebergCompatV2', features(['icebergCompatV2']), { 'delta.enableIcebergCompatV2': 'true' }, {}],
    ['allowColumnDefaults', features(['allowColumnDefaults']), {}, { CURRENT_DEFAULT: '5' }],
    ['fancy', features(['fancy']), {}, {}],
    [
      'checkConstraints',
      { minReaderVersion: 1, minWriterVersion: 3 },
      { 'delta.constraints.c': 'a > 0' },
      {},
    ],
    [
      'generatedColumns',
      { minReaderVersion: 1, minWriterVersion: 4 },
      {},
      { 'delta.generationExpression': 'b + 1' },
    ],
    ['identityColumns', { minReaderVersion: 1, minWriterVersion: 6 }, {}, { 'delta.identity.start': 1 }],
    ['invariants', { minReaderVersion: 1, minWriterVersion: 2 }, {}, { 'delta.invariants': '{}' }],
  ])(
    '%s is refused by name, and nothing is written',
    async (feature, protocol, configuration, fieldMetadata) => {
      const table = await tableWith(protocol, configuration, fieldMetadata);
      const commit = table
        .startTransaction({ operation: 'WRITE' })
        .append([fileNamed('f')])
        .commit();
      await expect(commit).rejects.toMatchObject({ code: 'unsupported-feature', facts: { feature } });
      expect((await table.snapshot()).version).toBe(0);
    },
  );

  test('legacy versions bind only where their features are in use', async () => {
    const table = await tableWith(
      { minReaderVersion: 2, minWriterVersion: 6 },
      { 'delta.columnMapping.mode': 'none' },
    );
    expect(
      (
        await table
          .startTransaction({ operation: 'WRITE' })
          .append([fileNamed('f')])
          .commit()
      ).kind,
    ).toBe('committed');
  });
});

test('features that bind only columns which the table has not bind nothing', async () => {
  const idle = [
    'variantType',
    'variantType-preview',
    'variantShredding',
    'variantShredding-preview',
    'timestampNtz',
  ];
  const rest = [
    'allowColumnDefaults',
    'checkConstraints',
    'generatedColumns',
    'identityColumns',
    'invariants',
  ];
  const compat = ['icebergCompatV1', 'icebergCompatV2', 'icebergCompatV3'];
  const listed = [...idle, 'deletionVectors'];
  const table = await tableWith(features([...listed, ...rest, ...compat], listed), {
    'delta.enableIcebergCompatV1': 'false',
  });
  await table.append([{ a: 1n }, { a: 2n }]);
  await table.append([{ a: 3n }]);
  await table.update({ a: 4n }, [{ column: 'a', equals: 3n }]);
  await table.optimize();
  await table.setProperties({ 'delta.checkpointInterval': '5' });
  await table.delete([{ column: 'a', equals: 1n }]);
  await table.vacuum({ retentionMs: 0, allowShortRetention: true });
  expect((await collect(table.cached().rows())).flat().map(({ a }) => a)).toEqual([2n, 4n]);
});

describe('rows that stay as they are keep to the rules of their table', () => {
  test.each<[string, Record<string, string>, object]>([
    ['checkConstraints', { 'delta.constraints.c': 'a > 0' }, {}],
    ['generatedColumns', {}, { 'delta.generationExpression': 'b + 1' }],
    ['identityColumns', {}, { 'delta.identity.start': 1 }],
    ['allowColumnDefaults', {}, { CURRENT_DEFAULT: '5' }],
    ['invariants', {}, { 'delta.invariants': '{}' }],
  ])(
    '%s: delete, optimize and vacuum work, and new rows are refused',
    async (feature, configuration, metadata) => {
      const plain = await tableWith(features([feature]));
      await plain.append([{ a: 1n }, { a: 2n }]);
      await plain.append([{ a: 3n }]);
      await plain.settled();
      const { store } = plain;
      // From here on the table makes the rule.
      const ruled = await tableWith(features([feature]), configuration, metadata);
      const [key, first] = [
        '_delta_log/00000000000000000000.json',
        await ruled.store.get('_delta_log/00000000000000000000.json'),
      ];
      await store.put(key, first);
      const table = await openTable(store);
      expect(await table.delete([{ column: 'a', equals: 1n }])).toMatchObject({ kind: 'committed' });
      expect((await table.optimize()).version).toBe(4);
      await table.delete((row) => row['a'] === 3n);
      await table.vacuum({ retentionMs: 0, allowShortRetention: true });
      const [file] = table.cached().files();
      expect(
        await table
          .startTransaction({ operation: 'DELETE' })
          .remove(file ? [file] : [])
          .commit(),
      ).toMatchObject({
        kind: 'committed',
      });
      const refused = { code: 'unsupported-feature', facts: { feature } };
      for (const call of [
        () => table.append([{ a: 9n }]),
        () => table.update({ a: 9n }, []),
        () => table.merge([{ a: 9n }], { on: ['a'] }),
        () => table.overwrite([]),
        () => table.replaceWhere([], [{ a: 9n }]),
        () => table.addColumns(struct({ c: 'long' })),
      ])
        await expect(call()).rejects.toMatchObject(refused);
      expect(await collect(table.cached().rows())).toEqual([]);
    },
  );
});

describe('the protocol of a new table', () => {
  test.each([
    [{}, { minReaderVersion: 1, minWriterVersion: 2 }],
    [{ 'delta.appendOnly': 'true' }, { minReaderVersion: 1, minWriterVersion: 2 }],
    [{ 'delta.enableChangeDataFeed': 'true' }, { minReaderVersion: 1, minWriterVersion: 4 }],
    [
      { 'delta.enableInCommitTimestamps': 'true' },
      features(['appendOnly', 'inCommitTimestamp', 'invariants']),
    ],
    [
      { 'delta.enableDeletionVectors': 'true', 'delta.feature.vacuumProtocolCheck': 'supported' },
      features(
        ['appendOnly', 'deletionVectors', 'invariants', 'vacuumProtocolCheck'],
        ['deletionVectors', 'vacuumProtocolCheck'],
      ),
    ],
    [{ 'delta.checkpointPolicy': 'classic' }, { minReaderVersion: 1, minWriterVersion: 2 }],
    [
      { 'delta.feature.rowTracking': 'supported' },
      features(['appendOnly', 'domainMetadata', 'invariants', 'rowTracking']),
    ],
  ])('with %o is %j', async (configuration, protocol) => {
    const store = memoryStore();
    const schema = struct({ a: 'long' });
    const table = await createTable(store, { schema, configuration });
    expect(table.cached().protocol).toEqual(protocol);
    // What asks for a feature by name belongs to the protocol alone.
    expect(
      Object.keys(table.cached().configuration).filter((key) => key.startsWith('delta.feature.')),
    ).toEqual([]);
  });

  test.each([
    [{ 'delta.enableIcebergCompatV2': 'true' }, 'unsupported-feature', 'delta.enableIcebergCompatV2'],
    [{ 'delta.feature.fancy': 'supported' }, 'unsupported-feature', 'fancy'],
    [{ 'delta.appendOnly': 'yes' }, 'invalid-argument', 'delta.appendOnly'],
    [{ 'delta.checkpointInterval': '0' }, 'invalid-argument', 'delta.checkpointInterval'],
    [{ 'delta.logRetentionDuration': 'a while' }, 'invalid-argument', 'delta.logRetentionDuration'],
    [{ 'delta.isolationLevel': 'SnapshotIsolation' }, 'invalid-argument', 'delta.isolationLevel'],
  ])('is refused with %o as %s, naming %s', async (configuration, code, name) => {
    const created = createTable(memoryStore(), { schema: struct({ a: 'long' }), configuration });
    await expect(created).rejects.toMatchObject({ code });
    await expect(created).rejects.toThrow(name);
  });
});

test('a legacy protocol that gets a table feature names all that it had', () => {
  expect(withFeatures({ minReaderVersion: 1, minWriterVersion: 4 }, ['domainMetadata'])).toEqual({
    minReaderVersion: 1,
    minWriterVersion: 7,
    writerFeatures: [
      'appendOnly',
      'changeDataFeed',
      'checkConstraints',
      'domainMetadata',
      'generatedColumns',
      'invariants',
    ],
  });
  const mapped = withFeatures({ minReaderVersion: 2, minWriterVersion: 5 }, ['inCommitTimestamp']);
  expect(mapped).toMatchObject({
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['columnMapping'],
  });
  expect(withFeatures(mapped, ['columnMapping', 'appendOnly'])).toBe(mapped);
});
