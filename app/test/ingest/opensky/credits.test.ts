import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backOffMs } from '../../../src/ingest/input/back-off.ts';
import { checkBox, creditCost } from '../../../src/ingest/opensky/box.ts';
import {
  DAILY_CREDITS,
  SHORTEST_INTERVAL_MS,
  creditsAfter,
  creditsAtStart,
  nextRefillMs,
  pauseMs,
} from '../../../src/ingest/opensky/credits.ts';

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const box = (height: number, width: number) => ({ lamin: 40, lomin: 0, lamax: 40 + height, lomax: width });

describe('the cost of a request', () => {
  test.each([
    [box(5, 5), 1],
    [box(5, 5.1), 2],
    [box(10, 10), 2],
    [box(10, 10.1), 3],
    [box(20, 20), 3],
    [box(20, 20.1), 4],
    [null, 4],
  ])('of %j is %i credits', (area, cost) => expect(creditCost(area)).toBe(cost));

  test.each([
    { lamin: 50, lomin: 0, lamax: 40, lomax: 5 },
    { lamin: 40, lomin: 5, lamax: 50, lomax: 5 },
    { lamin: -91, lomin: 0, lamax: 40, lomax: 5 },
    { lamin: 40, lomin: 0, lamax: 50, lomax: 181 },
    { lamin: Number.NaN, lomin: 0, lamax: 50, lomax: 18 },
  ])('is not asked for an area that is none: %j', (area) => {
    expect(() => checkBox(area)).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'opensky-box' }) as Error,
    );
  });
});

test('a box over the date line is refused with a hint', () => {
  expect(() => checkBox({ lamin: -50, lomin: 165, lamax: -10, lomax: -170 })).toThrow(
    /over the date line.*165 to 180 or -180 to -170/,
  );
});

describe('the pause', () => {
  test('of a whole day is that of the published allowances', () => {
    const midnight = at('00:00:00');
    const first = (daily: number) => creditsAfter(creditsAtStart(daily, midnight), 4, null, midnight);
    const pause = (daily: number) => pauseMs(first(daily), 4, midnight, 5000);
    expect(pause(DAILY_CREDITS.anonymous)).toBe(864_000);
    expect(pause(DAILY_CREDITS.standard)).toBe(86_400);
  });

  test('is never shorter than politeness asks', () => {
    const late = at('23:59:00');
    expect(pauseMs(creditsAtStart(400, late), 1, late, SHORTEST_INTERVAL_MS.anonymous)).toBe(10_000);
    expect(pauseMs(creditsAtStart(4000, late), 1, late, SHORTEST_INTERVAL_MS.standard)).toBe(5_000);
  });

  test('ends with the refill when nothing more can be paid', () => {
    const noon = at('12:00:00');
    expect(pauseMs({ ...creditsAtStart(400, noon), left: 3 }, 4, noon, 10_000)).toBe(12 * 3_600_000);
  });

  test('counts with a full day again after midnight', () => {
    const spent = { ...creditsAtStart(396, at('23:00:00')), left: 0 };
    expect(pauseMs(spent, 4, at('24:00:00'), 10_000)).toBe(864_000);
  });

  test('comes back with the next midnight also for a clock that was a day ahead and set back', () => {
    const tomorrow = creditsAtStart(396, at('12:00:00') + 86_400_000);
    const spent = creditsAfter({ ...tomorrow, left: 0 }, 4, null, at('12:00:00'));
    expect(spent.left).toBe(0);
    expect(pauseMs(spent, 4, at('12:00:00'), 10_000)).toBe(12 * 3_600_000);
    expect(pauseMs(spent, 4, at('24:00:00'), 10_000)).toBe(864_000);
  });

  test('never spends more than there is, nor leaves a request unspent', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4),
        fc.integer({ min: 4, max: 2000 }),
        fc.integer({ min: 0, max: 86_000_000 }),
        (cost, daily, offset) => {
          let now = at('00:00:00') + offset;
          const end = nextRefillMs(now);
          let credits = creditsAtStart(daily, now);
          let spent = 0;
          let isPolite = false;
          while (now < end) {
            spent += cost;
            credits = creditsAfter(credits, cost, null, now);
            const pause = pauseMs(credits, cost, now, 1000);
            isPolite ||= pause === 1000;
            now += pause;
          }
          expect(spent).toBeLessThanOrEqual(daily);
          if (!isPolite) expect(daily - spent).toBeLessThan(cost);
        },
      ),
    );
  });
});

describe('credits', () => {
  test('are what the server says, else one cost less', () => {
    const noon = at('12:00:00');
    const start = creditsAtStart(4000, noon);
    expect(creditsAfter(start, 4, 1234, noon).left).toBe(1234);
    expect(creditsAfter(start, 4, null, noon).left).toBe(3996);
    expect(creditsAfter({ ...start, left: 2 }, 4, null, noon).left).toBe(0);
  });

  test('of a better account are learned and expected again the next day', () => {
    const learned = creditsAfter(creditsAtStart(4000, at('12:00:00')), 4, 7996, at('12:00:00'));
    expect(learned).toMatchObject({ left: 7996, daily: 7996 });
    expect(creditsAfter({ ...learned, left: 10 }, 4, null, at('24:00:00')).left).toBe(7992);
  });
});

test('back-off doubles from 5 s to 5 min, half of it chance', () => {
  expect([1, 2, 3, 7, 8, 1000].map((failures) => backOffMs(failures, 1))).toEqual([
    5_000, 10_000, 20_000, 300_000, 300_000, 300_000,
  ]);
  expect([1, 2, 1000].map((failures) => backOffMs(failures, 0))).toEqual([2_500, 5_000, 150_000]);
});
