import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localStore, memoryStore } from '../../src/index.ts';
import { temporaryFolder } from '../tables.ts';
import { keys, storeContract, text } from './contract.ts';

describe('the local store keeps the promises of the port:', () => {
  storeContract(() => localStore(join(temporaryFolder(), 'root')));
});

describe('the memory store keeps the promises of the port:', () => {
  storeContract(() => memoryStore());
});

describe('the local store', () => {
  test('leaves no temporary files, also not of the loser of a race', async () => {
    const folder = temporaryFolder();
    const store = localStore(folder);
    await store.put('a', '1');
    await Promise.all([store.putIfAbsent('b', '1'), store.putIfAbsent('b', '2')]);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
  });

  test('does not list what a killed writer left behind', async () => {
    const folder = temporaryFolder();
    const store = localStore(folder);
    await store.put('a', '1');
    await store.put('.a.00000000-0000-4000-8000-000000000000.tmp', 'half');
    expect(await keys(store, '')).toEqual(['a']);
  });

  test('does not take for left behind what it is writing, whatever the clock says', async () => {
    const folder = temporaryFolder();
    const store = localStore(folder);
    await store.put('.a.00000000-0000-4000-8000-000000000000.tmp', 'half');
    let isWriting = true;
    const writing = store.put('b', new Uint8Array(100_000_000)).finally(() => (isWriting = false));
    let [looks, others] = [0, 0];
    while (isWriting) {
      const isThere = readdirSync(folder).some((name) => name.startsWith('.b.'));
      const left = [];
      // Another handle, as a vacuum would have.
      for await (const { key } of localStore(folder).leftovers?.('') ?? []) left.push(key);
      if (isThere) looks += 1;
      others += left.filter((key) => !key.startsWith('.a.')).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    expect(looks).toBeGreaterThan(0);
    expect(others).toBe(0);
  });

  test('makes its folder at the first write, and again when it was taken away', async () => {
    const folder = join(temporaryFolder(), 'not/yet');
    const store = localStore(folder);
    expect(await keys(store, '')).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    await store.putIfAbsent('x/y', '1');
    expect(text(await store.get('x/y'))).toBe('1');
  });

  test('deletes a link and never what it leads to, and nothing that a link leads to outside of it', async () => {
    const folder = temporaryFolder();
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'victim'), 'x');
    const store = localStore(join(folder, 'root'));
    await store.put('day=1/a', '1');
    symlinkSync(outside, join(folder, 'root/day=2'));
    symlinkSync(join(outside, 'victim'), join(folder, 'root/day=1/link'));
    await expect(store.delete('day=2/victim')).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(outside) as string,
    });
    await store.delete('day=1/link');
    expect(readdirSync(outside)).toEqual(['victim']);
    // A folder that is linked is no object, and what is in it belongs to others.
    expect(await keys(store, '')).toEqual(['day=1/a']);
  });

  test('the root itself may be reached through a link', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const store = localStore(join(folder, 'link'));
    await store.put('a/b', '1');
    await store.delete('a/b');
    expect(readdirSync(join(folder, 'real/a'))).toEqual([]);
  });

  test('knows a file by more than its key', async () => {
    const folder = temporaryFolder();
    const store = localStore(join(folder, 'root'));
    await store.put('a', '1');
    await store.put('day=1/b', '1');
    linkSync(join(folder, 'root/a'), join(folder, 'root/hard'));
    symlinkSync('a', join(folder, 'root/soft'));
    symlinkSync('day=1', join(folder, 'root/days'));
    symlinkSync('loop', join(folder, 'root/loop'));
    const places = await store.places?.([
      'a',
      'hard',
      'soft',
      'day=1/b',
      'days/b',
      'none',
      'loop',
      '../root/a',
    ]);
    const names = Map.groupBy(places ?? [], ([, { identity }]) => identity)
      .values()
      .map((same) => same.map(([key]) => key));
    expect([...names]).toEqual([
      ['a', 'hard', 'soft'],
      ['day=1/b', 'days/b'],
    ]);
    const elsewhere = await localStore('/').places?.([join(folder, 'root/a').slice(1)]);
    expect([...(elsewhere ?? [])].map(([, { identity }]) => identity)).toEqual([places?.get('a')?.identity]);
  });
});
