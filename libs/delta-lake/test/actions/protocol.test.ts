import { describe, expect, test } from 'vitest';
import { memoryStore, openTable, struct } from '../../src/index.ts';
import { fileNamed } from '../tables.ts';

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
    ['rowTracking', features(['rowTracking', 'domainMetadata']), {}, {}],
    ['icebergCompatV2', features(['icebergCompatV2']), {}, {}],
    [
      'checkConstraints',
      { minReaderVersion: 1, minWriterVersion: 3 },
      { 'delta.constraints.c': 'a > 0' },
      {},
    ],
    [
      'changeDataFeed',
      { minReaderVersion: 1, minWriterVersion: 4 },
      { 'delta.enableChangeDataFeed': 'true' },
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
    ['inCommitTimestamp', features(['inCommitTimestamp']), {}, {}],
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

  test('nested NOT NULL fields are refused, because nobody counts their nulls', async () => {
    const store = memoryStore();
    const schema = struct({ s: struct({ a: { type: 'long', nullable: false } }) });
    const metaData = {
      id: 'x',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify(schema),
      partitionColumns: [],
      configuration: {},
    };
    const lines = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }];
    await store.put(
      '_delta_log/00000000000000000000.json',
      lines.map((line) => JSON.stringify(line)).join('\n'),
    );
    const table = await openTable(store);
    const commit = table.startTransaction({ operation: 'WRITE' }).commit();
    await expect(commit).rejects.toMatchObject({ facts: { feature: 'nested NOT NULL' } });
  });
});
