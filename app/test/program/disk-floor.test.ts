import { describe, expect, test } from 'vitest';
import { diskFloor, type FileSystemSize } from '../../src/program/disk-floor.ts';

const MB = 1_000_000;

/** A disk of 100 GB, of which so much is free, and a clock. */
function disk(free_mb: number, total_mb = 100_000) {
  let [free, now, looks] = [free_mb, 0, 0];
  return {
    fill: (mb: number) => void (free = mb),
    pass: (ms: number) => void (now += ms),
    looks: () => looks,
    components: {
      monotonic: () => now,
      statfs: (): FileSystemSize => {
        looks += 1;
        return { bsize: 1000, blocks: (total_mb * MB) / 1000, bavail: (free * MB) / 1000 };
      },
    },
  };
}

describe('a floor of the disk', () => {
  test('is looked at at most once a second, however often it is asked for', () => {
    const it = disk(600);
    const shortage = diskFloor(['/data'], 500 * MB, it.components);
    for (let ask = 0; ask < 100; ask += 1) expect(shortage()).toBeNull();
    expect(it.looks()).toBe(1);
    it.fill(400);
    expect(shortage()).toBeNull();
    it.pass(1000);
    expect(shortage()).toContain('Less than 500 MB are free on the disk of /data');
  });

  test('is left a little above it, so that it does not go on and off, and the sentence stays the same', () => {
    const it = disk(400);
    const shortage = diskFloor(['/data'], 500 * MB, it.components);
    const sentence = shortage();
    for (const free of [450, 510, 549]) {
      it.fill(free);
      it.pass(1000);
      expect(shortage()).toBe(sentence);
    }
    it.fill(551);
    it.pass(1000);
    expect(shortage()).toBeNull();
  });

  test('is by itself 500 MB, or a tenth of a small disk', () => {
    expect(diskFloor(['/data'], null, disk(499).components)()).toContain('500 MB');
    expect(diskFloor(['/data'], null, disk(7, 64).components)()).toBeNull();
    expect(diskFloor(['/data'], null, disk(6, 64).components)()).toContain('Less than 7 MB');
  });

  test('of 0 is no floor, and no disk is looked at', () => {
    const it = disk(0);
    expect(diskFloor(['/data'], 0, it.components)()).toBeNull();
    expect(it.looks()).toBe(0);
  });

  test('names the folder whose disk is full, and looks above a folder that is not there yet', () => {
    const statfs = (path: string): FileSystemSize => {
      if (path === '/b/new/topic' || path === '/b/new') throw Object.assign(new Error(), { code: 'ENOENT' });
      return { bsize: 1, blocks: 1e12, bavail: path === '/b' ? 0 : 1e12 };
    };
    expect(diskFloor(['/a', '/b/new/topic'], null, { statfs })()).toContain('/b/new/topic');
  });

  test('is no floor where the file system cannot tell', () => {
    expect(diskFloor(['/data'], null, disk(0, 0).components)()).toBeNull();
    const statfs = (): FileSystemSize => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    expect(diskFloor(['/data'], null, { statfs })()).toBeNull();
    expect(diskFloor([], null)()).toBeNull();
  });
});
