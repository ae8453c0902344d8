import { describe, expect, it } from 'vitest';
import type { Cell, TrafficAnswer } from '../../../src/dashboard/protocol.ts';
import { Increments, tokenOf } from '../../../src/dashboard/traffic/increments.ts';

/** An answer of this version with these rows. */
function answer(version: number, rows: readonly (readonly Cell[])[]): TrafficAnswer {
  const windows = [...new Set(rows.map(([start]) => Number(start)))];
  const leaderboard = { columns: [], rows: [] };
  const table = 'gold/traffic_by_country';
  const times = { window_s: 300, newest_window_end: null };
  return {
    table,
    version,
    as_of_ms: version * 10,
    since: null,
    windows,
    columns: [],
    rows,
    leaderboard,
    ...times,
  };
}

const OLD: readonly Cell[] = [300, 'Italy', 4];

describe('what of an answer is new to a page', () => {
  it('are the windows that have changed since the answer that it has, whatever was committed', () => {
    const increments = new Increments();
    const first = answer(1, [OLD, [600, 'Italy', 1]]);
    const second = answer(2, [OLD, [600, 'Italy', 1]]);
    const third = answer(3, [OLD, [600, 'Italy', 2], [600, 'Malta', 1], [900, 'Italy', 1]]);
    for (const one of [first, second, third]) increments.take(one);
    for (const one of [first, second])
      expect(increments.part(third, tokenOf(one))).toMatchObject({
        since: tokenOf(one),
        windows: [300, 600, 900],
        rows: [
          [600, 'Italy', 2],
          [600, 'Malta', 1],
          [900, 'Italy', 1],
        ],
      });
    expect(increments.part(third, tokenOf(third)).rows).toEqual([]);
  });

  it('is a late row in an old window, and a window that came back', () => {
    const increments = new Increments();
    const [first, second, third] = [
      answer(1, [OLD, [600, 'Italy', 1]]),
      answer(2, [
        [300, 'Italy', 5],
        [600, 'Italy', 1],
      ]),
      answer(3, [[600, 'Italy', 1]]),
    ] as const;
    increments.take(first);
    increments.take(second);
    expect(increments.part(second, tokenOf(first)).rows).toEqual([[300, 'Italy', 5]]);
    increments.take(third);
    expect(increments.part(third, tokenOf(first))).toMatchObject({ windows: [600], rows: [] });
    const fourth = answer(4, [
      [300, 'Italy', 5],
      [600, 'Italy', 1],
    ]);
    increments.take(fourth);
    expect(increments.part(fourth, tokenOf(third)).rows).toEqual([[300, 'Italy', 5]]);
  });

  it('is everything for a page of which nobody knows what it has', () => {
    const increments = new Increments();
    const whole = answer(5, [OLD]);
    increments.take(whole);
    for (const token of [null, '4-40', '5-51', 'none', 'x'])
      expect(increments.part(whole, token)).toEqual({ ...whole, since: null });
  });
});
