import { memoryStore } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import type { Relation, Select } from '../../../src/engine/engine.ts';
import { type Kept, KeptRelations } from '../../../src/engine/spark/kept.ts';
import { Storage } from '../../../src/engine/spark/storage.ts';
import { tuningFor } from '../../../src/engine/spark/tuning.ts';

const store = memoryStore();
const storage = new Storage(store);
const files = (name: string, rows = 1): Kept => ({
  kind: 'files',
  columns: [{ name: 'x', sqlType: 'bigint' }],
  addresses: [storage.addressOf(name)],
  rows,
});
const large = tuningFor(1_000_000, 6, 1);
const small = tuningFor(10, 6, 2);
const kept = (name: string): Relation => ({ kind: 'kept', name });
const reading = (...relations: readonly Relation[]): Select => ({
  sql: 'select 1',
  relations: Object.fromEntries(relations.map((relation, index) => [`r${index}`, relation])),
});

describe('relations that Spark keeps', () => {
  it('have the tuning of the newest batch that they are made of, and so has a SELECT that reads them', async () => {
    const relations = new KeptRelations(storage);
    await relations.replace('recent', files('recent'), large);
    await relations.replace('batch', files('batch'), small);
    const batch = kept('batch');
    const recent = kept('recent');
    expect(relations.tuningOf(reading(recent))).toBe(large);
    expect(relations.tuningOf(reading(recent, batch))).toBe(small);
    expect(relations.tuningOf(reading(batch, recent))).toBe(small);
    expect(relations.tuningOf(reading(recent, { kind: 'select', select: reading(batch) }))).toBe(small);
    expect(relations.tuningOf(reading(kept('nothing'), { kind: 'rows', columns: [], rows: [] }))).toBeNull();
  });

  it('count their rows, through what is computed where it is read', async () => {
    const relations = new KeptRelations(storage);
    await relations.replace('batch', files('batch', 7), small);
    await relations.replace('view', { kind: 'select', select: reading(kept('batch')), inputs: [] }, small);
    expect(relations.rowsOf(reading(kept('view'), kept('batch')))).toBe(14);
    expect(relations.rowsOf(reading({ kind: 'files', columns: [], files: [{ path: '/a.parquet' }] }))).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('leave no file behind when they are replaced, and keep the files that the next one has too', async () => {
    const relations = new KeptRelations(storage);
    for (const name of ['a', 'b', 'c']) await store.put(name, name);
    const ab = { ...files('a'), addresses: ['a', 'b'].map((name) => storage.addressOf(name)) } as Kept;
    await relations.replace('x', ab, large);
    const bc = { ...files('b'), addresses: ['b', 'c'].map((name) => storage.addressOf(name)) } as Kept;
    await relations.replace('x', bc, small);
    const there: string[] = [];
    for await (const { key } of store.list('')) there.push(key);
    expect(there).toEqual(['b', 'c']);
    await relations.forget('x');
    for await (const { key } of store.list('')) expect.unreachable(key);
  });
});
