import type { AddFile } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { recordedUntil } from '../../../src/dashboard/live/recording.ts';

const NOW = 1_796_000_000;
const YEAR = 31_536_000;

const file = (start: number, end: number, rows: number): AddFile => ({
  path: `${start}`,
  size: 1,
  modificationTime: 0,
  dataChange: true,
  partitionValues: {},
  statsText: null,
  stats: {
    numRecords: rows,
    minValues: { time_position: start },
    maxValues: { time_position: BigInt(end) },
    nullCount: {},
  },
});
const recording = (years: number, rows: number): AddFile =>
  file(NOW - years * YEAR - 600, NOW - years * YEAR, rows);

describe('the end of what a table of recordings shows', () => {
  it('is that of the world of 2021, not that of four aircraft of 2023', () => {
    const files = [recording(3, 4), recording(5, 5400), recording(5.6, 15), recording(8, 6)];
    expect(recordedUntil(files, NOW)).toBe(NOW - 5 * YEAR);
  });

  it('is the newest position of the newest recording where that is more than a sample', () => {
    expect(recordedUntil([recording(3, 100), recording(5, 1_000_000)], NOW)).toBeNull();
    expect(recordedUntil([recording(3, 4), recording(5, 30)], NOW)).toBeNull();
    expect(recordedUntil([recording(3, 4)], NOW)).toBeNull();
  });

  it('does not cut a recording whose files follow each other', () => {
    const start = NOW - 5 * YEAR;
    const files = [file(start, start + 3000, 90_000), file(start + 4000, start + 4100, 3)];
    expect(recordedUntil(files, NOW)).toBeNull();
  });

  it('is never an old recording in a table that is written today, nor said of a table without statistics', () => {
    expect(recordedUntil([recording(5, 5400), file(NOW - 20, NOW - 10, 1)], NOW)).toBeNull();
    expect(recordedUntil([{ ...recording(5, 5400), stats: null }], NOW)).toBeNull();
    expect(recordedUntil([], NOW)).toBeNull();
  });
});
