import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ObjectStore } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export async function keys(store: ObjectStore, prefix: string, startAfter?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, startAfter === undefined ? {} : { startAfter }))
    found.push(key);
  return found;
}

/** The promises of the port `ObjectStore`; every adapter runs them. `open` answers an empty store each time. */
export function storeContract(open: () => ObjectStore | Promise<ObjectStore>): void {
  test('what was put is got, whole or in ranges that may reach over the end', async () => {
    const store = await open();
    await store.put('a/b.txt', '0123456789');
    expect(text(await store.get('a/b.txt'))).toBe('0123456789');
    expect(text(await store.get('a/b.txt', { start: 2, end: 5 }))).toBe('234');
    expect(text(await store.get('a/b.txt', { start: 8, end: 99 }))).toBe('89');
    expect(await store.get('a/b.txt', { start: 20, end: 30 })).toHaveLength(0);
  });

  test('an object beyond a few pages comes back byte for byte', async () => {
    const store = await open();
    const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);
    await store.put('large', body);
    expect(Buffer.compare(await store.get('large'), body)).toBe(0);
    expect((await store.head('large'))?.bytes).toBe(300_000);
  });

  test('put replaces, and the caller may reuse its buffer', async () => {
    const store = await open();
    const body = new TextEncoder().encode('one');
    await store.put('key', body);
    body.fill(0);
    expect(text(await store.get('key'))).toBe('one');
    await store.put('key', 'two');
    expect(text(await store.get('key'))).toBe('two');
  });

  test('putIfAbsent never replaces', async () => {
    const store = await open();
    expect(await store.putIfAbsent('log/0.json', 'first')).toBe('created');
    expect(await store.putIfAbsent('log/0.json', 'second')).toBe('exists');
    expect(text(await store.get('log/0.json'))).toBe('first');
  });

  test('of 32 racing putIfAbsent exactly one creates, and its content stays', async () => {
    const store = await open();
    const outcomes = await Promise.all(
      Array.from({ length: 32 }, (_, i) => store.putIfAbsent('log/1.json', `writer ${i}`)),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(text(await store.get('log/1.json'))).toBe(`writer ${outcomes.indexOf('created')}`);
  });

  test('an absent object has no head and is an object-not-found to get', async () => {
    const store = await open();
    expect(await store.head('nothing')).toBeNull();
    await expect(store.get('nothing')).rejects.toMatchObject({ kind: 'invalid', code: 'object-not-found' });
    await expect(store.get('nothing', { start: 0, end: 1 })).rejects.toMatchObject({
      code: 'object-not-found',
    });
  });

  test('delete takes an object away, and an absent one is no error', async () => {
    const store = await open();
    await store.put('key', 'x');
    await store.delete('key');
    await store.delete('key');
    expect(await store.head('key')).toBeNull();
  });

  test('a listing is sorted, goes into folders, honours prefix and startAfter', async () => {
    const store = await open();
    for (const key of ['b/2', 'b/10', 'a', 'b/1', 'b.txt', 'b/1/x', 'c', 'b!'])
      await store.put(key === 'b/1' ? 'b/1.t' : key, 'x');
    expect(await keys(store, '')).toEqual(['a', 'b!', 'b.txt', 'b/1.t', 'b/1/x', 'b/10', 'b/2', 'c']);
    expect(await keys(store, 'b/')).toEqual(['b/1.t', 'b/1/x', 'b/10', 'b/2']);
    expect(await keys(store, 'b/1')).toEqual(['b/1.t', 'b/1/x', 'b/10']);
    expect(await keys(store, 'b/', 'b/1/x')).toEqual(['b/10', 'b/2']);
    expect(await keys(store, 'b/', 'b/1/')).toEqual(['b/1/x', 'b/10', 'b/2']);
    expect(await keys(store, 'none/')).toEqual([]);
  });

  test('a view shows what is below its prefix, under relative keys', async () => {
    const store = await open();
    await store.put('tables/one/x', '1');
    const view = store.at('tables/one');
    expect(text(await view.get('x'))).toBe('1');
    await view.put('y', '2');
    expect(await keys(store, '')).toEqual(['tables/one/x', 'tables/one/y']);
    expect(await keys(view, '')).toEqual(['x', 'y']);
    expect(view.url).toBe(`${store.url}/tables/one`);
  });

  test.each([
    '../victim',
    '../../victim',
    'a/../../victim',
    'a/..',
    '..',
    '.',
    './victim',
    '/victim',
    'a//b',
    'a/',
    '',
    'a\0b',
    '../store-2/victim',
  ])('the key %j leads out of the store, or nowhere, and is refused by every call', async (key) => {
    const store = await open();
    await store.put('victim', 'x');
    const inner = store.at('tables/one');
    await inner.put('a', 'x');
    const refused = { kind: 'invalid', code: 'invalid-argument' };
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'x');
    for (const view of [store, inner]) {
      await expect(view.delete(key)).rejects.toMatchObject(refused);
      await expect(view.get(key)).rejects.toMatchObject(refused);
      await expect(view.get(key, { start: 0, end: 1 })).rejects.toMatchObject(refused);
      await expect(view.head(key)).rejects.toMatchObject(refused);
      await expect(view.put(key, 'y')).rejects.toMatchObject(refused);
      await expect(view.putFile(key, path)).rejects.toMatchObject(refused);
      await expect(view.putIfAbsent(key, 'y')).rejects.toMatchObject(refused);
      await expect(view.localCopy(key)).rejects.toMatchObject(refused);
    }
    if (key.includes('..')) {
      expect(() => store.at(key)).toThrow(/cannot name an object/);
      await expect(keys(store, key)).rejects.toMatchObject(refused);
    }
    expect(await keys(store, '')).toEqual(['tables/one/a', 'victim']);
    expect(text(await store.get('victim'))).toBe('x');
  });

  test('a file is put as it is, in the place of what was there', async () => {
    const store = await open();
    const path = join(temporaryFolder(), 'file');
    const body = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251);
    writeFileSync(path, body);
    await store.put('data/file', 'old');
    await store.putFile('data/file', path);
    expect(Buffer.compare(await store.get('data/file'), body)).toBe(0);
    await expect(store.putFile('data/none', `${path}.none`)).rejects.toThrow(/ENOENT/);
    expect(await store.head('data/none')).toBeNull();
  });

  test('a local copy is a file with the bytes, for as long as it is held', async () => {
    const store = await open();
    await store.put('data/a b=c%2Fd.parquet', 'content');
    const copy = await store.localCopy('data/a b=c%2Fd.parquet');
    const again = await store.localCopy('data/a b=c%2Fd.parquet', { bytes: 7 });
    await copy[Symbol.asyncDispose]();
    expect(readFileSync(again.path, 'utf8')).toBe('content');
    await again[Symbol.asyncDispose]();
    await expect(store.localCopy('data/none')).rejects.toMatchObject({ code: 'object-not-found' });
  });
}
