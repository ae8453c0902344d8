import { describe, expect, test } from 'vitest';
import { dayToShow, shapeOf, shareOf, spanOf, startOf, ticksOf } from '../../src/replay/bar.ts';
import { spokenReplay } from '../../src/replay/words.ts';
import { Times } from '../../src/text/time.ts';

const NEWEST = 1_796_047_510;
const END = 1_796_047_800;
const DAY = 1_795_996_800;

describe('the bar', () => {
  test('shows the last six hours, less where the lake holds less, and a day where one is chosen', () => {
    expect(spanOf(null, NEWEST, null)).toEqual({ from: END - 21_600, to: END });
    expect(spanOf(null, NEWEST, NEWEST - 3000)).toEqual({ from: END - 3300, to: END });
    expect(spanOf(null, NEWEST, NEWEST - 5)).toEqual({ from: END - 900, to: END });
    expect(spanOf('2026-11-29', NEWEST, null)).toEqual({ from: DAY - 86_400, to: DAY });
    // Of today what has been.
    expect(spanOf('2026-11-30', NEWEST, null)).toEqual({ from: DAY, to: END });
  });

  test('changes to the day of a moment that it does not show', () => {
    const span = spanOf(null, NEWEST, null);
    expect(dayToShow(NEWEST - 60, span)).toBeNull();
    expect(dayToShow(NEWEST - 3 * 86_400, span)).toBe('2026-11-27');
  });

  test('has the traffic as its shape, and whole hours below', () => {
    const span = spanOf('2026-11-29', NEWEST, null);
    const rows = [
      [span.from, 50, 500],
      [span.from + 300, 100, 900],
    ];
    const answer = { table: 't', version: 1, as_of_ms: 0, columns: [], rows, window_s: 300 };
    expect(shapeOf(answer, span)).toBe('M0 100V54H3.5V100M3.5 100V8H6.9V100');
    expect(shapeOf(null, span)).toBe('');
    const stray = [[span.from + 3600, 1, 1], ...rows.map(([at = 0, n = 0]) => [at + 7200, n, n])];
    expect(startOf({ ...answer, rows: stray }, span)).toBe(span.from + 7200);
    expect(startOf(null, span)).toBe(span.from);
    const hours = ['03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00'];
    expect(ticksOf(span).map(({ label }) => label)).toEqual(hours);
    expect(shareOf(span.from + 43_200, span)).toBe(0.5);
  });
});

describe('what is said of a replay', () => {
  const times = new Times(NEWEST + 60, false);
  const state = { at: NEWEST, speed: 60 as const, isPlaying: false, waiting: null, isReturning: false };

  test('has the day with the time, always', () => {
    expect(spokenReplay(state, 3964, times)).toBe('Replay stands at 2026-11-30 14:05:10 UTC, 3,964 aircraft');
  });

  test('does not change with each second of one that runs', () => {
    const runs = { ...state, isPlaying: true };
    expect(spokenReplay(runs, 1, times)).toBe(spokenReplay({ ...runs, at: NEWEST + 99 }, 2, times));
    expect(spokenReplay({ ...runs, waiting: 'Loading that moment …' }, 1, times)).toContain('Loading');
    expect(spokenReplay({ ...state, isReturning: true }, 1, times)).toBe('Returning to live positions');
  });
});
