import { describe, expect, test } from 'vitest';
import { contextOf } from '../../../src/context/context.ts';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  openTable,
  type Row,
  type Rewrite,
  struct,
} from '../../../src/index.ts';
import { rewriteRows } from '../../../src/operations/optimize/rewrite.ts';
import { collect, SCHEMA, writeFile } from '../../tables.ts';

const DAYS = ['2026-11-23', '2026-11-24'];

/** A table of `files` files a day, ten rows each; ids grow with the files. */
async function smallFiles(files: number): Promise<DeltaTable> {
  const table = await createTable(memoryStore(), { schema: SCHEMA, partitionColumns: ['day'] });
  let id = 0n;
  for (let i = 0; i < files; i++) {
    for (const day of DAYS) {
      const rows = Array.from({ length: 10 }, () => ({ id: id++, name: `n${(id * 7919n) % 100n}` }));
      const inFile = struct({ id: 'long', name: 'string' });
      const file = await writeFile(table, `day=${day}/${String(i).padStart(3, '0')}.parquet`, inFile, rows);
      await table
        .startTransaction({ operation: 'WRITE' })
        .identify('stream', table.cached().version + 1)
        .append([{ ...file, partition: { day } }])
        .commit();
    }
  }
  return table;
}

const rowsOf = async (table: DeltaTable): Promise<Row[]> =>
  (await collect((await table.snapshot()).rows())).flat();
const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => Number(a['id']) - Number(b['id']));

