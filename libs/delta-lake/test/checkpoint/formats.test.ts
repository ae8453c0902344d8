import { describe, expect, test } from 'vitest';
import {
  createTable,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  type Snapshot,
  struct,
} from '../../src/index.ts';
import { hyparquetCodec } from '../../src/parquet/hyparquet-codec.ts';
import { sourceOf } from '../../src/parquet/source.ts';
import { boundsOf } from '../../src/scan/predicate.ts';
import { physicalName } from '../../src/schema/column-mapping.ts';
import { walkFields } from '../../src/schema/types.ts';
import { collect } from '../tables.ts';

const SCHEMA = struct({
  day: 'date',
  text: 'string',
  big: 'long',
  tiny: 'byte',
  price: 'decimal(38,10)',
  ratio: 'double',
  single: 'float',
  at: 'timestamp',
  local: 'timestamp_ntz',
  on: 'date',
  flag: 'boolean',
  bytes: 'binary',
  s: struct({ x: 'integer', deep: struct({ t: 'string' }) }),
});
const ROWS: readonly Row[] = [
  {
    day: '2026-11-23',
    text: 'é'.repeat(40),
    big: 2n ** 62n,
    tiny: -1,
    price: '1234567890123456789012345678.0123456789',
    ratio: 0.1,
    single: 0.1,
    at: -1_234_567n,
    local: 1_234_567n,
    on: '0001-01-01',
    flag: true,
    bytes: new Uint8Array([1, 2]),
    s: { x: 3, deep: { t: 'x' } },
  },
  { day: '2026-11-23', ratio: Number.NaN },
  { day: null, text: null, big: -(2n ** 63n), price: '-0.0000000001', s: { x: null, deep: null } },
];

const key = (version: number, suffix: string): string =>
  `_delta_log/${String(version).padStart(20, '0')}.${suffix}`;

/** What statistics say of each file, whatever form they are kept in. */
function statisticsOf(snapshot: Snapshot): unknown {
  return snapshot
    .files()
    .map((file) => ({
      path: file.path,
      partition: snapshot.partitionValues(file),
      rows: file.stats?.numRecords,
      nulls: file.stats?.nullCount,
      bounds: snapshot.schema.fields.map((field) =>
        boundsOf(file, physicalName(field, snapshot.columnMapping), field.type),
      ),
      // Bounds in structs are not typed by a reader of this library: as they stand.
      nested: lastOf(file.stats?.minValues),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const lastOf = (values: Readonly<Record<string, unknown>> = {}): unknown => Object.values(values).at(-1);

/** The columns of a checkpoint's file. */
async function columnsOf(store: ObjectStore, version: number): Promise<string[]> {
  const source = await sourceOf(store, key(version, 'checkpoint.parquet'));
  const schema = await hyparquetCodec().schema(source);
  const names: string[] = [];
  for (const { path } of walkFields(schema)) names.push(path);
  return names;
}

describe.each([
  { json: 'true', struct: 'false' },
  { json: 'true', struct: 'true' },
  { json: 'false', struct: 'true' },
])('a checkpoint with statistics as text $json and as columns $struct', ({ json, struct: columns }) => {
  test.each([
    { mode: 'none', policy: 'classic' },
    { mode: 'none', policy: 'v2' },
    { mode: 'name', policy: 'v2' },
    { mode: 'id', policy: 'classic' },
  ])('says what the commits say: column mapping $mode, policy $policy', async ({ mode, policy }) => {
    const store = memoryStore();
    const table = await createTable(store, {
      schema: SCHEMA,
      partitionColumns: ['day'],
      configuration: {
        'delta.checkpointInterval': '3',
        'delta.checkpointPolicy': policy,
        'delta.columnMapping.mode': mode,
        'delta.checkpoint.writeStatsAsJson': json,
        'delta.checkpoint.writeStatsAsStruct': columns,
        'delta.feature.domainMetadata': 'supported',
      },
    });
    await table.append(ROWS);
    await table.startTransaction({ operation: 'WRITE' }).setDomain('a', 'b').identify('app', 4).commit();
    await table.delete([{ column: 'big', equals: 2n ** 62n }]);
    await table.settled();
    const expected = statisticsOf(table.cached());
    for (let version = 0; version < 3; version++) await store.delete(key(version, 'json'));
    const reopened = (await openTable(store)).cached();
    expect(reopened.version).toBe(3);
    expect(statisticsOf(reopened)).toEqual(expected);
    expect(reopened.state.tombstones.size).toBe(table.cached().state.tombstones.size);
    expect(reopened.transactionVersion('app')).toBe(4);
    expect(reopened.state.domains.size).toBe(1);
    expect((await collect(reopened.rows())).flat()).toHaveLength(2);
    const names = await columnsOf(store, 3);
    expect(names.includes('add.stats')).toBe(json === 'true');
    expect(names.includes('add.stats_parsed.numRecords')).toBe(columns === 'true');
    expect(names.some((name) => name.startsWith('add.partitionValues_parsed'))).toBe(columns === 'true');
    expect(names.includes('checkpointMetadata.version')).toBe(policy === 'v2');
  });
});

test('a checkpoint of more files than one portion holds them all', async () => {
  const store = memoryStore();
  const table = await createTable(store, {
    schema: struct({ id: 'long' }),
    configuration: { 'delta.checkpointInterval': '1' },
  });
  const files = Array.from({ length: 20_500 }, (_, i) => ({
    path: `f${i}`,
    bytes: 1,
    rows: 1,
    partition: {},
    statistics: {},
  }));
  await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
  await table.settled();
  await store.delete(key(1, 'json'));
  await store.delete(key(0, 'json'));
  expect((await openTable(store)).cached().fileCount).toBe(20_500);
});
