import { expect, test } from 'vitest';
import { type Pace, frozenAfterMs, paceAfter, paceMs, waitMs } from '../../../src/ingest/readsb/pace.ts';

const after = (...timesMs: readonly number[]): Pace | null =>
  timesMs.reduce<Pace | null>((pace, timeMs) => paceAfter(pace, timeMs), null);

test('a receiver is taken to write once a second until its answers say otherwise', () => {
  expect([paceMs(null), waitMs(null), frozenAfterMs(null)]).toEqual([1000, 1000, 10_000]);
  expect(paceMs(after(5000))).toBe(1000);
  expect(waitMs(after(5000))).toBe(1000);
  expect(paceMs(after(0, 5000, 10_000, 16_000))).toBe(5000);
});

test('what was missed once, or a clock that was set, is no pace', () => {
  expect(paceMs(after(0, 1000, 2000, 4000, 5000, 6000))).toBe(1000);
  expect(paceMs(after(0, 5000, 10_000, 3, 5003, 90_000_000, 90_005_000))).toBe(5000);
});

test('asking is always somewhat earlier than the answers seem to come, so that a faster pace shows', () => {
  expect(waitMs(after(0, 8000, 16_000))).toBe(6000);
  expect(waitMs(after(0, 8000, 16_000, 20_000))).toBe(3000);
});
