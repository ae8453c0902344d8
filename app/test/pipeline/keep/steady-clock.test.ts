import { expect, it } from 'vitest';
import { SteadyClock } from '../../../src/pipeline/keep/steady-clock.ts';

const MINUTE_MS = 60_000;

it('a clock is steady when it has agreed with the monotonic one for ten minutes, also after a jump', () => {
  let [wallMs, passedMs] = [Date.UTC(2026, 11, 1), 5_000];
  const clock = new SteadyClock(
    () => wallMs,
    () => passedMs,
  );
  const pass = (minutes: number, jumpMs = 0) => {
    wallMs += minutes * MINUTE_MS + jumpMs;
    passedMs += minutes * MINUTE_MS;
    return clock.look();
  };
  expect(clock.look()).toBe('new');
  expect(pass(9)).toBe('new');
  expect(pass(2, 300)).toBe('steady');
  // A year ahead for a minute, and back.
  expect(pass(0, 365 * 86_400_000)).toBe('jumped');
  expect(pass(1, -365 * 86_400_000)).toBe('jumped');
  expect(pass(9)).toBe('jumped');
  expect(pass(1)).toBe('steady');
  // A laptop slept for an hour.
  expect(pass(0, 60 * MINUTE_MS)).toBe('jumped');
  expect(pass(60)).toBe('steady');
});
