import { describe, expect, it } from 'vitest';
import { eventTime, eventTimeText } from '../../src/program/event-time.ts';

describe('a time of a flag', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T06:30', '2026-03-01T06:30:00Z'],
    ['2026-03-01 06:30:15', '2026-03-01T06:30:15Z'],
    ['2026-03-01T06:30:15Z', '2026-03-01T06:30:15Z'],
    ['2026-03-01T06:30+02:00', '2026-03-01T04:30:00Z'],
    ['1772346600', '2026-03-01T06:30:00Z'],
  ])('%s is %s', (text, instant) => {
    expect(eventTime('--from', text)).toBe(Date.parse(instant) / 1000);
  });

  it.each(['', 'yesterday', '2026-13-01', '2026-3-1', '12:30', '-5', '2026-03-01T25:00'])(
    'is refused where it is "%s", with the forms that there are',
    (text) => {
      expect(() => eventTime('--from', text)).toThrow(/Could not read --from .* Write a date/);
    },
  );

  it('is printed as it can be typed', () => {
    for (const text of ['2026-03-01T06:30Z', '2026-03-01T06:30:15Z'])
      expect(eventTimeText(eventTime('--from', text))).toBe(text);
  });
});
