import { existsSync, readdirSync } from 'node:fs';
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

  test('makes its folder at the first write, and again when it was taken away', async () => {
    const folder = join(temporaryFolder(), 'not/yet');
    const store = localStore(folder);
    expect(await keys(store, '')).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    await store.putIfAbsent('x/y', '1');
    expect(text(await store.get('x/y'))).toBe('1');
  });
});
