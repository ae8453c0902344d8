import { expect, it } from 'vitest';
import { durationText, MergeLines } from '../../../src/program/terminal/merge-progress.ts';
import { summary } from '../../../src/program/rebuild.ts';

it('a merge says its plan, then rows, share, pace and the time that is left', () => {
  const said: string[] = [];
  let now = 1000;
  const lines = new MergeLines(
    'Rebuilding',
    () => now,
    (text) => said.push(text),
  );
  const slices = [1, 2, 3, 4].map((n) => ({ start: n * 300, end: n * 300 + 300, rows: 1_000_000 }));
  lines.show({ slices, done: 1, isResumed: true });
  now += 20_000;
  lines.show({ slices, done: 2, isResumed: true });
  now += 40_000;
  lines.show({ slices, done: 4, isResumed: true });
  expect(said).toEqual([
    'Rebuilding 1970-01-01T00:05Z to 1970-01-01T00:25Z: 4,000,000 rows, in 4 slices.',
    'An earlier run has done 1 of them; it goes on behind these.',
    '2,000,000 of 4,000,000 rows (50 %), 50,000 a second, about 40 s left',
    '4,000,000 of 4,000,000 rows (100 %), 50,000 a second',
  ]);
  expect([30, 600, 12_000].map(durationText)).toEqual(['30 s', '10 min', '3.3 h']);
});

it('a rebuild ends with the rows of each table, or with what would come, go and change', () => {
  const slices = [{ start: 0, end: 300, rows: 5 }];
  const rows = { 'quarantine/flights': 1, 'silver/flights': 5 };
  expect(summary({ slices, done: 1, rows, released: 2 }, null, null, 'file:///lake')).toBe(
    'The tables of file:///lake have:\n  quarantine/flights: 1 new row, and 2 rows left it\n  silver/flights: 5 rows',
  );
  const tables = new Map([['silver/flights', { come: 1, go: 2, change: 3000 }]]);
  expect(summary({ slices, done: 1, rows: {}, released: 0 }, { tables }, null, 'file:///lake')).toBe(
    'Nothing was changed in file:///lake.\n  silver/flights: 1 row would come, 2 go, 3,000 change',
  );
  expect(summary({ slices: [], done: 0, rows: {}, released: 0 }, null, null, 'file:///lake')).toBe(
    'There are no rows in this range; the lake is file:///lake.',
  );
});
