import { memoryStore } from '@contrail/delta-lake';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FIRST_ARCHIVE_PARTITION } from '../../../src/lake/bronze-flights.ts';
import {
  type ArchiveIdentity,
  firstNumber,
  noteComplete,
  readArchiveRecord,
  register,
} from '../../../src/pipeline/backfill/registry.ts';

const identity = (content: string): ArchiveIdentity => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  name: `${content}.csv`,
  bytes: content.length,
});

describe('the register of archives', () => {
  it('gives an archive the same number and time each time, whatever it is called then', async () => {
    const store = memoryStore();
    const first = await register(store, identity('hour'), 1_000);
    const again = await register(store, { ...identity('hour'), name: 'renamed.csv' }, 2_000);
    expect(again).toEqual(first);
    expect(first).toMatchObject({ name: 'hour.csv', registered_at_ms: 1_000, complete: null });
  });

  it('numbers archives far above the partitions of any topic, as an integer', () => {
    for (let index = 0; index < 1_000; index += 1) {
      const number = firstNumber(identity(String(index)).sha256);
      expect(number).toBeGreaterThanOrEqual(FIRST_ARCHIVE_PARTITION);
      expect(number).toBeLessThan(2 ** 31);
    }
  });

  it('gives archives different numbers also where their hashes give one, even the last one', async () => {
    const store = memoryStore();
    const hash = (tail: string): string =>
      `${(1_147_483_647).toString(16).padStart(12, '0')}${tail.padStart(52, '0')}`;
    const archives = ['a', 'b', 'c'].map((tail) => ({ sha256: hash(tail), name: tail, bytes: 1 }));
    const numbers: number[] = [];
    for (const archive of archives) numbers.push((await register(store, archive, 1)).partition);
    expect(numbers).toEqual([2_147_483_647, 1_000_000_000, 1_000_000_001]);
    for (const [index, archive] of archives.entries())
      expect((await register(store, archive, 2)).partition).toBe(numbers[index]);
  });

  it('knows which archives are complete', async () => {
    const store = memoryStore();
    const record = await register(store, identity('hour'), 1_000);
    const complete = { at_ms: 5_000, rows: 3, taken: 1, quarantined: { duplicate: 2 }, damage: null };
    await noteComplete(store, record, complete);
    expect(await register(store, identity('hour'), 9_000)).toEqual({ ...record, complete });
  });

  it('names a record that is not one', async () => {
    const store = memoryStore();
    const { partition } = await register(store, identity('hour'), 1_000);
    await store.put(`_contrail/archives/${partition}.json`, '{}');
    await expect(readArchiveRecord(store, partition)).rejects.toMatchObject({
      code: 'archive-record-unreadable',
      message: expect.stringContaining(`_contrail/archives/${partition}.json`) as unknown,
    });
    await expect(register(store, identity('hour'), 2_000)).rejects.toMatchObject({ kind: 'corrupt' });
  });
});
