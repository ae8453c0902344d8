import { describe, expect, test } from 'vitest';
import { clockBehindS, clockNotice } from '../../src/pipeline/clock-difference.ts';

describe('the clock against the feed', () => {
  test('is behind when most rows come from its future, by what the middle of them says', () => {
    expect(clockBehindS([{ rows: 5000, aheadSeconds: 1200.4 }])).toBe(1200);
    expect(
      clockBehindS([
        { rows: 10, aheadSeconds: 0 },
        { rows: 30, aheadSeconds: 1190 },
        { rows: 30, aheadSeconds: 1200 },
      ]),
    ).toBe(1190);
  });

  test('is not blamed for one aircraft whose clock is wrong, however wrong', () => {
    expect(
      clockBehindS([
        { rows: 900, aheadSeconds: -8 },
        { rows: 100, aheadSeconds: 9.2e18 },
      ]),
    ).toBeNull();
  });

  test('agrees within the minute that an answer may take', () => {
    expect(clockBehindS([{ rows: 10, aheadSeconds: 60 }])).toBeNull();
    expect(clockBehindS([{ rows: 10, aheadSeconds: -120 }])).toBeNull();
  });

  test('is ahead, or the feed late, when all that a live feed says is old', () => {
    expect(clockBehindS([{ rows: 10, aheadSeconds: -90_000 }])).toBe(-90_000);
  });

  test('is not judged by rows that tell no time', () => {
    expect(clockBehindS([])).toBeNull();
    // A median of no rows is null in SQL, which is 0 here.
    expect(clockBehindS([{ rows: 0, aheadSeconds: 0 }])).toBeNull();
  });

  test.each([
    [1200, /about 20 min behind the feed's: nearly every position goes to quarantine as implausible_time/],
    [90, /about 90 s behind the feed's: beyond 10 min/],
    [-90_000, /about 25 h ahead of the feed's, or the feed is that late/],
    [34_560_000, /about 400 days behind/],
  ])('is named in words: %d s', (behindSeconds, words) => {
    expect(clockNotice(behindSeconds)).toMatch(words);
    expect(clockNotice(behindSeconds)).toContain('time synchronisation');
  });
});
