import { memoryStore, type ObjectStore } from '@contrail/delta-lake';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { Relation, WriteTarget } from '../../src/engine/engine.ts';
import { StoredFilesEngine } from '../../src/engine/stored-files.ts';
import type { Column } from '../../src/lake/column.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'long' },
  { name: 'day', type: 'date' },
];
const ROWS: Relation = {
  kind: 'rows',
  columns: COLUMNS,
  rows: [
    { id: 1n, day: '2026-11-23' },
    { id: 2n, day: '2026-11-24' },
  ],
};

describe('an engine over a lake that is not on this disk', () => {
  let folder: string;
  let engine: StoredFilesEngine;
  let copies: Set<string>;
  const store = memoryStore();
  /** Notes the local copies that are held. */
  const watched: ObjectStore = {
    ...store,
    async localCopy(key, options) {
      const copy = await store.localCopy(key, options);
      copies.add(copy.path);
      return copy;
    },
  };
  const target: WriteTarget = {
    folder: `${store.url}/silver/flights`,
    columns: COLUMNS,
    partitionBy: ['day'],
  };
  const scratch = (): string[] =>
    existsSync(join(folder, 'scratch')) ? readdirSync(join(folder, 'scratch')) : [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-stored-'));
    copies = new Set();
    const inner = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads: 1,
      temporaryFolder: join(folder, 'tmp'),
    });
    engine = new StoredFilesEngine(inner, watched, join(folder, 'scratch'));
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes into the store and reads from there, and leaves nothing on the disk', async () => {
    const written = await engine.write({ sql: 'select * from r', relations: { r: ROWS } }, target);
    expect(written.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^memory:\/\/store\/silver\/flights\/day=2026-11-23\/part-.*\.parquet$/),
      expect.stringMatching(/^memory:\/\/store\/silver\/flights\/day=2026-11-24\/part-.*\.parquet$/),
    ]);
    for (const { path, bytes } of written)
      expect((await store.head(path.slice(store.url.length + 1)))?.bytes).toBe(bytes);

    const files: Relation = {
      kind: 'files',
      columns: COLUMNS,
      files: written.map(({ path, partition }) => ({ path, constants: partition })),
    };
    const sql = 'select id, day from f order by id';
    const nested: Relation = { kind: 'select', select: { sql: 'select * from g', relations: { g: files } } };
    const { rows } = ROWS as { rows: unknown };
    expect(await engine.rows({ sql, relations: { f: files } })).toEqual(rows);
    expect(await engine.rows({ sql, relations: { f: nested } })).toEqual(rows);
    await engine.keep('kept', { sql, relations: { f: files } });
    await engine.extend('kept', { sql, relations: { f: files } });
    const kept: Relation = { kind: 'kept', name: 'kept' };
    expect(await engine.rows({ sql: 'select id from f', relations: { f: kept } })).toHaveLength(4);
    expect(scratch()).toEqual([]);
    expect(copies.size).toBe(8);
    expect([...copies].filter(existsSync)).toEqual([]);
  });

  it('gives everything back when a file is missing or a SELECT fails', async () => {
    const [written] = await engine.write({ sql: 'select * from r limit 1', relations: { r: ROWS } }, target);
    const there = { path: written?.path ?? '' };
    const files = (...paths: readonly { path: string }[]): Relation => ({
      kind: 'files',
      columns: COLUMNS,
      files: paths,
    });
    const missing = files(there, { path: `${store.url}/silver/flights/gone.parquet` });
    await expect(engine.rows({ sql: 'select * from f', relations: { f: missing } })).rejects.toMatchObject({
      code: 'object-not-found',
    });
    await expect(
      engine.write({ sql: 'select error(id) from f', relations: { f: files(there) } }, target),
    ).rejects.toMatchObject({ code: 'sql-failed' });
    expect([...copies].filter(existsSync)).toEqual([]);
    expect(scratch()).toEqual([]);
  });
});
