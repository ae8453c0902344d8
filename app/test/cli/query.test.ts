import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drain, produce, query, settings } from '../../src/api/contrail.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A lake in a folder whose name is a pattern, and a secret beside it. */
describe('contrail query', () => {
  let root: string;
  let data: string;
  const here = () =>
    settings({ SOURCE: 'simulator', SIMULATED_AIRCRAFT: '40', DATA_DIR: data, LOG_LEVEL: 'silent' });
  const ask = async (sql: string): Promise<unknown> => (await query(here(), sql)).rows;
  const start = (sql: string, ...flags: readonly string[]): ChildProcess =>
    spawn(process.execPath, ['--conditions=@contrail/source', MAIN, 'query', sql, '--data', data, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-query-test-'));
    data = join(root, "da[1]*?'x");
    writeFileSync(join(root, 'secret.txt'), 'secret');
    await produce(here());
    await drain(here());
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    'select count(*) as n from bronze.flights -- a note',
    'select count(*) as n from bronze.flights; -- the end',
    '/* first */ select count(*) as n from bronze.flights;\n',
    'select count(*) as n from "bronze"."flights"',
    'with f as (select * from Bronze . FLIGHTS) select count(*) as n from f',
    "select count(*) as n from bronze.flights where icao24 <> 'gold.traffic_by_country'",
  ])('runs %j', async (sql) => {
    expect(await ask(sql)).toEqual([{ n: 40n }]);
  });

  it('gives lists, structs and exact numbers by their parts', async () => {
    const sql = `select ['a', null] as l, {'x': 12345678901234567890::hugeint} as s, map {'k': 1} as m,
      1.50::decimal(9,2) as d, 'infinity'::timestamp as i, date '2020-02-02' as day,
      timestamptz '2026-01-01 00:00:00.5+00' as "at"`;
    expect(await ask(sql)).toEqual([
      {
        l: ['a', null],
        s: { x: 12345678901234567890n },
        m: [{ key: 'k', value: 1 }],
        d: 1.5,
        i: 'infinity',
        day: '2020-02-02',
        at: '2026-01-01T00:00:00.500000Z',
      },
    ]);
  });

  it.each([
    ["select * from read_csv('SECRET')", /can read the tables of the lake and nothing else/],
    ["select * from read_text('SECRET')", /nothing else/],
    ["select * from read_text('LAKE/../../secret.txt')", /nothing else/],
    ["select * from read_text('LAKE/_contrail/../../../secret.txt')", /nothing else/],
    ["select * from glob('/etc/*')", /nothing else/],
    ["select * from sniff_csv('SECRET')", /nothing else/],
    ["select * from parquet_metadata('SECRET')", /nothing else/],
    ["from 'SECRET'", /does not exist/],
    ["select * from read_csv('http://127.0.0.1:9/')", /nothing else/],
    ["select getenv('HOME')", /does not exist/],
  ])('reads no file outside the lake and no environment: %s', async (sql, message) => {
    const text = sql
      .replace('SECRET', join(root, 'secret.txt'))
      .replace('LAKE', `${data.replaceAll("'", "''")}/lake`);
    await expect(ask(text)).rejects.toMatchObject({
      code: 'query-failed',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    "copy (select 1) to 'x.csv'",
    "attach 'x.db'",
    'install httpfs',
    'load httpfs',
    "set memory_limit = '10GB'",
    'pragma threads = 3',
    'pragma enable_profiling',
    'call pragma_version()',
    "export database 'x'",
    'create table x as select 1',
    'drop table silver.flights',
    'select 1; select 2',
    "select 1; copy (select 1) to 'x.csv'",
    '',
    ' -- nothing',
    'select (',
  ])('runs nothing but one SELECT: %j', async (sql) => {
    await expect(ask(sql)).rejects.toMatchObject({ kind: 'invalid', code: 'query-refused' });
  });

  it('names the tables of the lake when a table is unknown, and those that do not exist yet', async () => {
    await expect(ask('select * from silver.flightz')).rejects.toThrow(
      /The table silver\.flightz does not exist\. The tables of the lake are .*silver\.flights/,
    );
    rmSync(join(root, 'empty'), { recursive: true, force: true });
    const empty = settings({ DATA_DIR: join(root, 'empty') });
    await expect(query(empty, 'select * from silver.flights')).rejects.toMatchObject({
      code: 'table-missing',
    });
  });

  it('writes nothing into the data folder', async () => {
    rmSync(join(root, 'empty'), { recursive: true, force: true });
    const empty = settings({ DATA_DIR: join(root, 'empty') });
    expect((await query(empty, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(readdirSync(root)).not.toContain('empty');
  });

  it('prints a million rows, and ends with its reader, quietly', async () => {
    const sql = 'select range as r from range(20000000)';
    const shell = `"$0" --conditions=@contrail/source "$1" query '${sql}' --data "$2" | head -3; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath, MAIN, data], {
      encoding: 'utf8',
    });
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['r', '----', '0', '0', '']);
    expect(stderr).toBe('');
    const all = start('select range as r from range(1000000)');
    let bytes = 0;
    all.stdout?.on('data', (chunk: Buffer) => void (bytes += chunk.length));
    expect((await once(all, 'close'))[0]).toBe(0);
    expect(bytes).toBeGreaterThan(4_000_000);
  });

  it('is stopped with a sentence when one value takes the memory of the machine', async () => {
    const child = start("select length(repeat('x', 3000000000::bigint))");
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    expect(said).toMatch(/^contrail: The query was stopped: it takes more than \d+ MB of memory/);
  });

  it('is refused, and not carried out, what does not fit into memory and disk', async () => {
    const small = settings({ DATA_DIR: data, MEMORY_LIMIT: '64MB' });
    await expect(query(small, 'select list(r) from range(20000000) t(r)')).rejects.toThrow(/Out of Memory/);
  });
});
