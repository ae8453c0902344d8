import { describe, expect, test } from 'vitest';
import {
  arrayOf,
  type ColumnMappingMode,
  type DataType,
  hyparquetCodec,
  mapOf,
  memoryStore,
  openTable,
  type Snapshot,
  struct,
  type StructType,
} from '../../src/index.ts';
import { collect } from '../tables.ts';

/** The fields under other names, each with a number, from 1 depth first: what a table maps its columns by. */
function mapped(schema: StructType, next: { id: number } = { id: 1 }): StructType {
  const typed = (type: DataType): DataType => {
    if (typeof type === 'string') return type;
    if (type.type === 'struct') return mapped(type, next);
    if (type.type === 'array') return { ...type, elementType: typed(type.elementType) };
    return { ...type, keyType: typed(type.keyType), valueType: typed(type.valueType) };
  };
  return {
    type: 'struct',
    fields: schema.fields.map((field) => {
      const id = next.id++;
      const metadata = { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `col-${id}` };
      return { ...field, type: typed(field.type), metadata };
    }),
  };
}

/** As the files of the table have it: physical names; numbers too, when the writer knew them. */
function stored(schema: StructType, prefix: string, isNumbered: boolean): StructType {
  const typed = (type: DataType): DataType => {
    if (typeof type === 'string') return type;
    if (type.type === 'struct') return stored(type, prefix, isNumbered);
    if (type.type === 'array') return { ...type, elementType: typed(type.elementType) };
    return { ...type, keyType: typed(type.keyType), valueType: typed(type.valueType) };
  };
  return {
    type: 'struct',
    fields: schema.fields.map(({ type, nullable, metadata }) => ({
      name: `${prefix}${metadata['delta.columnMapping.id'] as number}`,
      type: typed(type),
      nullable,
      metadata: isNumbered ? metadata : {},
    })),
  };
}

const LOGICAL = struct({
  'the id': 'long',
  point: struct({ 'x,y': 'double', tags: arrayOf(struct({ name: 'string' })) }),
  by_name: mapOf('string', struct({ 'n=': 'integer' })),
  day: 'date',
});
const SCHEMA = mapped(LOGICAL);
const ROW = {
  'the id': 7n,
  point: { 'x,y': 0.5, tags: [{ name: 'a' }, null] },
  by_name: [['k', { 'n=': 1 }]],
  day: '2026-01-01',
};

