import { literal, openSession, type SessionOptions, type SparkSession } from '@contrail/spark-connect';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { HAS_SPARK } from './shared.ts';

const { address, applicationPage, folder } = inject('spark');
const open = (options: SessionOptions = {}): Promise<SparkSession> =>
  openSession(address, { applicationPage, ...options });

describe.skipIf(!HAS_SPARK)('Spark Connect', () => {
  let session: SparkSession;
  beforeAll(async () => {
    session = await open();
  });
  afterAll(async () => {
    await session.close();
  });

  it('answers exact values of every type', async () => {
    const [row] = await session
      .sql(
        `SELECT CAST(-1 AS TINYINT) AS byte, CAST(2 AS SMALLINT) AS short, 3 AS integer, 9223372036854775807L AS long,
          CAST(1.5 AS FLOAT) AS float, CAST('NaN' AS DOUBLE) AS double, CAST('-0.05' AS DECIMAL(38,10)) AS decimal,
          'Zürich ✈' AS string, X'00FF' AS binary, true AS boolean, DATE'0001-01-01' AS date,
          TIMESTAMP'2026-11-24 01:02:03.123456' AS timestamp, TIMESTAMP_NTZ'1969-12-31 23:59:59.999999' AS timestamp_ntz,
          array(1, null) AS array, map('a', 1L) AS map, named_struct('x', 1, 'y', array(DATE'1970-01-01')) AS struct,
          INTERVAL '3' YEAR AS months, INTERVAL '1 00:00:01' DAY TO SECOND AS micros, null AS nothing`,
      )
      .collect();
    expect(row).toEqual({
      byte: -1,
      short: 2,
      integer: 3,
      long: 9223372036854775807n,
      float: 1.5,
      double: Number.NaN,
      decimal: '-0.0500000000',
      string: 'Zürich ✈',
      binary: new Uint8Array([0, 255]),
      boolean: true,
      date: '0001-01-01',
      timestamp: 1_795_482_123_123_456n,
      timestamp_ntz: -1n,
      array: [1, null],
      map: [['a', 1n]],
      struct: { x: 1, y: ['1970-01-01'] },
      months: 36,
      micros: 86_401_000_000n,
      nothing: null,
    });
  });

  it('gives a large result in batches, each row once', async () => {
    let [rows, sum, batches] = [0, 0n, 0];
    for await (const batch of session.sql('SELECT id FROM range(1000000)').batches()) {
      batches += 1;
      rows += batch.rowCount;
      for (const id of batch.column(0)) sum += id as bigint;
    }
    expect([rows, sum]).toEqual([1_000_000, 499_999_500_000n]);
    expect(batches).toBeGreaterThan(1);
  });

  it('writes Parquet and reads it by paths, with an explicit schema', async () => {
    const path = `${folder}/flights`;
    const flights = session.rows({ icao24: 'string', altitude_m: 'double', day: 'date' }, [
      { icao24: '4b1814', altitude_m: 11277.6, day: '2026-11-23' },
      { icao24: '3c6444', day: '2026-11-24' },
    ]);
    await flights.write({ format: 'parquet', path, partitionBy: ['day'], options: { compression: 'zstd' } });
    const again = flights.write({ format: 'parquet', path });
    await expect(again).rejects.toMatchObject({ kind: 'invalid', errorClass: 'PATH_ALREADY_EXISTS' });
    const read = session.read({
      format: 'parquet',
      schema: 'icao24 STRING, altitude_m DOUBLE',
      paths: [`${path}/day=2026-11-23`],
    });
    expect(await read.collect()).toEqual([{ icao24: '4b1814', altitude_m: 11277.6 }]);
  });

  it('knows relations by name in one query, and views in the whole session', async () => {
    const numbers = session.rows({ n: 'long' }, [{ n: 1n }, { n: 2n }]);
    const query = session.sql('SELECT sum(n) AS total FROM numbers WHERE n > :least', {
      parameters: { least: 1n },
      relations: { numbers },
    });
    expect(await query.schema()).toEqual([{ name: 'total', type: 'bigint', isNullable: true }]);
    expect(await query.collect()).toEqual([{ total: 2n }]);
    await expect(session.table('numbers').collect()).rejects.toMatchObject({
      kind: 'invalid',
      errorClass: 'TABLE_OR_VIEW_NOT_FOUND',
      sqlState: '42P01',
      messageParameters: { relationName: '`numbers`' },
    });
    await numbers.createTempView('kept');
    expect(await session.execute('SELECT count(*) AS n FROM kept')).toEqual([{ n: 2n }]);
    await using other = await open();
    await expect(other.table('kept').collect()).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('runs statements at once, and answers their rows', async () => {
    await session.execute('CREATE OR REPLACE TEMPORARY VIEW made AS SELECT 1 AS n');
    const views = await session.execute('SHOW VIEWS');
    expect(views).toContainEqual(expect.objectContaining({ viewName: 'made', isTemporary: true }));
    expect(await session.rows({ n: 'long' }, []).collect()).toEqual([]);
  });

  it('sets, gets and unsets settings', async () => {
    await session.config.set({ 'spark.sql.shuffle.partitions': '3' });
    expect(await session.config.get('spark.sql.shuffle.partitions')).toBe('3');
    await session.config.unset(['spark.sql.shuffle.partitions']);
    expect(await session.config.get('spark.sql.shuffle.partitions')).not.toBe('3');
    expect(await session.config.get('contrail.none')).toBeUndefined();
    await expect(session.config.set({ 'spark.executor.memory': '1g' })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('is cloned with its settings, and then goes its own way', async () => {
    await using first = await open();
    await first.config.set({ 'spark.sql.shuffle.partitions': '7' });
    await using clone = await first.clone();
    await first.config.set({ 'spark.sql.shuffle.partitions': '8' });
    expect(await clone.config.get('spark.sql.shuffle.partitions')).toBe('7');
    await first.close();
    expect(await clone.sql('SELECT 1 AS n').collect()).toEqual([{ n: 1 }]);
  });

  it.each([
    ['SELECT 1/0', 'DIVIDE_BY_ZERO', '22012'],
    ["SELECT CAST('x' AS INT)", 'CAST_INVALID_INPUT', '22018'],
    ['SELEC 1', 'PARSE_SYNTAX_ERROR', '42601'],
    ['SELECT nope FROM range(1)', 'UNRESOLVED_COLUMN.WITH_SUGGESTION', '42703'],
  ])('says what is wrong with %s', async (query, errorClass, sqlState) => {
    await expect(session.sql(query).collect()).rejects.toMatchObject({
      name: 'SparkConnectError',
      kind: 'invalid',
      code: 'query-invalid',
      errorClass,
      sqlState,
      message: expect.stringContaining(errorClass),
    });
  });

  it('tells the causes of a failed job', async () => {
    const query = "SELECT raise_error('too high') FROM range(4)";
    const error: unknown = await session
      .sql(query)
      .collect()
      .catch((one: unknown) => one);
    expect(error).toMatchObject({
      kind: 'invalid',
      errorClass: 'USER_RAISED_EXCEPTION',
      messageParameters: { errorMessage: 'too high' },
    });
  });

  it('reattaches while a query runs longer than a stream may last, and reports progress', async () => {
    const stages = new Set<number>();
    const slow =
      "SELECT count(*) AS n FROM range(0, 6, 1, 6) WHERE reflect('java.lang.Thread', 'sleep', 1500L) IS NULL OR id >= 0";
    const rows = await session
      .sql(slow)
      .collect({ onProgress: (progress) => progress.stages.forEach(({ stageId }) => stages.add(stageId)) });
    expect(rows).toEqual([{ n: 6n }]);
    expect(stages.size).toBeGreaterThan(0);
  });

  it('stops a query whose signal is aborted, and no job runs on', async () => {
    const abort = new AbortController();
    const endless = session.sql('SELECT sum(sqrt(id)) FROM range(0, 1000000000000000, 1, 8)');
    const rows = endless.collect({
      signal: abort.signal,
      tags: ['endless'],
      onProgress: ({ runningTasks }) => runningTasks > 0 && abort.abort(new Error('enough')),
    });
    await expect(rows).rejects.toThrow('enough');
    expect(await session.runningJobs()).toEqual([]);
  });

  it('stops a query that is aborted before the server has begun it', async () => {
    for (const after of [0, 1, 5, 20, 50]) {
      const abort = new AbortController();
      const rows = session
        .sql('SELECT sum(sqrt(id)) FROM range(0, 1000000000000000, 1, 8)')
        .collect({ signal: abort.signal });
      setTimeout(() => abort.abort(new Error('enough')), after);
      await expect(rows).rejects.toThrow('enough');
    }
    expect(await session.runningJobs()).toEqual([]);
  });

  it('interrupts by tag', async () => {
    const running = Promise.withResolvers<void>();
    const rows = session.sql('SELECT sum(sqrt(id)) FROM range(0, 1000000000000000, 1, 8)').collect({
      tags: ['by-tag'],
      onProgress: ({ runningTasks }) => runningTasks > 0 && running.resolve(),
    });
    const failure = expect(rows).rejects.toMatchObject({
      kind: 'cancelled',
      errorClass: 'OPERATION_CANCELED',
    });
    await running.promise;
    expect(await session.interrupt({ tag: 'other' })).toEqual([]);
    expect(await session.interrupt({ tag: 'by-tag' })).toHaveLength(1);
    await failure;
  });

  it('ends the query at the server when the loop over its batches is left', async () => {
    // Many partitions of a few rows: the server sends a partition when it has computed all of it.
    for await (const batch of session.sql('SELECT id FROM range(0, 1000000000, 1, 100000)').batches()) {
      expect(batch.rowCount).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => session.runningJobs(), { timeout: 30_000 }).toEqual([]);
  });

  it('runs several queries of one session at once', async () => {
    const counts = await Promise.all(
      [1n, 2n, 3n].map((n) =>
        session.sql('SELECT count(*) AS n FROM range(:n)', { parameters: { n } }).collect(),
      ),
    );
    expect(counts).toEqual([[{ n: 1n }], [{ n: 2n }], [{ n: 3n }]]);
  });

  it('is lost when it has ended, and says so', async () => {
    const ended = await open();
    await ended.close();
    await expect(ended.sql('SELECT 1').collect()).rejects.toMatchObject({
      kind: 'session-lost',
      code: 'session-closed',
    });
  });

  it('explains', async () => {
    const plan = await session
      .sql('SELECT count(*) FROM range(9) WHERE id > :n', { parameters: { n: literal.integer(3) } })
      .explain();
    expect(plan).toContain('Physical Plan');
  });
});
