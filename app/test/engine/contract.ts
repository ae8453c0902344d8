import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, Relation } from '../../src/engine/engine.ts';
import type { Column, Row } from '../../src/lake/column.ts';

const COLUMNS: readonly Column[] = [
  { name: 's', type: 'string' },
  { name: 'l', type: 'long' },
  { name: 'i', type: 'integer' },
  { name: 'd', type: 'double' },
  { name: 'b', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'list', type: 'array<integer>' },
];
const FULL: Row = {
  s: "O'Hare; drop table x --",
  l: 2n ** 62n,
  i: -7,
  d: 0.1,
  b: true,
  day: '2026-01-01',
  at: 1_767_225_600_123_456n,
  list: [1, 2],
};
const EMPTY: Row = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]));
const rowsOf = (rows: readonly Row[], columns: readonly Column[] = COLUMNS): Relation => ({
  kind: 'rows',
  columns,
  rows,
});

/** What every engine promises, beside reading messages. */
export function keepsTheContract(open: (directory: string) => Promise<Engine>): void {
  let directory: string;
  let engine: Engine;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-engine-'));
    engine = await open(directory);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  const all = (relation: Relation, order = ''): Promise<readonly Row[]> =>
    engine.rows({ sql: `select * from r ${order}`, relations: { r: relation } });
  const lake = (...folders: readonly string[]): string => join(directory, 'lake', ...folders);

  it('gives rows back as they were given, of every type, nulls too', async () => {
    expect(await all(rowsOf([FULL, EMPTY]))).toEqual([FULL, EMPTY]);
    expect(await all(rowsOf([]))).toEqual([]);
  });

  it('gives doubles back to the last bit, few and many', async () => {
    const edges = [0.1, -0, 5e-324, Number.MAX_VALUE, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53, 1e21];
    const columns = COLUMNS.filter(({ name }) => name === 'i' || name === 'd');
    // Of 17 digits, as positions on the unit sphere have them.
    const doubles = [...edges, ...Array.from({ length: 100 }, (_, index) => Math.sin(index + 1))];
    const rows = doubles.map((d, i) => ({ i, d }));
    for (const part of [rows.slice(0, 50), rows.slice(50), rows])
      expect(await all(rowsOf(part, columns), 'order by i')).toEqual(part);
  });

  it('reads what it wrote, from a folder whose name is a pattern', async () => {
    const folder = lake("da[1]*?'x");
    const files = await engine.write(
      { sql: 'select * from r', relations: { r: rowsOf([FULL, EMPTY]) } },
      { folder, columns: COLUMNS },
    );
    expect(files).toMatchObject([{ rows: 2, partition: {}, bytes: statSync(files[0]?.path ?? '').size }]);
    expect(await all({ kind: 'files', columns: COLUMNS, files }, 'order by s nulls last')).toEqual([
      FULL,
      EMPTY,
    ]);
  });

  it('reports bounds and nulls of what it wrote', async () => {
    const rows = [FULL, EMPTY, { ...FULL, s: 'A', l: -5n, d: Number.NaN, at: 0n, b: false, i: 3 }];
    const [file] = await engine.write(
      { sql: 'select * from r', relations: { r: rowsOf(rows) } },
      { folder: lake('bounds'), columns: COLUMNS },
    );
    expect(file?.statistics).toMatchObject({
      s: { nulls: 1, min: 'A' },
      l: { nulls: 1, min: -5n, max: 2n ** 62n },
      i: { nulls: 1, min: -7, max: 3 },
      at: { nulls: 1, min: 0n, max: 1_767_225_600_123_456n },
      day: { nulls: 1, min: '2026-01-01', max: '2026-01-01' },
      b: { nulls: 1, min: false, max: true },
    });
    expect(file?.statistics['d'], 'bounds beside NaN').toEqual({ nulls: 1 });
  });

  it('brings in columns that a file lacks as null, and values that its rows share', async () => {
    const narrow = COLUMNS.slice(0, 2);
    const target = { folder: lake('narrow'), columns: narrow };
    const [file] = await engine.write({ sql: 'select * from r', relations: { r: rowsOf([FULL]) } }, target);
    const path = file?.path ?? '';
    const constants = { day: '2026-02-03', at: 5n };
    const wide: Relation = {
      kind: 'files',
      columns: COLUMNS,
      files: [
        { path, constants },
        { path, constants: { day: null } },
      ],
    };
    expect(await all(wide, 'order by day nulls last')).toEqual([
      { ...EMPTY, s: FULL['s'], l: FULL['l'], ...constants },
      { ...EMPTY, s: FULL['s'], l: FULL['l'] },
    ]);
    expect(await all({ kind: 'files', columns: COLUMNS, files: [] })).toEqual([]);
  });

  it('writes one file per value: partition columns leave the file, split columns stay', async () => {
    const rows = [1, 2, 3, 4].map((i) => ({ ...FULL, i, day: i < 3 ? '2026-01-01' : null, b: i === 1 }));
    const select = { sql: 'select * from r', relations: { r: rowsOf(rows) } };
    const columns = COLUMNS;
    const files = await engine.write(select, {
      folder: lake('split'),
      columns,
      partitionBy: ['day'],
      splitBy: ['b'],
    });
    expect(files.map(({ rows: count, partition }) => [count, partition['day']])).toEqual(
      expect.arrayContaining([
        [1, '2026-01-01'],
        [1, '2026-01-01'],
        [2, null],
      ]),
    );
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(file.statistics).not.toHaveProperty('day');
      expect(file.statistics['b']?.min).toBe(file.statistics['b']?.max);
    }
    const found = await all(
      { kind: 'files', columns, files: files.map(({ path, partition }) => ({ path, constants: partition })) },
      'order by i',
    );
    expect(found).toEqual(rows);
    expect(
      await engine.write(
        { ...select, sql: 'select * from r where false' },
        { folder: lake('none'), columns },
      ),
    ).toEqual([]);
    // What the caller knows need not be looked for.
    const known = { ...select, sql: "select * from r where day = date '2026-01-01' and b" };
    const target = { columns, partitionBy: ['day'], splitBy: ['b'], only: { day: '2026-01-01', b: true } };
    expect(await engine.write(known, { ...target, folder: lake('known') })).toMatchObject([
      { rows: 1, partition: { day: '2026-01-01' } },
    ]);
    const none = { ...known, sql: 'select * from r where false' };
    expect(await engine.write(none, { ...target, folder: lake('known-none') })).toEqual([]);
  });

  it('keeps a relation, replaces it from itself, extends and forgets it', async () => {
    const select = { sql: 'select * from r', relations: { r: rowsOf([FULL]) } };
    const kept: Relation = { kind: 'kept', name: 'k' };
    await engine.extend('k', select);
    await engine.extend('k', select);
    expect(await all(kept)).toEqual([FULL, FULL]);
    for (let times = 2; times < 20; times++) await engine.extend('k', select);
    expect(await all(kept)).toEqual(Array.from({ length: 20 }, () => FULL));
    await engine.keep('k', { sql: 'select * from r limit 1', relations: { r: kept } });
    expect(await all(kept)).toEqual([FULL]);
    await engine.forget('k');
    await engine.forget('k');
    await expect(all(kept)).rejects.toMatchObject({ code: 'sql-failed' });
  });

  it('keeps what it writes, when it is told to', async () => {
    const target = { folder: lake('kept'), columns: COLUMNS, partitionBy: ['day'], keepAs: 'written' };
    const select = { sql: 'select * from r', relations: { r: rowsOf([FULL, EMPTY]) } };
    expect(await engine.write(select, target)).toHaveLength(2);
    const kept: Relation = { kind: 'kept', name: 'written' };
    expect(await all(kept, 'order by s nulls last')).toEqual([FULL, EMPTY]);
    await engine.write({ ...select, sql: 'select * from r where false' }, target);
    expect(await all(kept)).toEqual([]);
  });

  it('does not mix up what is done at once', async () => {
    const numbers = Array.from({ length: 8 }, (_, i) => i);
    const select = (i: number) => ({
      sql: 'select * from r',
      relations: { r: rowsOf([{ ...FULL, i }]) },
    });
    const work = numbers.map(async (i) => {
      await engine.keep(`at-once-${i}`, select(i));
      const target = { folder: lake('at-once', String(i)), columns: COLUMNS };
      const files = await engine.write(select(i), target);
      const written = await all({ kind: 'files', columns: COLUMNS, files });
      const kept = await all({ kind: 'kept', name: `at-once-${i}` });
      return [written, kept].map((rows) => rows.map((row) => row['i']));
    });
    expect(await Promise.all(work)).toEqual(numbers.map((i) => [[i], [i]]));
  });

  it('computes an inner SELECT where it is read, with its own parameters', async () => {
    const r = rowsOf([FULL, EMPTY]);
    const few: Relation = {
      kind: 'select',
      select: { sql: 'select i from r where i = :i', relations: { r }, parameters: { i: -7 } },
    };
    const sql = 'select a.i, b.i as other from few a cross join few b where a.i < :i';
    expect(await engine.rows({ sql, relations: { few, r }, parameters: { i: 0 } })).toEqual([
      { i: -7, other: -7 },
    ]);
    await expect(
      engine.rows({ sql: 'select * from few', relations: { few, r: rowsOf([]) } }),
    ).rejects.toMatchObject({ code: 'relation-ambiguous' });
    // Nothing of it stays behind.
    await expect(engine.rows({ sql: 'select * from few', relations: {} })).rejects.toMatchObject({
      code: 'sql-failed',
    });
  });

  it('takes parameters as values, never as SQL, and leaves text and comments alone', async () => {
    const text = "'; drop table x; -- :other";
    const sql = "select :text as t, ':text' as quoted, cast('5' as string)::integer as n -- :nobody";
    expect(await engine.rows({ sql, relations: {}, parameters: { text } })).toEqual([
      { t: text, quoted: ':text', n: 5 },
    ]);
    await expect(engine.rows({ sql: 'select :gone', relations: {} })).rejects.toMatchObject({
      code: 'sql-parameter-missing',
    });
  });

  it('stops when it is told to, and works on', async () => {
    const stop = new AbortController();
    const endless = engine.rows({
      sql: 'select sum(a.i * b.i) as s from range(10000000) as a(i), range(100000) as b(i)',
      relations: {},
      signal: stop.signal,
    });
    const next = engine.rows({ sql: 'select 1 as one', relations: {} });
    setImmediate(() => {
      stop.abort();
    });
    await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
    expect(await next).toEqual([{ one: 1 }]);
    const late = engine.keep('never', { sql: 'select 1 as one', relations: {}, signal: stop.signal });
    await expect(late).rejects.toMatchObject({ name: 'AbortError' });
  });
}
