import { describe, expect, test } from 'vitest';
import { type Attempt, pauseBefore, retryLimits } from '../../../src/storage/s3/retry.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const answered = (status: number, code: string = '', retryAfter: string | null = null): Attempt => ({
  kind: 'answered',
  status,
  code,
  retryAfter,
});
const pause = (attempt: number, last: Attempt, random: number = 1): number | null =>
  pauseBefore({ attempt, last }, retryLimits(), random, NOW);

describe('the pause before another attempt', () => {
  test('may be twice as long each time, up to a bound, and is a random part of that', () => {
    const broken: Attempt = { kind: 'broken' };
    expect([2, 3, 4, 5, 6, 7, 8].map((attempt) => pause(attempt, broken))).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400,
    ]);
    expect(pause(4, broken, 0.25)).toBe(100);
    expect(pause(2, broken, 0)).toBe(0);
    const bounded = retryLimits({ maxMs: 500, attempts: 100 });
    expect(pauseBefore({ attempt: 50, last: broken }, bounded, 1, NOW)).toBe(500);
  });

  test('does not come after the last attempt', () => {
    expect(pause(9, { kind: 'broken' })).toBeNull();
  });

  test.each([
    [answered(500, 'InternalError'), true],
    [answered(503, 'SlowDown'), true],
    [answered(429), true],
    [answered(409, 'ConditionalRequestConflict'), true],
    [answered(400, 'RequestTimeout'), true],
    [answered(501, 'NotImplemented'), false],
    [answered(409, 'BucketNotEmpty'), false],
    [answered(403, 'AccessDenied'), false],
    [answered(404, 'NoSuchKey'), false],
    [answered(412, 'PreconditionFailed'), false],
  ])('comes only after what may pass: %j', (last, isPassing) => {
    expect(pause(2, last) !== null).toBe(isPassing);
  });

  test('is as long as the store asks for, in seconds or as a date, up to a minute', () => {
    expect(pause(2, answered(503, 'SlowDown', '7'))).toBe(7_000);
    expect(pause(2, answered(503, 'SlowDown', 'Tue, 24 Nov 2026 12:00:09 GMT'))).toBe(9_000);
    expect(pause(2, answered(503, 'SlowDown', 'Tue, 24 Nov 2026 11:00:00 GMT'))).toBe(100);
    expect(pause(2, answered(503, 'SlowDown', 'soon'))).toBe(100);
    expect(pause(2, answered(503, 'SlowDown', '61'))).toBeNull();
  });
});
