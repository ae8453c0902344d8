import type { AddFile } from '@contrail/delta-lake';
import { describe, expect, it } from 'vitest';
import { type MergeRecord, parseMergeRecord, recordText } from '../../../src/pipeline/merge/merge-record.ts';
import {
  BY_POSITION,
  BY_WINDOW,
  filesOfSpan,
  restsOf,
  timesOf,
} from '../../../src/pipeline/merge/replacement.ts';
import { slicesOf, wholeWindows } from '../../../src/pipeline/merge/slices.ts';

const file = (path: string, min?: unknown, max?: unknown, column = 'time_position'): AddFile =>
  ({
    path,
    stats:
      min === undefined
        ? null
        : { numRecords: 1, minValues: { [column]: min }, maxValues: { [column]: max }, nullCount: {} },
  }) as unknown as AddFile;

describe('the slices of a merge', () => {
  it('are whole windows with at most so many rows, or one window with more, and together the whole span', () => {
    const windows = [
      [300, 40],
      [600, 50],
      [1500, 20],
      [1800, 500],
      [2100, 1],
    ] as const;
    expect(slicesOf(windows, { start: 0, end: 3000 }, 100)).toEqual([
      { start: 0, end: 1500, rows: 90 },
      { start: 1500, end: 1800, rows: 20 },
      { start: 1800, end: 2100, rows: 500 },
      { start: 2100, end: 3000, rows: 1 },
    ]);
    expect(slicesOf([], { start: 0, end: 3000 }, 100)).toEqual([]);
  });

  it('widen a range to whole windows; an open one is all that can be plausible', () => {
    expect(wholeWindows({ from: 1_700_000_001, to: 1_700_000_101 }, 0)).toEqual({
      start: 1_699_999_800,
      end: 1_700_000_400,
    });
    expect(wholeWindows({ from: null, to: null }, 1_700_000_000)).toEqual({
      start: 946_684_800,
      end: 1_700_086_500,
    });
  });
});

describe('the files that a slice replaces', () => {
  const files = [
    file('before', 0, 299),
    file('inside', 300n, 599n),
    file('across', 200, 700),
    file('behind', 600, 700),
    file('unknown'),
  ];
  it('are those with rows of it, by their statistics; those with others too are mixed', () => {
    const { touched, mixed } = filesOfSpan(files, BY_POSITION, { start: 300, end: 600 });
    expect(touched.map(({ path }) => path)).toEqual(['inside', 'across', 'unknown']);
    expect(mixed.map(({ path }) => path)).toEqual(['across', 'unknown']);
  });

  it('are found by the start of their windows in Gold', () => {
    const times = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:05:00.000Z'] as const;
    expect(timesOf(file('gold', ...times, 'window_start'), BY_WINDOW)).toEqual({
      start: 1_767_225_600,
      end: 1_767_225_900,
    });
  });

  it('leave their other rows before the slice, in each slice to come, and behind the range', () => {
    expect(restsOf({ start: 300, end: 600 }, [900, 1200])).toEqual([
      { start: -Infinity, end: 300 },
      { start: 600, end: 900 },
      { start: 900, end: 1200 },
      { start: 1200, end: Infinity },
    ]);
    expect(restsOf({ start: 300, end: 600 }, [])).toEqual([
      { start: -Infinity, end: 300 },
      { start: 600, end: Infinity },
    ]);
  });
});

describe('the record of a slice', () => {
  const record: MergeRecord = {
    merge_id: 7,
    command: 'rebuild',
    work: 'rebuild all',
    recorded_at_ms: 1,
    slices: [{ start: 0, end: 300, rows: 2 }],
    slice: 0,
    rows: { 'silver/flights': 2 },
    released: 0,
    tables: {
      'silver/flights': {
        adds: [
          {
            path: 'event_date=2026-01-01/one.parquet',
            bytes: 10,
            rows: 2,
            partition: { event_date: '2026-01-01' },
            statistics: {
              time_position: { nulls: 0, min: 9_007_199_254_740_993n, max: 9_007_199_254_740_995n },
              velocity: { nulls: 0, min: -Infinity, max: 1.5 },
              on_ground: { nulls: 0, min: false, max: true },
            },
          },
        ],
        removes: ['old.parquet'],
      },
    },
  };

  it('comes back from its text as it was, with its long and infinite numbers', () => {
    expect(parseMergeRecord(recordText(record), 7, 'here')).toEqual(record);
  });

  it.each([
    ['it is not JSON', '{'],
    ['its merge_id is not the number of its name', recordText({ ...record, merge_id: 8 })],
    ['its slices are not ranges of event time', recordText({ ...record, slice: 1 })],
    [
      'its tables are not files that come and go',
      recordText({ ...record, tables: { a: { adds: [], removes: [1] } } } as never),
    ],
  ])('is refused by name where %s', (what, text) => {
    expect(() => parseMergeRecord(text, 7, 'here')).toThrow(what);
  });
});
