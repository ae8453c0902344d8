import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { MessageReader, Relation } from '../../src/engine/engine.ts';
import type { Row } from '../../src/lake/column.ts';
import { openEngine } from '../pipeline/small-world.ts';
import { keepsTheContract } from './contract.ts';

describe('the DuckDB engine', () => {
  keepsTheContract(openEngine);

  let directory: string;
  let engine: DuckdbEngine;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-duckdb-'));
    engine = await openEngine(directory);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  const all = (relation: Relation): Promise<readonly Row[]> =>
    engine.rows({ sql: 'select * from r', relations: { r: relation } });

  it('reads the messages of ranges; malformed, unprocessable and other ones with their text', async () => {
    const topic: MessageReader = {
      name: 't',
      async *read(ranges) {
        yield await Promise.resolve({
          partition: ranges[0]?.partition ?? -1,
          offsets: { first: 7n },
          timestamps_ms: 1000,
          values: [
            '{"icao24":"abc123","time_position":9007199254740993,"sensors":[1,null],"callsign":"é "}',
            '{"x',
            Uint8Array.of(0x7b, 0xe9, 0x7d),
            '{"icao24":"abc124","feed":"simulator"}',
            '{"icao24":"abc125"}',
          ],
        });
      },
    };
    const unprocessable = [{ partition: 3, offset: 11n, detail: 'no engine took it' }];
    const found = await all({
      kind: 'messages',
      simulated: false,
      topic,
      ranges: [{ partition: 3, start: 7n, end: 12n }],
      unprocessable,
    });
    expect(found).toMatchObject([
      {
        icao24: 'abc123',
        time_position: 9_007_199_254_740_993n,
        callsign: 'é ',
        ingested_at: 1_000_000n,
        topic_partition: 3,
        topic_offset: 7n,
        malformed: null,
        payload: null,
      },
      { icao24: null, topic_offset: 8n, malformed: 'not JSON', payload: '{"x', payload_bytes: null },
      { malformed: 'not valid UTF-8', payload: '{\ufffd}', payload_bytes: Uint8Array.of(0x7b, 0xe9, 0x7d) },
      {
        icao24: 'abc124',
        malformed: null,
        unprocessable: null,
        payload: '{"icao24":"abc124","feed":"simulator"}',
        payload_bytes: null,
      },
      {
        icao24: null,
        topic_offset: 11n,
        malformed: null,
        unprocessable: 'no engine took it',
        payload: '{"icao24":"abc125"}',
      },
    ]);
  });

  it('reads what DuckDB alone would not: keys that are repeated, lone surrogates, whole numbers as floats', async () => {
    const values = [
      '{"icao24":"a00001","icao24":"a00002"}',
      String.raw`{"icao24":"a00003","callsign":"x\ud800"}`,
      '{"icao24":"a00004","time_position":5.0,"category":3.0,"velocity":1e2}',
    ];
    const topic: MessageReader = {
      name: 't',
      async *read() {
        yield await Promise.resolve({ partition: 0, offsets: { first: 0n }, timestamps_ms: 0, values });
      },
    };
    const found = await all({
      kind: 'messages',
      simulated: false,
      topic,
      ranges: [{ partition: 0, start: 0n, end: 3n }],
    });
    expect(found).toMatchObject([
      { icao24: 'a00002' },
      { icao24: 'a00003', callsign: 'x\ufffd' },
      { icao24: 'a00004', time_position: 5n, category: 3, velocity: 100 },
    ]);
  });

  it('puts relations before a SELECT that begins with expressions of its own, recursive ones too', async () => {
    const relations = {
      t: { kind: 'rows', columns: [{ name: 'x', type: 'long' }], rows: [{ x: 3n }] },
    } as const;
    for (const sql of [
      '-- with\nwith a as (select x from t) select x from a',
      '/* with */ WITH RECURSIVE a as (select 1 as x union all select x + 1 from a where x < 3) select max(a.x)::bigint as x from a join t on true',
    ])
      expect(await engine.rows({ sql, relations })).toEqual([{ x: 3n }]);
  });

  it('writes row groups of the size that it is asked for, in the order of the SELECT', async () => {
    const [file] = await engine.write(
      { sql: 'select range as n from range(6000) order by n desc', relations: {} },
      { folder: join(directory, 'groups'), columns: [{ name: 'n', type: 'long' }], rowGroupRows: 2048 },
    );
    const groups = await engine.rows({
      sql: `select row_group_num_rows as rows, stats_max_value as newest from parquet_metadata('${file?.path}') order by row_group_id`,
      relations: {},
    });
    expect(groups.map(({ rows, newest }) => [Number(rows), newest])).toEqual([
      [2048, '5999'],
      [2048, '3951'],
      [1904, '1903'],
    ]);
  });

  it('does not start on a SELECT when it is told to stop while its relations are made ready', async () => {
    const stop = new AbortController();
    const topic: MessageReader = {
      name: 't',
      async *read() {
        yield await Promise.resolve({
          partition: 0,
          offsets: { first: 0n },
          timestamps_ms: 0,
          values: ['{}'],
        });
        stop.abort();
      },
    };
    const messages: Relation = {
      kind: 'messages',
      simulated: false,
      topic,
      ranges: [{ partition: 0, start: 0n, end: 1n }],
    };
    const select = { sql: 'select * from r', relations: { r: messages }, signal: stop.signal };
    await expect(engine.keep('stopped', select)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(all({ kind: 'kept', name: 'stopped' })).rejects.toMatchObject({ code: 'sql-failed' });
  });
});
