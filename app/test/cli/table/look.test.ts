import {
  arrayOf,
  createTable,
  type DeltaTable,
  localStore,
  mapOf,
  openTable,
  struct,
} from '@contrail/delta-lake';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkTable,
  describeTable,
  readTable,
  tableChanges,
  tableHistory,
} from '../../../src/cli/table/look.ts';
import { parseWhere } from '../../../src/cli/table/where.ts';
import { printed } from './printed.ts';

const SCHEMA = struct({
  icao24: { type: 'string', nullable: false },
  altitude_m: 'double',
  seen: 'timestamp',
  local: 'timestamp_ntz',
  raw: 'binary',
  n: 'long',
  price: 'decimal(10,2)',
  day: 'date',
  on_ground: 'boolean',
  tags: mapOf('string', 'timestamp'),
  list: arrayOf('binary'),
});
const micros = 1_700_000_000_000_000n;
const row = (icao24: string, n: number) => ({
  icao24,
  altitude_m: n * 100,
  seen: micros + BigInt(n),
  local: micros + 500_000n,
  raw: Uint8Array.of(0xef, n),
  n: 2n ** 60n + BigInt(n),
  price: `${n}.50`,
  day: `2026-11-2${n}`,
  on_ground: n === 1,
  tags: [['a', micros]],
  list: [Uint8Array.of(n)],
});

let folder: string;
let table: DeltaTable;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'contrail-table-'));
  table = await createTable(localStore(folder), { schema: SCHEMA });
  await table.append([row('3c6444', 0), row('3c6445', 1)]);
  await table.append([row('3c6446', 2)]);
  await table.settled();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('contrail table read', () => {
  it('prints instants and bytes as people write them, in each format', async () => {
    const columns = ['seen', 'local', 'raw'];
    const options = { columns, where: 'n = 1152921504606846977' };
    const [seen, local] = ['2023-11-14T22:13:20.000001Z', '2023-11-14T22:13:20.5'];
    expect(await printed(() => readTable(folder, { ...options, format: 'csv' }))).toBe(
      `seen,local,raw\r\n${seen},${local},ef01\r\n`,
    );
    expect(await printed(() => readTable(folder, { ...options, format: 'json' }))).toBe(
      `{"seen":"${seen}","local":"${local}","raw":"ef01"}\n`,
    );
    expect(await printed(() => readTable(folder, { ...options, format: 'table' }))).toContain(
      `${seen}  ${local}  `,
    );
  });

  it('prints what is nested the same way, and keeps every digit', async () => {
    const text = await printed(() => readTable(folder, { format: 'json', where: "icao24 = '3c6444'" }));
    expect(text).toContain('"seen":"2023-11-14T22:13:20Z"');
    expect(text).toContain('"tags":{"a":"2023-11-14T22:13:20Z"},"list":["00"]');
    expect(text).toContain('"n":1152921504606846976,"price":"0.50"');
  });

  it('keeps the canonical form as it was', async () => {
    const lines = (await printed(() => readTable(folder, { format: 'canonical' }))).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe(
      '["3c6446",200,"2023-11-14T22:13:20.000002Z","2023-11-14T22:13:20.500000","ef02",1152921504606846978,"2.50","2026-11-22",false,[["a","2023-11-14T22:13:20.000000Z"]],["02"]]',
    );
  });

  it('gives an older version by its number or by an instant, and no more than asked for', async () => {
    const count = async (options: object) =>
      (await printed(() => readTable(folder, { format: 'json', ...options }))).split('\n').length - 1;
    expect(await count({})).toBe(3);
    expect(await count({ version: 1 })).toBe(2);
    expect(await count({ timestampMs: Date.now() + 1000 })).toBe(3);
    await expect(count({ timestampMs: 0 })).rejects.toThrow(/later than 1970/);
    expect(await count({ limit: 1 })).toBe(1);
    expect(await count({ limit: 0 })).toBe(0);
    await expect(count({ columns: ['icao'] })).rejects.toThrow(/has no column "icao"; it has icao24,/);
  });

  it('says so where a table has no columns', async () => {
    const key = join(folder, '_delta_log/00000000000000000000.json');
    const log = readFileSync(key, 'utf8');
    const bare = JSON.stringify(JSON.stringify({ type: 'struct', fields: [] })).slice(1, -1);
    writeFileSync(key, log.replace(/"schemaString":"(?:[^"\\]|\\.)*"/, `"schemaString":"${bare}"`));
    expect(await printed(() => readTable(folder, { format: 'table', version: 0 }))).toBe(
      `${folder} has no columns.\n`,
    );
    for (const format of ['csv', 'json'] as const)
      expect(await printed(() => readTable(folder, { format, version: 0 }))).toBe('');
  });
});

