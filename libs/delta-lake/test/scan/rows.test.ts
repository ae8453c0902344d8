import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  openTable,
  type Predicate,
  struct,
} from '../../src/index.ts';
import { encodeRoaring, encodeZ85 } from '../deletion-vector/encode.ts';
import { collect, fileNamed, paths, SCHEMA, writeFile } from '../tables.ts';

async function append(table: DeltaTable, ...files: ReturnType<typeof fileNamed>[]): Promise<void> {
  await table.startTransaction({ operation: 'WRITE' }).append(files).commit();
}

describe('the rows of a snapshot', () => {
  test('hold the partition values, in the order of the schema or of the columns asked for', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA, partitionColumns: ['day'] });
    const data = struct({ name: 'string', id: 'long' });
    await append(
      table,
      {
        ...(await writeFile(table, 'day=2024-02-29/a.parquet', data, [{ id: 1n, name: 'x' }])),
        partition: { day: '2024-02-29' },
      },
      {
        ...(await writeFile(table, 'day=none/b.parquet', data, [{ id: 2n, name: null }])),
        partition: { day: null },
      },
    );
    const rows = (await collect(table.cached().rows())).flat();
    expect(rows).toEqual([
      { id: 1n, name: 'x', day: '2024-02-29' },
      { id: 2n, name: null, day: null },
    ]);
    expect(rows.map((row) => Object.keys(row))).toEqual([
      ['id', 'name', 'day'],
      ['id', 'name', 'day'],
    ]);
    expect((await collect(table.cached().rows({ columns: ['day'] }))).flat()).toEqual([
      { day: '2024-02-29' },
      { day: null },
    ]);
    const chosen = table
      .cached()
      .rows({ columns: ['id'], predicate: [{ column: 'day', in: ['2024-02-29'] }] });
    expect((await collect(chosen)).flat()).toEqual([{ id: 1n }]);
    await expect(collect(table.cached().rows({ columns: ['nothing'] }))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect((await table.check()).findings).toEqual([]);
  });

  test('a file that is gone, cut or no Parquet file is told apart, and found by check', async () => {
    const store = memoryStore();
    const table = await createTable(store, { schema: SCHEMA });
    await append(
      table,
      await writeFile(table, 'a.parquet', SCHEMA, [{ id: 1n }]),
      await writeFile(table, 'b.parquet', SCHEMA, [{ id: 2n }]),
    );
    await append(table, { ...(await writeFile(table, 'c.parquet', SCHEMA, [{ id: 3n }])), rows: 2 });
    await store.delete('a.parquet');
    await expect(collect(table.cached().rows())).rejects.toMatchObject({
      code: 'missing-file',
      facts: { path: 'a.parquet' },
    });
    await store.put('a.parquet', 'not Parquet at all');
    await expect(collect(table.cached().rows())).rejects.toMatchObject({
      code: 'corrupt-file',
      facts: { path: 'a.parquet' },
    });
    await store.delete('b.parquet');
    expect((await table.check()).findings.map(({ kind, path }) => [kind, path])).toEqual([
      ['file-size', 'a.parquet'],
      ['corrupt-file', 'a.parquet'],
      ['missing-file', 'b.parquet'],
      ['row-count', 'c.parquet'],
    ]);
  });

  test('follow an older snapshot however the table goes on', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA });
    await append(table, fileNamed('a'), fileNamed('b'));
    const before = table.cached();
    await table.startTransaction({ operation: 'DELETE' }).remove(before.files().slice(0, 1)).commit();
    await append(table, fileNamed('c'));
    expect(paths(before)).toEqual(['a', 'b']);
    expect(paths(table.cached())).toEqual(['b', 'c']);
    expect(before).toMatchObject({ version: 1, fileCount: 2, rowCount: 20 });
  });
});

