import { expect, it } from 'vitest';
import { diskShare, diskWords } from '../../src/disk/disk.ts';

const table = {
  name: 'silver/flights',
  rows: 10,
  bytes: 10,
  files: 1,
  from_ms: Date.UTC(2026, 8, 3, 7),
  to_ms: Date.UTC(2026, 11, 1),
  keep_ms: null,
  bytes_per_day: 10,
  deleted_rows: 0,
  due: [],
  next: null,
};
const next = { what: '2026-11-24', at_ms: Date.UTC(2026, 11, 2), bytes: 10, reason: 'age' } as const;
const keep = {
  at_ms: 0,
  keep: '',
  bytes: 12_300_000_000,
  budget_bytes: 20_000_000_000,
  budget_reached_at_ms: null,
  notice: null,
  tables: [table, { ...table, name: 'bronze/flights', next }],
};

it('the disk is told in parts: how much, how far back, what goes next', () => {
  expect(diskWords(keep)).toEqual([
    '12 GB of 20 GB',
    'Silver back to 2026-09-03',
    'next: Bronze of 2026-11-24 on 2026-12-02',
  ]);
  expect(diskWords({ ...keep, budget_bytes: null, tables: [] })).toEqual(['12 GB', 'nothing is deleted']);
});

it('the bar is never longer than the budget', () => {
  expect(diskShare(keep)).toBeCloseTo(0.615);
  expect(diskShare({ ...keep, bytes: 30e9 })).toBe(1);
  expect(diskShare({ ...keep, budget_bytes: null })).toBeNull();
});