describe('--where', () => {
  it.each<[string, readonly string[]]>([
    ["icao24 = '3c6444'", ['3c6444']],
    ["ICAO24 = '3c6444' AND altitude_m < 1e2", ['3c6444']],
    ["icao24 != '3c6444'", ['3c6445', '3c6446']],
    ['altitude_m >= 100', ['3c6445', '3c6446']],
    ['altitude_m > 100 or on_ground = true', ['3c6445', '3c6446']],
    ["(altitude_m > 100 or on_ground = true) and icao24 <> '3c6446'", ['3c6445']],
    ["icao24 in ('3c6444', '3c6446')", ['3c6444', '3c6446']],
    ['n between 1152921504606846977 and 1152921504606846978', ['3c6445', '3c6446']],
    ['price > 1.499', ['3c6445', '3c6446']],
    ["day >= '2026-11-21' and day < '2026-11-22'", ['3c6445']],
    ["seen > '2023-11-14T22:13:20.000001Z'", ['3c6446']],
    ["seen <= '2023-11-14 22:13:20'", ['3c6444']],
    ["raw = 'EF02'", ['3c6446']],
    ['altitude_m is null', []],
    ['"icao24" is not null and `n` > 0', ['3c6444', '3c6445', '3c6446']],
    ["icao24 = 'it''s'", []],
  ])('%s', async (where, expected) => {
    const text = await printed(() => readTable(folder, { format: 'csv', columns: ['icao24'], where }));
    expect(text.split('\r\n').slice(1, -1)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['', /"the end" instead of a column/],
    ['icao = 1', /no column "icao"; the columns are icao24/],
    ['icao24 = 3', /type string is compared with text in 'single quotes', not with 3/],
    ["altitude_m > '5'", /type double is compared with a number/],
    ['on_ground = 1', /compared with true or false/],
    ['icao24 = "3c6444"', /instead of a value; put text in 'single quotes'/],
    ['icao24 = null', /write "is null"/],
    ["icao24 like '3c%'", /"like" after icao24 is not a known comparison/],
    ["not icao24 = 'x'", /no column "not"/],
    ["icao24 = 'x' and", /"the end" instead of a column/],
    ["(icao24 = 'x'", /"\)" is missing/],
    ["icao24 = 'x' icao24", /"icao24" is not expected there/],
    ["icao24 = 'x", /is not understood/],
    ["day = 'tuesday'", /'tuesday' is not a date/],
    ["seen > 'soon'", /'soon' is not a timestamp/],
    ["raw = 'x'", /not hexadecimal text/],
    ['n + 1 = 2', /"\+ 1 = 2" is not understood/],
    ["lower(icao24) = 'x'", /no column "lower"/],
    ["tags = 'x'", /is not a map/],
  ])('refuses %s', (where, message) => {
    expect(() => parseWhere(where, SCHEMA)).toThrow(message);
  });
});

describe('contrail table changes, history, describe and check', () => {
  it('prints what versions changed', async () => {
    await table.delete([{ column: 'icao24', equals: '3c6446' }]);
    const text = await printed(() => tableChanges(folder, { from: 2, format: 'csv' }));
    const lines = text
      .split('\r\n')
      .slice(0, -1)
      .map((line) => line.split(',').slice(0, 4));
    expect(lines[0]).toEqual(['_change_type', '_commit_version', '_commit_timestamp', 'icao24']);
    expect(lines.slice(1).map(([type, version, , icao24]) => [type, version, icao24])).toEqual([
      ['insert', '2', '3c6446'],
      ['delete', '3', '3c6446'],
    ]);
    expect(lines[1]?.[2]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(
      (await printed(() => tableChanges(folder, { from: 1, to: 1, format: 'json' }))).split('\n'),
    ).toHaveLength(3);
    await expect(printed(() => tableChanges(folder, { from: 3, to: 2, format: 'json' }))).rejects.toThrow(
      /the last version comes before the first/,
    );
  });

  it('shows a time in microseconds as what it means, and the time of the file where there is none', async () => {
    const commit = (version: number, timestamp: unknown) =>
      writeFileSync(
        join(folder, '_delta_log', `${String(version).padStart(20, '0')}.json`),
        JSON.stringify({ commitInfo: { timestamp, operation: 'WRITE' } }),
      );
    commit(3, 1668830181000000);
    commit(4, 0);
    commit(5, 9e18);
    const text = await printed(() => tableHistory(folder, { limit: 3, format: 'csv' }));
    const times = text
      .split('\r\n')
      .slice(1, 4)
      .map((line) => line.split(',')[1]);
    const today = new Date().toISOString().slice(0, 4);
    expect(times).toEqual([expect.stringMatching(`^${today}-`), 'unknown', '2022-11-19T03:56:21.000Z']);
    expect(await printed(() => describeTable(folder, { format: 'csv' }))).toContain(`committed,${today}-`);
  });

  it('describes nullability and features', async () => {
    await table.addFeatures(['deletionVectors']);
    const text = await printed(() => describeTable(folder, { format: 'csv' }));
    expect(text).toContain('column icao24,string not null\r\n');
    expect(text).toContain('column altitude_m,double\r\n');
    expect(text).toMatch(/features,"deletionVectors, .*appendOnly|features,"deletionVectors, /);
  });

  it('checks, as text and as JSON', async () => {
    const [file] = table.cached().files();
    expect(await printed(() => checkTable(folder, { format: 'table' }))).toMatch(/filesChecked +2/);
    expect(JSON.parse(await printed(() => checkTable(folder, { format: 'json' })))).toMatchObject({
      version: 2,
      filesChecked: 2,
      findings: [],
    });
    rmSync(join(folder, decodeURIComponent(file?.path ?? '')));
    let json = '';
    const failing = async (): Promise<void> => {
      json = await printed(() => checkTable(folder, { format: 'json' }).catch(() => undefined));
    };
    await failing();
    expect(JSON.parse(json)).toMatchObject({ findings: [{ kind: 'missing-file', path: file?.path }] });
    await expect(printed(() => checkTable(folder, { format: 'table' }))).rejects.toMatchObject({
      code: 'table-unhealthy',
    });
    expect((await openTable(folder)).cached().version).toBe(2);
  });
});