describe('a predicate', () => {
  test('never drops a file that holds a matching row', async () => {
    const row = fc.record({
      id: fc.option(fc.bigInt({ min: -20n, max: 20n }), { nil: null }),
      name: fc.option(fc.string({ maxLength: 50, unit: 'binary' }), { nil: null }),
    });
    const condition = fc.oneof(
      fc.record({
        column: fc.constant('id'),
        min: fc.bigInt({ min: -20n, max: 20n }),
        max: fc.bigInt({ min: -20n, max: 20n }),
      }),
      fc.record({
        column: fc.constant('id'),
        in: fc.array(fc.bigInt({ min: -20n, max: 20n }), { maxLength: 3 }),
      }),
      fc.record({ column: fc.constant('name'), min: fc.string({ unit: 'binary' }) }),
      fc.record({ column: fc.constant('name'), max: fc.string({ unit: 'binary' }) }),
    );
    const utf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1 }),
        fc.array(condition, { minLength: 1, maxLength: 2 }),
        async (rows, predicate) => {
          const store = memoryStore();
          const table = await createTable(store, { schema: SCHEMA });
          const ids = rows.flatMap(({ id }) => (id === null ? [] : [id])).sort((a, b) => (a < b ? -1 : 1));
          const names = rows.flatMap(({ name }) => (name === null ? [] : [name])).sort(utf8);
          const bounds = <T extends bigint | string>(sorted: T[]) => {
            const [min, max] = [sorted[0], sorted.at(-1)];
            return {
              nulls: rows.length - sorted.length,
              ...(min === undefined || max === undefined ? {} : { min, max }),
            };
          };
          await append(
            table,
            fileNamed('f', { rows: rows.length, statistics: { id: bounds(ids), name: bounds(names) } }),
          );
          const isMatch = rows.some((candidate) =>
            predicate.every((part) => {
              if (part.column === 'id') {
                const { id } = candidate;
                if (id === null) return false;
                return 'in' in part
                  ? part.in.includes(id)
                  : !('min' in part && typeof part.min === 'bigint' && id < part.min) &&
                      !('max' in part && typeof part.max === 'bigint' && id > part.max);
              }
              const { name } = candidate;
              if (name === null) return false;
              if ('min' in part && typeof part.min === 'string' && utf8(name, part.min) < 0) return false;
              return !('max' in part && typeof part.max === 'string' && utf8(name, part.max) > 0);
            }),
          );
          const chosen = (await openTable(store)).cached().files(predicate).length;
          if (isMatch) expect(chosen).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('drops what its bounds, its nulls and its partition rule out, and keeps what it cannot judge', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA, partitionColumns: ['day'] });
    const partition = { day: '2024-02-29' };
    await append(
      table,
      fileNamed('low', { partition, statistics: { id: { nulls: 0, min: 1n, max: 5n } } }),
      fileNamed('nulls', { partition, statistics: { id: { nulls: 10 } } }),
      fileNamed('unknown', { partition: { day: null } }),
    );
    const names = (predicate: Parameters<ReturnType<DeltaTable['cached']>['files']>[0]) =>
      table
        .cached()
        .files(predicate)
        .map(({ path }) => path);
    expect(names([{ column: 'id', min: 6n }])).toEqual(['unknown']);
    expect(names([{ column: 'id', max: 1n }])).toEqual(['low', 'unknown']);
    expect(names([{ column: 'day', max: '2024-12-31' }])).toEqual(['low', 'nulls']);
    expect(names([{ column: 'day', in: ['2024-03-01'] }])).toEqual([]);
  });

  test('gives the rows that satisfy it and no other, with the columns asked for', async () => {
    const table = await createTable(memoryStore(), { schema: SCHEMA, partitionColumns: ['day'] });
    const row = (id: number, name: string | null, day: string) => ({ id: BigInt(id), name, day });
    await table.append([row(1, 'a', '2026-11-23'), row(2, 'b', '2026-11-23'), row(3, null, '2026-11-23')]);
    await table.append([row(4, 'b', '2026-11-24')]);
    const read = async (options: Parameters<ReturnType<DeltaTable['cached']>['rows']>[0]) =>
      (await collect(table.cached().rows(options))).flat();
    const named: Predicate = [{ column: 'name', equals: 'b' }];
    expect(await read({ predicate: named })).toEqual([row(2, 'b', '2026-11-23'), row(4, 'b', '2026-11-24')]);
    // What the predicate looks at is read, and only what was asked for is given.
    expect(await read({ predicate: named, columns: ['id'] })).toEqual([{ id: 2n }, { id: 4n }]);
    expect(
      await read({ predicate: [...named, { column: 'day', above: '2026-11-23' }], columns: ['day', 'id'] }),
    ).toEqual([{ day: '2026-11-24', id: 4n }]);
    expect(await read({ predicate: [{ column: 'name', isNull: true }], columns: [] })).toEqual([{}]);
    expect(await read({ predicate: [{ column: 'id', min: 9n }] })).toEqual([]);
    expect(await read({ predicate: [] })).toHaveLength(4);
  });
});

