import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ActionCollector } from '../../src/actions/parse.ts';
import { readActionColumns } from '../../src/checkpoint/columns/read.ts';
import { READABLE_SCHEMA } from '../../src/checkpoint/columns/schema.ts';
import { ActionFileWriter } from '../../src/checkpoint/columns/write.ts';
import { rowAction } from '../../src/checkpoint/rows.ts';
import { arrayOf, hyparquetCodec, struct } from '../../src/index.ts';
import type { ByteSource } from '../../src/parquet/codec.ts';
import { GOLDEN } from '../golden-tables.ts';
import { collect } from '../tables.ts';

const FILES = existsSync(GOLDEN)
  ? globSync('**/_delta_log/{*.checkpoint*.parquet,_sidecars/*.parquet}', { cwd: GOLDEN }).sort()
  : [];

function sourceOf(bytes: Uint8Array): ByteSource {
  return { bytes: bytes.byteLength, read: async (start, end) => bytes.subarray(start, end) };
}

const plain = (collectors: readonly ActionCollector[]): unknown =>
  collectors.map(({ adds, removes, transactions, domains, metadata, protocol, sidecars }) => ({
    adds: adds.map((file) => ({ ...file, stats: file.statsText })),
    removes,
    transactions,
    domains,
    metadata,
    protocol,
    sidecars,
  }));

async function byRows(source: ByteSource): Promise<ActionCollector[]> {
  return (await collect(hyparquetCodec().read(source, READABLE_SCHEMA))).map((rows) => {
    const collector = new ActionCollector();
    for (const row of rows) collector.take(rowAction(row));
    return collector;
  });
}

describe('the checkpoints of other writers, read by columns', () => {
  test.skipIf(FILES.length === 0)('are there', () => expect(FILES.length).toBeGreaterThan(10));

  test.each(FILES)('%s gives what reading by rows gives', async (file) => {
    const source = sourceOf(readFileSync(join(GOLDEN, file)));
    const columns = await readActionColumns(source, null);
    expect(columns).not.toBeNull();
    expect(plain(columns ?? [])).toEqual(plain(await byRows(source)));
  });
});

test('a checkpoint of many rows, all kinds mixed, gives what reading by rows gives', async () => {
  const strings = (entries: readonly (readonly [string, string | null])[]) => entries;
  const rows = Array.from({ length: 20_000 }, (_, i) => {
    switch (i % 7) {
      case 0:
        return {
          remove: {
            path: `gone ${i}`,
            deletionTimestamp: BigInt(i),
            dataChange: false,
            partitionValues: i % 2 ? null : strings([['p', null]]),
          },
        };
      case 1:
        return { txn: { appId: `app ${i}`, version: BigInt(i), lastUpdated: i % 3 ? null : BigInt(i) } };
      case 2:
        return { domainMetadata: { domain: `d${i}`, configuration: 'ö🛩', removed: false } };
      default:
        return {
          add: {
            path: `file ${i}`,
            partitionValues: strings([
              ['p', i % 5 ? String(i % 50) : null],
              ['q', ''],
            ]),
            size: BigInt(i) * 2n ** 20n,
            modificationTime: 1_793_491_200_000n + BigInt(i),
            dataChange: false,
            tags: i % 11 ? null : strings([['INSERTION_TIME', String(i)]]),
            deletionVector:
              i % 13
                ? null
                : {
                    storageType: 'i',
                    pathOrInlineDv: `v${i}`,
                    offset: null,
                    sizeInBytes: 4,
                    cardinality: 2n,
                  },
            baseRowId: i % 2 ? null : BigInt(i),
            // Enough for several pages, and some of them no ASCII.
            stats:
              i % 17
                ? `{"numRecords":${i},"minValues":{"p":"${'x'.repeat(i % 500)}${i > 15_000 ? 'ö' : ''}"}}`
                : null,
          },
        };
    }
  });
  const head = [
    {
      protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: [], writerFeatures: ['a', 'b'] },
    },
    {
      metaData: {
        id: 'id',
        format: { provider: 'parquet', options: [] },
        schemaString: '{}',
        partitionColumns: ['p', 'q'],
        configuration: strings([['k', 'v']]),
        createdTime: 5n,
      },
    },
  ];
  const source = sourceOf(await hyparquetCodec().write([...rows, ...head], READABLE_SCHEMA));
  const columns = await readActionColumns(source, null);
  expect(plain(columns ?? [])).toEqual(plain(await byRows(source)));
  expect(columns?.[0]?.adds).toHaveLength(11_428);
});

test('what is stored in an unforeseen way is left to reading by rows', async () => {
  const odd = struct({ txn: struct({ appId: arrayOf('string'), version: 'long' }) });
  const source = sourceOf(await hyparquetCodec().write([{ txn: { appId: ['a'], version: 1n } }], odd));
  expect(await readActionColumns(source, null)).toBeNull();
});

test('damage is told as such', async () => {
  await expect(
    readActionColumns(sourceOf(new TextEncoder().encode('PAR1 PAR1')), null),
  ).rejects.toMatchObject({
    code: 'corrupt-file',
  });
  const whole = await hyparquetCodec().write(
    Array.from({ length: 100 }, (_, i) => ({ txn: { appId: `a${i}`, version: 1n, lastUpdated: null } })),
    READABLE_SCHEMA,
  );
  const torn = whole.slice().fill(0xff, 20, 60);
  await expect(readActionColumns(sourceOf(torn), null)).rejects.toMatchObject({ code: 'corrupt-file' });
});

test('what is written by columns is read alike by columns and by rows', async () => {
  const actions = [
    {
      protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: [], writerFeatures: ['a', 'b'] },
    },
    {
      metaData: {
        id: 'id',
        format: { provider: 'parquet', options: {} },
        schemaString: '{}',
        partitionColumns: ['p', 'ö'],
        configuration: { k: 'v' },
        createdTime: 5,
      },
    },
    { domainMetadata: { domain: 'd', configuration: '🛩', removed: false } },
    ...Array.from({ length: 1000 }, (_, i) => ({ txn: { appId: `app ${i}`, version: i } })),
    ...Array.from({ length: 3000 }, (_, i) => ({
      add: {
        path: `file ${i}`,
        partitionValues: i % 100 === 0 ? {} : { p: i % 5 ? String(i % 50) : null, ö: '' },
        size: i * 2 ** 20,
        modificationTime: 1_793_491_200_000 + i,
        dataChange: false,
        ...(i % 11 ? {} : { tags: { INSERTION_TIME: String(i) } }),
        ...(i % 13
          ? {}
          : {
              deletionVector: { storageType: 'i', pathOrInlineDv: `v${i}`, sizeInBytes: 4, cardinality: 2 },
            }),
        ...(i % 2 ? {} : { baseRowId: i }),
        ...(i % 17 ? { stats: `{"numRecords":${i},"minValues":{"p":"${'x'.repeat(i % 1500)}"}}` } : {}),
      },
    })),
    ...Array.from({ length: 500 }, (_, i) => ({
      remove: {
        path: `gone ${i}`,
        deletionTimestamp: i,
        dataChange: false,
        ...(i % 2 ? { partitionValues: { p: null, ö: `${i}` } } : {}),
      },
    })),
  ];
  const collector = new ActionCollector();
  for (const action of actions) collector.take(action);
  const writer = new ActionFileWriter(READABLE_SCHEMA);
  await writer.write(actions, async () => undefined);
  const { body } = await writer.finish();
  const source = sourceOf(body);
  expect(plain((await readActionColumns(source, null)) ?? [])).toEqual(plain([collector]));
  expect(plain(await byRows(source))).toEqual(plain([collector]));
});
