import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileCache } from '../../../src/storage/cache/file-cache.ts';
import { temporaryFolder } from '../../tables.ts';
import { withoutLinks } from '../no-links.ts';

interface World {
  readonly folder: string;
  readonly cache: FileCache;
  /** Uses an object of ten bytes, once, and gives it back. */
  readonly touch: (name: string, through?: FileCache) => Promise<void>;
  readonly fills: string[];
  readonly objects: () => string[];
  readonly another: () => FileCache;
}

function world(maxBytes: number = 30): World {
  const folder = temporaryFolder();
  let now = 1_700_000_000_000;
  const another = (): FileCache => {
    const cache = new FileCache({ folder, maxBytes, clock: () => (now += 1000) });
    onTestFinished(() => cache.close());
    return cache;
  };
  const cache = another();
  const fills: string[] = [];
  return {
    folder,
    cache,
    fills,
    another,
    objects: () => readdirSync(join(folder, 'objects')).sort(),
    touch: async (name, through = cache) => {
      await using copy = await through.copy(name, 10, async (path) => {
        fills.push(name);
        await writeFile(path, name.padEnd(10, '.'));
      });
      expect(readFileSync(copy.path, 'utf8')).toBe(name.padEnd(10, '.'));
    },
  };
}

describe('the file cache', () => {
  test('works on a file system without hard links, too', async () => {
    onTestFinished(withoutLinks());
    const { touch, fills, objects, folder } = world(30);
    for (const name of ['a', 'b', 'a', 'c', 'd', 'd']) await touch(name);
    expect(fills).toEqual(['a', 'b', 'c', 'd']);
    expect(objects()).toHaveLength(3);
    expect(readdirSync(join(folder, 'uses'), { recursive: true })).toHaveLength(1);
  });

  test('fetches once what is asked for again and again, also at once', async () => {
    const { touch, fills } = world();
    await Promise.all([touch('a'), touch('a'), touch('a')]);
    await touch('a');
    expect(fills).toEqual(['a']);
  });

  test('is there again when its folder could not be made at first, as on a full disk', async () => {
    const { folder, touch } = world();
    writeFileSync(join(folder, 'objects'), 'in the way');
    await expect(touch('a')).rejects.toThrow('objects');
    rmSync(join(folder, 'objects'));
    await touch('a');
  });

  test('gives up the least recently used, and not more than it must', async () => {
    const { touch, objects, fills } = world();
    for (const name of ['a', 'b', 'c', 'a', 'd']) await touch(name);
    expect(objects()).toEqual(['a', 'c', 'd']);
    await touch('b');
    expect(objects()).toEqual(['a', 'b', 'd']);
    expect(fills).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  test('keeps what is in use, by us or by another process, and more than it may when it must', async () => {
    const { cache, touch, objects, another } = world();
    const fill = (path: string): Promise<void> => writeFile(path, '0123456789');
    const ours = await cache.copy('a', 10, fill);
    const theirs = await another().copy('b', 10, fill);
    for (const name of ['c', 'd', 'e']) await touch(name);
    expect(objects()).toEqual(['a', 'b', 'e']);
    const held = await Promise.all(['f', 'g', 'h'].map((name) => cache.copy(name, 10, fill)));
    for (const copy of [ours, theirs, ...held]) expect(readFileSync(copy.path, 'utf8')).toBe('0123456789');
    for (const copy of [ours, theirs, ...held]) await copy[Symbol.asyncDispose]();
    await touch('i');
    expect(objects()).toHaveLength(3);
  });

  test('leaves a file readable that another process evicts at the wrong moment', async () => {
    const { cache, folder } = world();
    await using copy = await cache.copy('a', undefined, (path) => writeFile(path, 'mine'));
    rmSync(join(folder, 'objects/a'));
    expect(readFileSync(copy.path, 'utf8')).toBe('mine');
  });

  test('fetches again what has another size than it should', async () => {
    const { touch, fills, folder } = world();
    await touch('a');
    writeFileSync(join(folder, 'objects/a'), 'half');
    await touch('a');
    expect(fills).toEqual(['a', 'a']);
  });

  test('keeps nothing of a fetch that failed, and tries again', async () => {
    const { cache, touch, objects, folder } = world();
    const failing = cache.copy('a', 10, async (path) => {
      await writeFile(path, 'half');
      throw new Error('torn');
    });
    await expect(failing).rejects.toThrow('torn');
    expect(objects()).toEqual([]);
    expect(
      readdirSync(join(folder, 'uses')).flatMap((own) => readdirSync(join(folder, 'uses', own))),
    ).toEqual([]);
    await touch('a');
    expect(objects()).toEqual(['a']);
  });

  test('removes what dead processes left behind, and nothing of the living', async () => {
    const { touch, folder, cache } = world();
    await using copy = await cache.copy('a', 10, (path) => writeFile(path, '0123456789'));
    for (const [name, ageMs] of [
      ['dead', 3_600_000],
      ['new', 0],
    ] as const) {
      mkdirSync(join(folder, 'uses', name));
      writeFileSync(join(folder, 'uses', name, '0-x.part'), 'half');
      const time = new Date(1_700_000_000_000 - ageMs);
      utimesSync(join(folder, 'uses', name), time, time);
    }
    for (const name of ['b', 'c', 'd']) await touch(name);
    expect(existsSync(join(folder, 'uses/dead'))).toBe(false);
    expect(existsSync(join(folder, 'uses/new/0-x.part'))).toBe(true);
    expect(readFileSync(copy.path, 'utf8')).toBe('0123456789');
  });

  test('serves several processes, one of which is killed while it fills', async () => {
    const { touch, folder, objects } = world(50);
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', join(import.meta.dirname, 'filler.ts'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'half') child.kill('SIGKILL');
    }
    await exited;
    expect(objects()).toEqual(['whole']);
    await touch('halfway');
    expect(objects()).toEqual(['halfway', 'whole']);
  });
});
