import { describe, expect, test } from 'vitest';
import {
  changed,
  formatInstant,
  instantOf,
  parseInstant,
  parseSpeed,
  rateOf,
  standing,
} from '../../src/replay/clock.ts';

const AT = 1_796_047_510;

describe('the clock of a replay', () => {
  test('at 60 times the speed goes ten minutes in ten seconds, and stops at a whole second', () => {
    const playing = changed(standing(AT, 60), 5000, { isPlaying: true });
    expect(instantOf(playing, 15_000)).toBe(AT + 600);
    const paused = changed(playing, 15_010, { isPlaying: false });
    expect([instantOf(paused, 99_000), rateOf(paused)]).toEqual([AT + 600, 0]);
  });

  test('goes on from where it is when the speed changes, and stands while it is held', () => {
    const playing = changed(standing(AT, 1), 0, { isPlaying: true });
    const faster = changed(playing, 4000, { speed: 300 });
    expect(instantOf(faster, 5000)).toBe(AT + 4 + 300);
    const held = changed(faster, 5000, { isHeld: true });
    expect([instantOf(held, 50_000), rateOf(held)]).toEqual([AT + 304, 0]);
    expect(instantOf(changed(held, 50_000, { isHeld: false }), 51_000)).toBe(AT + 604);
  });

  test('is written in the address as an instant in UTC, and read again', () => {
    expect(formatInstant(AT + 0.7)).toBe('2026-11-30T14:05:10Z');
    expect(parseInstant('2026-11-30T14:05:10Z')).toBe(AT);
    expect(parseInstant('2026-11-30T14:05')).toBe(AT - 10);
    for (const text of [null, '', 'now', '2026-13-40T00:00Z', '1796047510', '1900-01-01T00:00Z'])
      expect(parseInstant(text)).toBeNull();
    expect([parseSpeed('300'), parseSpeed('7'), parseSpeed(null)]).toEqual([300, 60, 60]);
  });
});
