import { describe, expect, test } from 'vitest';
import { addJson } from '../../src/actions/add.ts';
import {
  createTable,
  hyparquetCodec,
  mapOf,
  memoryStore,
  type ObjectStore,
  openTable,
  type Row,
  struct,
  type StructType,
} from '../../src/index.ts';
import { fileNamed, paths, SCHEMA } from '../tables.ts';

const key = (version: number, suffix: string) => `_delta_log/${String(version).padStart(20, '0')}.${suffix}`;
const UUID = '80a083e8-7026-4e79-81be-64bd76c43a11';
const SIDECARS = ['a.parquet', 'b.parquet'];
const STRINGS = mapOf('string', 'string');
const ADD = struct({
  path: 'string',
  size: 'long',
  modificationTime: 'long',
  dataChange: 'boolean',
  partitionValues: STRINGS,
  stats: 'string',
});

/** A table of four files in three commits, and the actions of a V2 checkpoint of its version 2. */
async function tableOf(store: ObjectStore): Promise<{
  readonly top: readonly Readonly<Record<string, unknown>>[];
  readonly adds: readonly Readonly<Record<string, unknown>>[];
}> {
  const table = await createTable(store, { schema: SCHEMA, partitionColumns: ['day'] });
  for (const names of [
    ['f1', 'f2'],
    ['f3', 'f4'],
  ]) {
    const files = names.map((name, i) =>
      fileNamed(name, {
        partition: { day: `2026-01-0${i + 1}` },
        statistics: { id: { nulls: 0, min: BigInt(i), max: 2n ** 60n + BigInt(i) } },
      }),
    );
    await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
  }
  const snapshot = table.cached();
  const protocol = {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['v2Checkpoint'],
    writerFeatures: ['v2Checkpoint'],
  };
  return {
    top: [
      { checkpointMetadata: { version: 2 } },
      { protocol },
      { metaData: snapshot.metadata },
      { txn: { appId: 'app', version: 5 } },
    ],
    adds: snapshot.files().map((file) => ({ add: addJson(file) })),
  };
}

const lines = (actions: readonly unknown[]): string =>
  actions.map((action) => `${JSON.stringify(action)}\n`).join('');

/** Actions as the rows of a checkpoint file: maps become entries, counts become bigints. */
function rowsOf(actions: readonly Readonly<Record<string, unknown>>[]): Row[] {
  const cell = (value: unknown, name: string): unknown => {
    if (typeof value === 'number') return name.startsWith('min') ? value : BigInt(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([field, item]) => [field, cell(item, field)] as const);
    return ['partitionValues', 'configuration', 'options'].includes(name)
      ? entries
      : Object.fromEntries(entries);
  };
  return actions.map((action) => cell(action, '') as Row);
}

const TOP = struct({
  protocol: struct({
    minReaderVersion: 'integer',
    minWriterVersion: 'integer',
    readerFeatures: { type: 'array', elementType: 'string', containsNull: true },
    writerFeatures: { type: 'array', elementType: 'string', containsNull: true },
  }),
  metaData: struct({
    id: 'string',
    format: struct({ provider: 'string', options: STRINGS }),
    schemaString: 'string',
    partitionColumns: { type: 'array', elementType: 'string', containsNull: true },
    configuration: STRINGS,
    createdTime: 'long',
  }),
  txn: struct({ appId: 'string', version: 'long' }),
  checkpointMetadata: struct({ version: 'long' }),
  sidecar: struct({ path: 'string', sizeInBytes: 'long', modificationTime: 'long' }),
  add: ADD,
});
const SIDECAR = struct({
  add: ADD,
  remove: struct({ path: 'string', deletionTimestamp: 'long', dataChange: 'boolean' }),
});

const parquet = (
  actions: readonly Readonly<Record<string, unknown>>[],
  schema: StructType,
): Promise<Uint8Array> => hyparquetCodec().write(rowsOf(actions), schema);

const sidecars = (prefix: string = '') =>
  SIDECARS.map((name) => ({ sidecar: { path: `${prefix}${name}`, sizeInBytes: 1, modificationTime: 1 } }));

async function putSidecars(
  store: ObjectStore,
  adds: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (const [i, name] of SIDECARS.entries())
    await store.put(`_delta_log/_sidecars/${name}`, await parquet(adds.slice(i * 2, i * 2 + 2), SIDECAR));
}

/** Ways to write the checkpoint of version 2. */
const FORMS: Readonly<Record<string, (store: ObjectStore) => Promise<void>>> = {
  'JSON that holds all': async (store) => {
    const { top, adds } = await tableOf(store);
    await store.put(key(2, `checkpoint.${UUID}.json`), lines([...top, ...adds]));
  },
  'JSON with sidecars': async (store) => {
    const { top, adds } = await tableOf(store);
    await putSidecars(store, adds);
    await store.put(key(2, `checkpoint.${UUID}.json`), lines([...top, ...sidecars()]));
  },
  'JSON with sidecars by whole addresses': async (store) => {
    const { top, adds } = await tableOf(store);
    await putSidecars(store, adds);
    const body = lines([...top, ...sidecars(`${store.url}/_delta_log/_sidecars/`)]);
    await store.put(key(2, `checkpoint.${UUID}.json`), body);
  },
  'Parquet that holds all': async (store) => {
    const { top, adds } = await tableOf(store);
    await store.put(key(2, `checkpoint.${UUID}.parquet`), await parquet([...top, ...adds], TOP));
  },
  'Parquet with sidecars': async (store) => {
    const { top, adds } = await tableOf(store);
    await putSidecars(store, adds);
    await store.put(key(2, `checkpoint.${UUID}.parquet`), await parquet([...top, ...sidecars()], TOP));
  },
  'Parquet under the classic name, with sidecars': async (store) => {
    const { top, adds } = await tableOf(store);
    await putSidecars(store, adds);
    await store.put(key(2, 'checkpoint.parquet'), await parquet([...top, ...sidecars()], TOP));
  },
};