describe('a partition value', () => {
  test('is never taken for that of another partition, whatever characters are in it, and stays so after optimize', async () => {
    const schema = struct({ id: 'long', p: 'string', q: 'string' });
    const store = memoryStore();
    const table = await createTable(store, { schema, partitionColumns: ['p', 'q'] });
    const cells = [null, '\u0001', '\u0000', 'x\u0000q\u0000y', 'null', ',', 'a","b'];
    const rows = cells.flatMap((p, i) => cells.map((q, j) => ({ id: BigInt(10 * i + j), p, q })));
    for (const batch of [rows, rows]) await table.append(batch);
    const read = async () =>
      (await collect((await openTable(store)).cached().rows()))
        .flat()
        .sort((a, b) => Number(a['id']) - Number(b['id']));
    const twice = rows.flatMap((row) => [row, row]);
    expect(await read()).toEqual(twice);
    await table.optimize();
    expect(table.cached().fileCount).toBe(rows.length);
    expect(await read()).toEqual(twice);
    await table.overwrite([{ id: -1n, p: null, q: '\u0001' }], { partitions: 'dynamic' });
    expect(await read()).toHaveLength(twice.length - 1);
  });
});

describe('a column', () => {
  test('may be called as something that every object has', async () => {
    const schema = struct({ constructor: 'long', toString: 'string', hasOwnProperty: 'long' });
    const table = await createTable(memoryStore(), { schema, partitionColumns: ['hasOwnProperty'] });
    const data = struct({ constructor: 'long' });
    await append(table, {
      ...(await writeFile(table, 'a.parquet', data, [{ constructor: 1n } as never])),
      partition: { hasOwnProperty: 2n },
    });
    const rows = (await collect(table.cached().rows())).flat();
    expect(rows).toEqual([{ constructor: 1n, toString: null, hasOwnProperty: 2n }]);
  });
});

describe('rows that a deletion vector deletes', () => {
  test('are not read, whichever columns are asked for, and not counted', async () => {
    const store = memoryStore();
    const table = await createTable(store, { schema: SCHEMA });
    const rows = Array.from({ length: 10 }, (_, i) => ({ id: BigInt(i), name: `row ${i}`, day: null }));
    await append(table, await writeFile(table, 'a.parquet', SCHEMA, rows));
    const [file] = table.cached().files();
    const data = encodeRoaring([0, 4, 9]);
    const deletionVector = {
      storageType: 'i',
      pathOrInlineDv: encodeZ85(data),
      sizeInBytes: data.length,
      cardinality: 3,
    };
    await store.put(
      '_delta_log/00000000000000000002.json',
      [
        {
          protocol: {
            minReaderVersion: 3,
            minWriterVersion: 7,
            readerFeatures: ['deletionVectors'],
            writerFeatures: ['deletionVectors'],
          },
        },
        { remove: { path: 'a.parquet', dataChange: true } },
        {
          add: {
            path: 'a.parquet',
            size: file?.size,
            dataChange: true,
            stats: file?.statsText,
            deletionVector,
          },
        },
      ]
        .map((action) => JSON.stringify(action))
        .join('\n'),
    );
    const snapshot = await (await openTable(store)).snapshot();
    const read = (await collect(snapshot.rows({ columns: ['id'] }))).flat();
    expect(read).toEqual([1, 2, 3, 5, 6, 7, 8].map((id) => ({ id: BigInt(id) })));
    expect((await collect(snapshot.rows({ columns: [] }))).flat()).toHaveLength(7);
    expect(snapshot.rowCount).toBe(7);
    const [scanned] = await collect(snapshot.scanFiles());
    expect(scanned).toMatchObject({ path: `${store.url}/a.parquet`, constants: {} });
    expect([...(scanned?.deletedRows ?? [])]).toEqual([0, 4, 9]);
    await expect(table.snapshotAt({ version: 1 })).resolves.toMatchObject({ rowCount: 10 });
  });
});

describe('a log that says impossible things', () => {
  const metaData = (schema: unknown, partitionColumns: readonly string[] = []) => ({
    metaData: {
      id: 'x',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify(schema),
      partitionColumns,
      configuration: {},
    },
  });
  const add = (path: string) => ({ add: { path, size: 1, partitionValues: {}, dataChange: true } });

  test.each([
    ['a partition column that is not there', 'corrupt-log', metaData(SCHEMA, ['month']), null],
    ['a type that nobody knows', 'unsupported-feature', metaData(struct({ a: 'money' })), null],
    ['a path that is not encoded', 'corrupt-log', metaData(SCHEMA), add('a%zz')],
    ['a path that no file can have', 'corrupt-log', metaData(SCHEMA), add('a%00')],
    ['a file in another store', 'unsupported-feature', metaData(SCHEMA), add('s3://bucket/a')],
  ])('%s is refused as %s', async (_, code, metadata, file) => {
    const store = memoryStore();
    const actions = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, metadata, file];
    await store.put(
      '_delta_log/00000000000000000000.json',
      actions.flatMap((action) => (action ? [JSON.stringify(action)] : [])).join('\n'),
    );
    const read = async (): Promise<unknown> => collect((await openTable(store)).cached().rows());
    await expect(read()).rejects.toMatchObject({ code });
  });
});
