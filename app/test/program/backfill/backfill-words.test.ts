import { describe, expect, it } from 'vitest';
import { BackfillWords, reportLine } from '../../../src/program/backfill/backfill-words.ts';
import type { ArchiveReport } from '../../../src/program/backfill/run-backfill.ts';

const REPORT: ArchiveReport = {
  path: 'hour.csv',
  partition: 1_000_000_000,
  rows: 2_000_000,
  taken: 1_900_000,
  quarantined: { missing_time: 1, duplicate: 99_998, invalid_position: 1 },
  since_ms: null,
  damage: null,
  useless: null,
};

describe('what a backfill says', () => {
  it('of an archive: what became of its rows', () => {
    expect(reportLine(REPORT)).toBe(
      'hour.csv: 2,000,000 rows read, 1,900,000 new in Silver, 99,998 duplicates, 1 in quarantine (invalid_position), 1 in quarantine (missing_time).',
    );
  });

  it('of an archive that is in the lake: since when', () => {
    expect(reportLine({ ...REPORT, since_ms: 0 })).toBe(
      'hour.csv: its 2,000,000 rows went into the lake at 1970-01-01T00:00:00.000Z; it is left out.',
    );
  });

  it('of one that is cut off, and of one that is none', () => {
    expect(reportLine({ ...REPORT, damage: 'hour.csv: unexpected end of file' })).toMatch(
      /\. It could not be read to its end: hour\.csv: unexpected end of file\.$/,
    );
    expect(reportLine({ ...REPORT, rows: 0, useless: 'it is no CSV' })).toBe(
      'hour.csv: nothing of it is of use, it is no CSV.',
    );
  });

  it('while it reads and merges: how far it is, and how long the rest takes', () => {
    let ms = 0;
    const [lines, shown]: [string[], string[]] = [[], []];
    const words = new BackfillWords(() => ms, [{ bytes: 60e6 }, { bytes: 40e6 }], {
      speak: (text) => lines.push(text),
      speakForNow: (text) => shown.push(text),
    });
    words.onArchive('a.csv', 1);
    ms = 1_000;
    words.onBytes(25e6);
    expect(shown.at(-1)).toBe('Reading a.csv, 1 of 2: 25 % of 100 MB, about 3 s left');
    const slice = (rows: number) => ({ start: 0, end: 300, rows });
    const slices = [slice(100), slice(300), slice(600)];
    words.onMerge({ slices, done: 1, isResumed: true });
    expect(lines.at(-1)).toBe(
      'Merging: 1,000 rows of the range, in 3 slices; an earlier run has done 1 of them',
    );
    ms = 4_000;
    words.onMerge({ slices, done: 2, isResumed: true });
    expect(shown.at(-1)).toBe('Merged 400 of 1,000 rows (40 %), about 6 s left');
  });
});