describe.each(Object.entries(FORMS))('a V2 checkpoint in the form of %s', (_, write) => {
  test('is read when the commits are gone', async () => {
    const store = memoryStore();
    await write(store);
    for (const version of [0, 1, 2]) await store.delete(key(version, 'json'));
    await store.put(key(3, 'json'), lines([{ remove: { path: 'f1', dataChange: true } }]));
    const snapshot = await (await openTable(store)).snapshot();
    expect(paths(snapshot)).toEqual(['f2', 'f3', 'f4']);
    expect(snapshot).toMatchObject({ version: 3, rowCount: 30 });
    expect(snapshot.transactionVersion('app')).toBe(5);
    expect(snapshot.files([{ column: 'id', min: 2n ** 60n + 1n }])).toHaveLength(2);
    expect(snapshot.files([{ column: 'day', in: ['2026-01-01'] }])).toHaveLength(1);
    await expect((await openTable(store)).snapshotAt({ version: 2 })).resolves.toMatchObject({
      fileCount: 4,
    });
  });
});

describe('a V2 checkpoint that lacks a sidecar, or whose file is torn', () => {
  const damages: Readonly<Record<string, (store: ObjectStore) => Promise<void>>> = {
    'a missing sidecar': async (store) => {
      await FORMS['JSON with sidecars']?.(store);
      await store.delete('_delta_log/_sidecars/b.parquet');
    },
    'a torn sidecar': async (store) => {
      await FORMS['Parquet with sidecars']?.(store);
      await store.put('_delta_log/_sidecars/b.parquet', 'PAR1');
    },
    'torn JSON': async (store) => {
      const { top, adds } = await tableOf(store);
      await store.put(key(2, `checkpoint.${UUID}.json`), lines([...top, ...adds]).slice(0, -20));
    },
  };

  test.each(Object.entries(damages))('gives way to the commits: %s', async (_, damage) => {
    const store = memoryStore();
    await damage(store);
    expect(paths((await openTable(store)).cached())).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  test.each(Object.entries(damages))('is a corrupt log when they are gone: %s', async (_, damage) => {
    const store = memoryStore();
    await damage(store);
    await store.delete(key(0, 'json'));
    await expect(openTable(store)).rejects.toMatchObject({ code: 'corrupt-log' });
  });
});

describe('a checkpoint that holds statistics and partition values as columns alone', () => {
  test('is read as if it had their texts', async () => {
    const store = memoryStore();
    const values = {
      id: 'long',
      amount: 'decimal(20,2)',
      at: 'timestamp',
      seen: 'timestamp_ntz',
      on: 'boolean',
    } as const;
    const nested = struct({ ratio: 'double' });
    const schema = struct({ ...values, nested, day: 'date', day_time: 'timestamp' });
    await createTable(store, { schema, partitionColumns: ['day', 'day_time'] });
    const created = await openTable(store);
    const bounds = struct({ ...values, nested });
    const add = struct({
      path: 'string',
      size: 'long',
      modificationTime: 'long',
      dataChange: 'boolean',
      partitionValues_parsed: struct({ day: 'date', day_time: 'timestamp' }),
      stats_parsed: struct({
        numRecords: 'long',
        minValues: bounds,
        maxValues: bounds,
        nullCount: struct({ id: 'long', nested: struct({ ratio: 'long' }) }),
      }),
    });
    const bound = {
      id: 2n ** 60n,
      amount: '123456789012345678.90',
      at: 1_000_001n,
      seen: -1n,
      on: true,
      nested: { ratio: 0.5 },
    };
    const row = {
      add: {
        path: 'f1',
        size: 1n,
        modificationTime: 1n,
        dataChange: false,
        partitionValues_parsed: { day: '2026-01-01', day_time: 1n },
        stats_parsed: {
          numRecords: 7n,
          minValues: bound,
          maxValues: { ...bound, nested: null },
          nullCount: { id: 0n, nested: { ratio: 3n } },
        },
      },
    };
    const top = rowsOf([{ protocol: created.cached().protocol }, { metaData: created.cached().metadata }]);
    const file = { type: 'struct', fields: [...TOP.fields.slice(0, 2), ...struct({ add }).fields] } as const;
    await store.put(key(0, 'checkpoint.parquet'), await hyparquetCodec().write([...top, row], file));
    await store.delete(key(0, 'json'));
    const snapshot = (await openTable(store)).cached();
    expect(snapshot.rowCount).toBe(7);
    const [found] = snapshot.files();
    expect(found?.partitionValues).toEqual({ day: '2026-01-01', day_time: '1970-01-01T00:00:00.000001Z' });
    expect(found?.statsText).toBe(
      '{"numRecords":7,' +
        '"minValues":{"id":1152921504606846976,"amount":123456789012345678.90,"at":"1970-01-01T00:00:01.000001Z","seen":"1969-12-31T23:59:59.999999","on":true,"nested":{"ratio":0.5}},' +
        '"maxValues":{"id":1152921504606846976,"amount":123456789012345678.90,"at":"1970-01-01T00:00:01.000001Z","seen":"1969-12-31T23:59:59.999999","on":true},' +
        '"nullCount":{"id":0,"nested":{"ratio":3}}}',
    );
    expect(snapshot.files([{ column: 'id', min: 2n ** 60n + 1n }])).toHaveLength(0);
    expect(snapshot.files([{ column: 'day', in: ['2026-01-01'] }])).toHaveLength(1);
  });
});
