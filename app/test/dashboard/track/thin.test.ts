import { describe, expect, test } from 'vitest';
import { thin, type Thinned } from '../../../src/dashboard/track/thin.ts';

const row = (time: number, change: Partial<Thinned> = {}): Thinned => ({
  time,
  longitude: 8 + time * 0.002,
  latitude: 50,
  altitude_m: 9000,
  on_ground: false,
  isJump: false,
  ...change,
});
const many = (number: number, make: (i: number) => Thinned): Thinned[] =>
  Array.from({ length: number }, (_, i) => make(i));

describe('a track that is too long', () => {
  test('is left as it is while it is not', () => {
    const rows = many(100, (i) => row(i));
    expect(thin(rows, 100)).toEqual({ rows, within_m: 0 });
  });

  test('keeps its curves and gives up what lies on a line', () => {
    const curve = many(60, (i) => row(500 + i, { longitude: 9, latitude: 50 + Math.sin(i / 10) / 10 }));
    const rows = [...many(500, (i) => row(i)), ...curve];
    const { rows: kept, within_m } = thin(rows, 100);
    expect(within_m).toBeLessThan(100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept.filter(({ time }) => time < 500).length).toBeLessThan(10);
    expect([kept[0], kept.at(-1)]).toEqual([rows[0], rows.at(-1)]);
  });

  test('keeps a change of altitude and of speed on a straight line', () => {
    const climb = (i: number): number => (i < 200 ? 3000 : i < 300 ? 3000 + (i - 200) * 10 : 4000);
    const rows = many(600, (i) =>
      row(i, { altitude_m: climb(i), longitude: 8 + (i < 400 ? i * 0.002 : 0.8 + (i - 400) * 0.0005) }),
    );
    const times = thin(rows, 20).rows.map(({ time }) => time);
    for (const bend of [200, 300, 400]) expect(times.some((time) => Math.abs(time - bend) <= 2)).toBe(true);
  });

  test('keeps both ends of pauses and jumps, take-off and landing', () => {
    const rows = many(400, (i) =>
      row(i < 100 ? i : i + 1000, { on_ground: i >= 300, isJump: i === 200, longitude: i < 200 ? 8 : 9 }),
    );
    expect(thin(rows, 40).rows.map(({ time }) => time)).toEqual(
      expect.arrayContaining([0, 99, 1100, 1199, 1200, 1299, 1300, 1399]),
    );
  });

  test('is cut at its beginning where all of it is jumps, as of two aircraft with one address', () => {
    const rows = many(400, (i) => row(i, { isJump: true, latitude: i % 2 === 0 ? 50 : 60 }));
    expect(thin(rows, 100)).toEqual({ rows: rows.slice(-100), within_m: null });
  });

  test('crosses the antimeridian without a bend there', () => {
    const rows = many(400, (i) => row(i, { longitude: ((179.7 + i * 0.002 + 180) % 360) - 180 }));
    expect(thin(rows, 10).rows).toHaveLength(2);
  });
});
