import { readdirSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { duckdbCodec } from '../../src/duckdb.ts';
import { createTable, hyparquetCodec, memoryStore, openTable, type Row, struct } from '../../src/index.ts';
import { collect, temporaryFolder } from '../tables.ts';
import { formatDate } from '../../src/schema/instant.ts';
import { codecContract, sourceOf } from '../parquet/contract.ts';

const duckdb = duckdbCodec({ smallFileBytes: 0, smallFileRows: 0, memoryLimit: '200MB' });
afterAll(() => duckdb[Symbol.asyncDispose]());

const hyparquet = hyparquetCodec();
codecContract('DuckDB, read by itself', duckdb, duckdb, { numRuns: 12, rows: 150_000, mergesZeros: true });
codecContract('DuckDB, read by hyparquet', duckdb, hyparquet, {
  numRuns: 6,
  rows: 150_000,
  mergesZeros: true,
});
codecContract('hyparquet, read by DuckDB', hyparquet, duckdb, { numRuns: 6, rows: 150_000 });

test('dates by another calendar are left to hyparquet, which knows it', async () => {
  const days = [-200_000, 0];
  const body = parquetWriteBuffer({
    columnData: [{ name: 'd', data: days }],
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'd', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
    ],
    kvMetadata: [{ key: 'org.apache.spark.version', value: '2.4.8' }],
  });
  const source = sourceOf(new Uint8Array(body));
  const schema = struct({ d: 'date' });
  const [ours, theirs] = await Promise.all(
    [duckdb, hyparquet].map((codec) => collect(codec.read(source, schema))),
  );
  expect(ours).toEqual(theirs);
  expect(ours?.flat()[0]).not.toEqual({ d: formatDate(-200_000) });
});

describe('a table on DuckDB', () => {
  const schema = struct({ id: 'long', p: 'string', text: 'string' });
  const rowsOf = (count: number): Row[] =>
    Array.from({ length: count }, (_, id) => ({
      id: BigInt(id),
      p: id % 2 === 0 ? 'even' : 'odd',
      text: `t${id}`,
    }));

  test('looks after itself without DuckDB, and with small files too', async () => {
    await using parquet = duckdbCodec();
    const store = memoryStore();
    const configuration = { 'delta.checkpointInterval': '1' };
    const table = await createTable(store, { schema, configuration }, { parquet });
    await table.append(rowsOf(100));
    await table.delete([{ column: 'id', equals: 1n }]);
    await table.settled();
    const reopened = await openTable(store, { parquet });
    expect((await collect(reopened.cached().rows())).flat()).toHaveLength(99);
    expect((await reopened.check()).findings).toEqual([]);
    expect(parquet.isStarted).toBe(false);
  });

  test('writes and reads large ones with it, and leaves no file behind', async () => {
    const [folder, temporary] = [temporaryFolder(), temporaryFolder()];
    const parquet = duckdbCodec({ smallFileBytes: 10_000, smallFileRows: 1000, temporaryFolder: temporary });
    const table = await createTable(folder, { schema, partitionColumns: ['p'] }, { parquet });
    await table.append(rowsOf(30_000));
    expect(parquet.isStarted).toBe(true);
    await table.update({ text: 'x' }, [{ column: 'id', below: 10n }]);
    await table.delete((row) => row['id'] === 29_999n);
    const [spill = ''] = readdirSync(temporary);
    expect(readdirSync(`${temporary}/${spill}`).filter((name) => name.endsWith('.parquet'))).toEqual([]);
    await parquet[Symbol.asyncDispose]();
    expect(readdirSync(temporary)).toEqual([]);
    // Read by the other adapter.
    const rows = (await collect((await openTable(folder)).cached().rows())).flat();
    expect(rows).toHaveLength(29_999);
    expect(rows.filter(({ text }) => text === 'x')).toHaveLength(10);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(29_999);
  });

  test('says which options DuckDB does not take', async () => {
    await using parquet = duckdbCodec({ smallFileRows: 0, memoryLimit: 'much' });
    const table = await createTable(memoryStore(), { schema }, { parquet });
    await expect(table.append(rowsOf(1))).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
