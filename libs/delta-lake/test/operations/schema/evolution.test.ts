import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  createTable,
  type DeltaTable,
  mapOf,
  memoryStore,
  openTable,
  type Row,
  struct,
} from '../../../src/index.ts';
import { collect } from '../../tables.ts';

const rowsOf = async (table: DeltaTable): Promise<Row[]> =>
  (await collect((await openTable(table.store)).cached().rows())).flat();
const MODES = ['none', 'name', 'id'] as const;

describe.each(MODES)('a table with column mapping %s', (mode) => {
  const create = (schema = struct({ id: { type: 'long', nullable: false }, s: struct({ a: 'long' }) })) =>
    createTable(memoryStore(), { schema, configuration: { 'delta.columnMapping.mode': mode } });

  test('gets columns by an append, at every depth, and keeps what fields are known by', async () => {
    const table = await create();
    await table.append([{ id: 1n, s: { a: 1n } }]);
    const before = table.cached().schema.fields.map(({ metadata }) => metadata);
    const result = await table.append([{ id: 2n, s: { a: 2n, b: 'x' }, tags: [{ k: 'v' }] }], {
      mergeSchema: struct({ s: struct({ b: 'string' }), tags: arrayOf(struct({ k: 'string' })) }),
    });
    expect(result.kind).toBe('committed');
    await table.append([{ id: 3n, tags: [{ k: 'v', more: [['m', 1]] }] }], {
      mergeSchema: struct({ tags: arrayOf(struct({ more: mapOf('string', 'integer') })) }),
    });
    expect(await rowsOf(table)).toEqual([
      { id: 1n, s: { a: 1n, b: null }, tags: null },
      { id: 2n, s: { a: 2n, b: 'x' }, tags: [{ k: 'v', more: null }] },
      { id: 3n, s: null, tags: [{ k: 'v', more: [['m', 1]] }] },
    ]);
    const { fields } = table.cached().schema;
    expect(fields.slice(0, 2).map(({ metadata }) => metadata)).toEqual(before);
    expect(fields.map(({ nullable }) => nullable)).toEqual([false, true, true]);
    const ids = JSON.stringify(table.cached().schema).match(/"delta.columnMapping.id":\d+/g) ?? [];
    expect(new Set(ids).size).toBe(mode === 'none' ? 0 : 7);
    if (mode !== 'none') expect(table.cached().configuration['delta.columnMapping.maxColumnId']).toBe('7');
    // The old versions are as they were.
    const first = await (await openTable(table.store)).snapshotAt({ version: 1 });
    expect((await collect(first.rows())).flat()).toEqual([{ id: 1n, s: { a: 1n } }]);
  });

  test('gets columns on their own, and statistics for them', async () => {
    const table = await create(struct({ id: 'long' }));
    await table.append([{ id: 1n }]);
    expect(await table.addColumns(struct({ at: { type: 'date', nullable: false } }))).toMatchObject({
      kind: 'committed',
      version: 2,
    });
    expect(await table.addColumns(struct({ at: 'date' }))).toEqual({ kind: 'unchanged', version: 2 });
    await table.append([{ id: 2n, at: '2026-11-23' }]);
    expect(await rowsOf(table)).toEqual([
      { id: 1n, at: null },
      { id: 2n, at: '2026-11-23' },
    ]);
    const { length } = table.cached().files([{ column: 'at', above: '2026-11-23' }]);
    expect(length).toBe(1);
  });

  test('gets another schema and partitioning with an overwrite', async () => {
    const table = await create();
    await table.append([{ id: 1n, s: null }]);
    const [kept] = table.cached().schema.fields;
    await table.overwrite([{ id: 7n, s: 'text', p: 'x' }], {
      overwriteSchema: { schema: struct({ p: 'string', s: 'string', id: 'long' }), partitionColumns: ['p'] },
    });
    expect(await rowsOf(table)).toEqual([{ p: 'x', s: 'text', id: 7n }]);
    expect(table.cached().partitionColumns).toEqual(['p']);
    expect(table.cached().schema.fields[2]?.metadata).toEqual(kept?.metadata);
    const [last] = await collect(table.history({ limit: 1 }));
    expect(last?.operationParameters).toMatchObject({ canOverwriteSchema: 'true', partitionBy: '["p"]' });
  });
});

test.each([
  [struct({ id: 'string' }), 'id'],
  [struct({ ID: 'long' }), 'ID'],
  [struct({ s: struct({ a: 'date' }) }), 's.a'],
  [struct({ s: 'long' }), 's'],
])('a schema that disagrees is refused: %j', async (mergeSchema, column) => {
  const table = await createTable(memoryStore(), {
    schema: struct({ id: 'long', s: struct({ a: 'long' }) }),
  });
  await expect(table.append([{ id: 1n }], { mergeSchema })).rejects.toMatchObject({
    code: 'invalid-schema',
    facts: { column },
  });
});