/** One file of one row, partitioned by `day`, whose columns begin with `prefix` and have numbers or not. */
async function snapshotOf(
  mode: ColumnMappingMode,
  file: { readonly prefix: string; readonly isNumbered: boolean },
  schema: StructType = SCHEMA,
): Promise<Snapshot> {
  const store = memoryStore();
  const { prefix } = file;
  const inFile = stored({ type: 'struct', fields: SCHEMA.fields.slice(0, 3) }, prefix, file.isNumbered);
  const body = await hyparquetCodec().write(
    [
      {
        [`${prefix}1`]: 7n,
        [`${prefix}2`]: { [`${prefix}3`]: 0.5, [`${prefix}4`]: [{ [`${prefix}5`]: 'a' }, null] },
        [`${prefix}6`]: [['k', { [`${prefix}7`]: 1 }]],
      },
    ],
    inFile,
  );
  await store.put('x.parquet', body);
  const stats = {
    numRecords: 1,
    minValues: { 'col-1': 7 },
    maxValues: { 'col-1': 7 },
    nullCount: { 'col-1': 0 },
  };
  const actions = [
    { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
    {
      metaData: {
        id: 'x',
        format: { provider: 'parquet', options: {} },
        schemaString: JSON.stringify(schema),
        partitionColumns: ['day'],
        configuration: { 'delta.columnMapping.mode': mode },
      },
    },
    {
      add: {
        path: 'x.parquet',
        size: body.length,
        partitionValues: { 'col-8': '2026-01-01' },
        dataChange: true,
        stats: JSON.stringify(stats),
      },
    },
  ];
  await store.put(
    '_delta_log/00000000000000000000.json',
    actions.map((action) => JSON.stringify(action)).join('\n'),
  );
  return (await openTable(store)).snapshot();
}

const rowsOf = async (snapshot: Snapshot): Promise<unknown> => (await collect(snapshot.rows())).flat();

describe('a table that maps its columns', () => {
  test('by name is read under the names of its schema, at every depth', async () => {
    const snapshot = await snapshotOf('name', { prefix: 'col-', isNumbered: false });
    expect(await rowsOf(snapshot)).toEqual([ROW]);
    expect(snapshot.columnMapping).toBe('name');
  });

  test('by id is read whatever the file calls its columns', async () => {
    expect(await rowsOf(await snapshotOf('id', { prefix: 'other ', isNumbered: true }))).toEqual([ROW]);
  });

  test('by id is read by physical names where the file has no ids', async () => {
    expect(await rowsOf(await snapshotOf('id', { prefix: 'col-', isNumbered: false }))).toEqual([ROW]);
  });

  test('by name does not look at ids', async () => {
    const empty = { 'the id': null, point: null, by_name: null, day: '2026-01-01' };
    expect(await rowsOf(await snapshotOf('name', { prefix: 'other ', isNumbered: true }))).toEqual([empty]);
  });

  test('has null in a column that was dropped and made again under the same name', async () => {
    const again = {
      ...SCHEMA.fields[0],
      metadata: { 'delta.columnMapping.id': 9, 'delta.columnMapping.physicalName': 'col-9' },
    };
    const schema = { ...SCHEMA, fields: [again, ...SCHEMA.fields.slice(1)] } as StructType;
    for (const mode of ['name', 'id'] as const) {
      const snapshot = await snapshotOf(mode, { prefix: 'col-', isNumbered: true }, schema);
      expect(await rowsOf(snapshot)).toEqual([{ ...ROW, 'the id': null }]);
    }
  });

  test('finds statistics and partition values by physical names', async () => {
    const snapshot = await snapshotOf('id', { prefix: 'col-', isNumbered: true });
    expect(snapshot.files([{ column: 'the id', min: 8n }])).toHaveLength(0);
    expect(snapshot.files([{ column: 'the id', min: 7n }])).toHaveLength(1);
    expect(snapshot.files([{ column: 'day', in: ['2026-01-02'] }])).toHaveLength(0);
    expect(snapshot.files([{ column: 'day', in: ['2026-01-01'] }])).toHaveLength(1);
  });

  test('tells an engine what the files call its columns, and by which numbers', async () => {
    const snapshot = await snapshotOf('id', { prefix: 'col-', isNumbered: true });
    const inFile = stored({ type: 'struct', fields: SCHEMA.fields.slice(0, 3) }, 'col-', true);
    expect(snapshot.fileSchema).toEqual(inFile);
    expect(await collect(snapshot.scanFiles())).toMatchObject([
      { constants: { day: '2026-01-01' }, deletedRows: null },
    ]);
  });

  test('is corrupt where a field lacks what it is mapped by', async () => {
    const nameless = {
      ...SCHEMA,
      fields: [...SCHEMA.fields, { name: 'b', type: 'long', nullable: true, metadata: {} }],
    };
    await expect(snapshotOf('name', { prefix: 'col-', isNumbered: true }, nameless)).rejects.toMatchObject({
      code: 'corrupt-log',
      facts: { column: 'b' },
    });
  });

  test('is read by its schema alone when the mode is none', async () => {
    const snapshot = await snapshotOf(
      'none',
      { prefix: 'col-', isNumbered: true },
      struct({ 'COL-1': 'long', day: 'date' }),
    );
    expect(await rowsOf(snapshot)).toEqual([{ 'COL-1': 7n, day: null }]);
  });
});