describe('optimize', () => {
  test('puts the small files of each partition together, and changes no row', async () => {
    const table = await smallFiles(6);
    const before = byId(await rowsOf(table));
    const report = await table.optimize();
    expect(report).toMatchObject({
      version: 13,
      lostGroups: 0,
      metrics: { numRemovedFiles: 12, numAddedFiles: 2, numDeletionVectorsRemoved: 0 },
    });
    const snapshot = await table.snapshot();
    expect(snapshot.files().map((file) => [file.partitionValues['day'], file.dataChange])).toEqual(
      DAYS.map((day) => [day, false]),
    );
    expect(snapshot).toMatchObject({ fileCount: 2, rowCount: 120 });
    expect(snapshot.transactionVersion('stream')).toBe(12);
    // In the order in which they came.
    expect(
      (await collect(snapshot.rows({ predicate: [{ column: 'day', in: ['2026-11-23'] }] }))).flat(),
    ).toEqual(before.filter((row) => row['day'] === '2026-11-23'));
    expect(byId(await rowsOf(await openTable(table.store)))).toEqual(before);
    const [newest] = await collect(table.history({ limit: 1 }));
    expect(newest).toMatchObject({
      operation: 'OPTIMIZE',
      operationParameters: { predicate: '[]', zOrderBy: '[]', auto: 'false' },
      isBlindAppend: false,
    });
    expect(newest?.operationMetrics).toEqual(
      Object.fromEntries(Object.entries(report.metrics).map(([name, value]) => [name, String(value)])),
    );
    expect((await table.changes(13)).removes.every(({ dataChange }) => !dataChange)).toBe(true);
    expect((await table.check()).findings).toEqual([]);
  });

  test('does not take the partitions of a table with mapped columns for one', async () => {
    const table = await createTable(memoryStore(), {
      schema: SCHEMA,
      partitionColumns: ['day'],
      configuration: { 'delta.columnMapping.mode': 'name' },
    });
    await table.append(DAYS.map((day, i) => ({ id: BigInt(i), name: 'n', day })));
    expect(table.cached().fileCount).toBe(2);
    expect(await table.optimize()).toMatchObject({ version: null, metrics: { numRemovedFiles: 0 } });
  });

  test('a second run has nothing to do, and commits nothing', async () => {
    const table = await smallFiles(3);
    await table.optimize();
    expect(await table.optimize()).toMatchObject({ version: null, metrics: { numRemovedFiles: 0 } });
    expect((await table.snapshot()).version).toBe(7);
  });

  test('fills files up to the target, and leaves files that have reached it', async () => {
    const table = await smallFiles(5);
    const size = table.cached().files()[0]?.size ?? 0;
    const report = await table.optimize({ targetBytes: Math.floor(2.5 * size) });
    // Of five a day: two and two together, the fifth stays.
    expect(report.metrics).toMatchObject({ numRemovedFiles: 8, numAddedFiles: 4 });
    const kept = (await table.snapshot()).files().filter((file) => file.dataChange);
    expect(kept.map(({ path }) => path).sort()).toEqual(DAYS.map((day) => `day=${day}/004.parquet`));
    expect((await table.optimize({ targetBytes: Math.floor(size / 2) })).version).toBeNull();
  });

  test('takes only the partitions that are asked for', async () => {
    const table = await smallFiles(3);
    await table.optimize({ predicate: [{ column: 'day', in: ['2026-11-24'] }] });
    const counts = DAYS.map((day) => table.cached().files([{ column: 'day', in: [day] }]).length);
    expect(counts).toEqual([3, 1]);
    await expect(table.optimize({ predicate: [{ column: 'id', min: 5n }] })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('an append during the rewrite is no conflict, for neither', async () => {
    const table = await smallFiles(3);
    const other = await openTable(table.store);
    const late = await writeFile(table, 'day=2026-11-24/late.parquet', struct({ id: 'long' }), [
      { id: 999n },
    ]);
    const rewrite: Rewrite = async (work) => {
      const result = await other
        .startTransaction({ operation: 'WRITE' })
        .append([{ ...late, path: 'day=2026-11-24/late.parquet', partition: { day: '2026-11-24' } }])
        .commit();
      expect(result.kind).toBe('committed');
      return rewriteRows(contextOf(table.store))(work);
    };
    const report = await table.optimize({ rewrite, predicate: [{ column: 'day', in: ['2026-11-24'] }] });
    expect(report).toMatchObject({ version: 8, lostGroups: 0 });
    expect(await rowsOf(table)).toHaveLength(61);
  });

  test('loses exactly the groups of which somebody removed a file, and deletes what it wrote for them', async () => {
    const table = await smallFiles(3);
    const other = await openTable(table.store);
    let written: string[] = [];
    const rewrite: Rewrite = async (work) => {
      const files = await rewriteRows(contextOf(table.store))(work);
      written.push(...files.map(({ path }) => path));
      if (written.length === 2) {
        const gone = other.cached().files([{ column: 'day', in: ['2026-11-23'] }]);
        await other.startTransaction({ operation: 'DELETE' }).remove(gone.slice(0, 1)).commit();
      }
      return files;
    };
    const report = await table.optimize({ rewrite });
    expect(report).toMatchObject({
      version: 8,
      lostGroups: 1,
      metrics: { numRemovedFiles: 3, numAddedFiles: 1 },
    });
    const counts = DAYS.map((day) => table.cached().files([{ column: 'day', in: [day] }]).length);
    expect(counts).toEqual([2, 1]);
    expect(await rowsOf(table)).toHaveLength(50);
    const left = (await collect(table.store.list('day='))).map(({ key }) => key);
    expect(left.filter((key) => written.includes(key))).toHaveLength(1);
  });

  test('goes on when only the properties of the table changed meanwhile', async () => {
    const table = await smallFiles(2);
    const { metadata } = table.cached();
    const rewrite: Rewrite = async (work) => {
      const files = await rewriteRows(contextOf(table.store))(work);
      const version = `_delta_log/${'5'.padStart(20, '0')}.json`;
      const metaData = { ...metadata, configuration: { 'delta.checkpointInterval': '7' } };
      await table.store.putIfAbsent(version, `${JSON.stringify({ metaData })}\n`);
      return files;
    };
    expect(await table.optimize({ rewrite })).toMatchObject({ version: 6, lostGroups: 0 });
    expect(table.cached()).toMatchObject({
      fileCount: 2,
      configuration: { 'delta.checkpointInterval': '7' },
    });
  });

  test('refuses what a rewrite did wrong, and leaves nothing behind', async () => {
    const table = await smallFiles(2);
    const before = await collect(table.store.list(''));
    const rewrite: Rewrite = async (work) =>
      rewriteRows(contextOf(table.store))({ ...work, files: work.files.slice(1) });
    await expect(table.optimize({ rewrite })).rejects.toMatchObject({ code: 'internal' });
    expect(await collect(table.store.list(''))).toEqual(before);
  });

  test('works on an append-only table: no row leaves it', async () => {
    const table = await createTable(memoryStore(), {
      schema: SCHEMA,
      configuration: { 'delta.appendOnly': 'true' },
    });
    for (const name of ['a', 'b']) {
      const file = await writeFile(table, name, SCHEMA, [{ id: 1n }]);
      await table.startTransaction({ operation: 'WRITE' }).append([file]).commit();
    }
    expect((await table.optimize()).metrics.numAddedFiles).toBe(1);
    expect(await rowsOf(table)).toHaveLength(2);
  });
});

describe('optimize with an order', () => {
  test('sorts each partition, nulls first', async () => {
    const table = await smallFiles(4);
    const before = byId(await rowsOf(table));
    await table.optimize({ order: { kind: 'sort', columns: ['name', 'id'] } });
    const rows = (
      await collect(table.cached().rows({ predicate: [{ column: 'day', in: ['2026-11-24'] }] }))
    ).flat();
    const keys = rows.map(
      (row) => `${row['name'] as string} ${String(row['id'] as bigint).padStart(5, '0')}`,
    );
    expect(keys).toHaveLength(40);
    expect(keys).toEqual(keys.toSorted());
    expect(byId(await rowsOf(table))).toEqual(before);
    const [newest] = await collect(table.history({ limit: 1 }));
    expect(newest?.operationParameters).toMatchObject({ sortBy: '["name","id"]' });
  });

  test('a z-order makes files that conditions on either column skip', async () => {
    const schema = struct({ x: 'long', y: 'string', z: 'double' });
    const table = await createTable(memoryStore(), { schema });
    // Every pair of x and y, shuffled by a stride.
    const rows = Array.from({ length: 10_000 }, (_, i) => {
      const place = (i * 7919) % 10_000;
      return {
        x: BigInt(place % 100),
        y: String(Math.floor(place / 100)).padStart(2, '0'),
        z: i % 3 ? i : null,
      };
    });
    const file = await writeFile(table, 'all.parquet', schema, rows);
    await table.startTransaction({ operation: 'WRITE' }).append([file]).commit();
    await table.optimize({
      order: { kind: 'z-order', columns: ['x', 'y'] },
      targetBytes: Math.ceil(file.bytes / 20),
    });
    const snapshot = table.cached();
    expect(snapshot.fileCount).toBeGreaterThan(10);
    expect(snapshot.rowCount).toBe(10_000);
    const half = snapshot.fileCount / 2;
    expect(snapshot.files([{ column: 'x', min: 10n, max: 15n }]).length).toBeLessThan(half);
    expect(snapshot.files([{ column: 'y', min: '10', max: '15' }]).length).toBeLessThan(half);
    const found = (await collect(snapshot.rows())).flat();
    expect(new Set(found.map((row) => `${row['x'] as bigint}/${row['y'] as string}`)).size).toBe(10_000);
  });

  test.each([
    [['nowhere'], 'no such column'],
    [['day'], 'partition column'],
    [[], '1 to 8 columns, not 0'],
  ])('refuses the columns %j', async (columns, reason) => {
    const table = await smallFiles(1);
    await expect(table.optimize({ order: { kind: 'sort', columns } })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(reason) as string,
    });
  });
});