test('a type that needs a feature is refused until the table has it', async () => {
  const table = await createTable(memoryStore(), { schema: struct({ id: 'long' }) });
  const added = struct({ at: 'timestamp_ntz' });
  await expect(table.addColumns(added)).rejects.toMatchObject({ facts: { feature: 'timestampNtz' } });
  expect((await table.addFeatures(['timestampNtz'])).kind).toBe('committed');
  expect((await table.addColumns(added)).kind).toBe('committed');
  await table.append([{ id: 1n, at: 5n }]);
  expect(await rowsOf(table)).toEqual([{ id: 1n, at: 5n }]);
});

test('NOT NULL can be dropped, at any depth', async () => {
  const schema = struct({
    s: struct({ x: { type: 'long', nullable: false } }),
    id: { type: 'long', nullable: false },
  });
  const table = await createTable(memoryStore(), { schema });
  const row = { s: { x: null }, id: null };
  await expect(table.append([row])).rejects.toMatchObject({ code: 'not-null-violated' });
  await table.dropNotNull('id');
  await table.dropNotNull(['s', 'x']);
  expect((await table.append([row])).kind).toBe('committed');
  expect((await table.dropNotNull('id')).kind).toBe('unchanged');
  await expect(table.dropNotNull(['id', 'x'])).rejects.toMatchObject({ code: 'invalid-argument' });
});

describe('properties', () => {
  const create = () => createTable(memoryStore(), { schema: struct({ id: 'long' }) });

  test('are set, changed and removed, and a commit that was open meanwhile conflicts', async () => {
    const table = await create();
    const open = table.startTransaction({ operation: 'WRITE' });
    await table.setProperties({ 'delta.checkpointInterval': '7', owner: 'me' });
    expect((await table.setProperties({ owner: 'me' })).kind).toBe('unchanged');
    await table.unsetProperties(['owner', 'absent']);
    expect(table.cached().configuration).toEqual({ 'delta.checkpointInterval': '7' });
    expect(await open.commit()).toMatchObject({ kind: 'conflict', reason: 'metadata-changed' });
    const history = await collect(table.history({ limit: 2 }));
    expect(history.map(({ operation }) => operation)).toEqual(['UNSET TBLPROPERTIES', 'SET TBLPROPERTIES']);
  });

  test.each([
    [{ 'delta.appendOnly': 'perhaps' }, 'invalid-argument'],
    [{ 'delta.enableChangeDataFeed': 'true' }, 'invalid-argument'],
    [{ 'delta.enableInCommitTimestamps': 'true' }, 'invalid-argument'],
    [{ 'delta.feature.domainMetadata': 'supported' }, 'invalid-argument'],
    [{ 'delta.columnMapping.mode': 'name' }, 'invalid-argument'],
    [{ 'delta.unheardOf': 'x' }, 'unsupported-feature'],
  ])('%o is refused as %s', async (properties, code) => {
    const table = await create();
    await expect(table.setProperties(properties)).rejects.toMatchObject({ code });
    expect((await table.snapshot()).version).toBe(0);
  });

  test('that need a feature are set once the table has it', async () => {
    const table = await create();
    await table.addFeatures(['inCommitTimestamp', 'domainMetadata']);
    expect((await table.addFeatures(['domainMetadata'])).kind).toBe('unchanged');
    await table.setProperties({ 'delta.enableInCommitTimestamps': 'true' });
    expect(table.cached().configuration).toMatchObject({ 'delta.inCommitTimestampEnablementVersion': '2' });
    await expect(table.addFeatures(['fancy'])).rejects.toMatchObject({ facts: { feature: 'fancy' } });
    await expect(table.unsetProperties(['delta.inCommitTimestampEnablementVersion'])).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('map the columns of a table that has files, by their names, and only so', async () => {
    const table = await createTable(memoryStore(), {
      schema: struct({ id: 'long', s: struct({ a: 'long' }), p: 'string' }),
      partitionColumns: ['p'],
    });
    await table.append([{ id: 1n, s: { a: 1n }, p: 'x' }]);
    await table.addFeatures(['columnMapping']);
    expect(table.cached().protocol).toEqual({ minReaderVersion: 2, minWriterVersion: 5 });
    await expect(table.setProperties({ 'delta.columnMapping.mode': 'id' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await table.setProperties({ 'delta.columnMapping.mode': 'name' });
    await table.append([{ id: 2n, s: { a: 2n }, p: 'y', 'a b': 1n }], {
      mergeSchema: struct({ 'a b': 'long' }),
    });
    expect(await rowsOf(table)).toEqual([
      { id: 1n, s: { a: 1n }, p: 'x', 'a b': null },
      { id: 2n, s: { a: 2n }, p: 'y', 'a b': 1n },
    ]);
    const physical = table
      .cached()
      .schema.fields.map(({ metadata }) => metadata['delta.columnMapping.physicalName']);
    expect(physical.slice(0, 3)).toEqual(['id', 's', 'p']);
    await expect(table.setProperties({ 'delta.columnMapping.mode': 'none' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});
