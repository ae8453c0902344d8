import { describe, expect, test } from 'vitest';
import { EXTRAPOLATION_LIMIT_S } from '../../app/src/dashboard/live/ticks.ts';
import {
  believable_s,
  boundOf,
  CLIMBING_S,
  fadeAlpha,
  FAINTEST_ALPHA,
  fadesFrom,
  glide_s,
  isJump,
  LEAST_S,
  leftOf,
  MOST_S,
  turnRate,
} from '../src/map/dead-reckoning.ts';

describe('how long an aircraft is carried on', () => {
  test.each([
    ['straight and level', 0, 0.5, false, MOST_S],
    ['in a climb', 0, 8, false, CLIMBING_S],
    ['in a descent', 0, -8, false, CLIMBING_S],
    ['in a wide turn', 1, 0, false, 60],
    ['in a wide turn to the left', -1, 0, false, 60],
    ['in a turn of a quarter in half a minute', 3, 0, false, 20],
    ['in the tightest turn', 20, 0, false, LEAST_S],
    ['on the ground', 0, 0, true, LEAST_S],
  ] as const)('%s', (_what, turn, rate, onGround, seconds) => {
    expect(believable_s(turn, rate, onGround)).toBe(seconds);
  });

  test('is never beyond two paces and a grace, and 15 s where nobody knows the pace', () => {
    expect([0, 1, 10, 86, 864].map(boundOf)).toEqual([15, 17, 35, 120, 120]);
  });

  test('is at least what the server counts on when it leaves rows out', () => {
    expect(LEAST_S).toBeGreaterThanOrEqual(EXTRAPOLATION_LIMIT_S);
    expect(boundOf(0)).toBeGreaterThanOrEqual(EXTRAPOLATION_LIMIT_S);
  });

  test('turns are told from two tracks close in time, the short way round', () => {
    expect(turnRate(350, 20, 10)).toBeCloseTo(3, 9);
    expect(turnRate(20, 350, 10)).toBeCloseTo(-3, 9);
    // After 86 s the turn is over: what it was says nothing of now.
    expect([turnRate(0, 90, 86), turnRate(0, 90, 0), turnRate(0, 90, -5)]).toEqual([0, 0, 0]);
  });
});

describe('a glide', () => {
  test('goes over what the estimate was wrong by', () => {
    // 86 s at 250 m/s, 4 km off.
    expect(isJump(21_000, 4000, 86, 250)).toBe(false);
  });

  test('is not for what no aircraft can have flown, nor for what nobody could follow', () => {
    expect(isJump(60_000, 40_000, 86, 250)).toBe(true);
    expect(isJump(10_000, 10_000, 10, 250)).toBe(true);
    // A gap of 14 minutes: it flew there, but not before our eyes.
    expect(isJump(200_000, 170_000, 864, 250)).toBe(true);
    expect(isJump(20_000, 20_000, 86, 0)).toBe(false);
  });

  test('takes a second or two, longer over more, and begins and ends gently', () => {
    expect([0, 300, 2000, 30_000].map(glide_s)).toEqual([1, 1.15, 2, 4]);
    expect([0, 0.5, 1].map(leftOf)).toEqual([1, 0.5, 0]);
    expect(1 - leftOf(0.05)).toBeLessThan(0.01);
    expect(leftOf(0.95)).toBeLessThan(0.01);
  });
});

describe('an aircraft fades', () => {
  test.each([0, 1, 10, 86, 864])('not before its feed of a pace of %s s has missed two polls', (pace) => {
    expect(fadesFrom(pace)).toBe(15 + 2 * pace);
    expect(fadeAlpha(1.5 * pace, pace)).toBe(1);
    expect(fadeAlpha(15 + 2 * pace, pace)).toBe(1);
    expect(fadeAlpha(16 + 2.5 * pace, pace)).toBeLessThan(1);
    expect(fadeAlpha(60 + 3.5 * pace, pace)).toBeCloseTo(FAINTEST_ALPHA, 9);
  });

  test('from 15 s to a minute where nobody knows the pace', () => {
    expect(fadeAlpha(37.5, 0)).toBeCloseTo((1 + FAINTEST_ALPHA) / 2, 9);
    expect(fadeAlpha(900, 0)).toBeCloseTo(FAINTEST_ALPHA, 9);
  });
});
