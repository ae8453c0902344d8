import { describe, expect, test } from 'vitest';
import { backOffMs } from '../../../src/ingest/input/back-off.ts';
import {
  BUCKETS,
  type Bucket,
  creditsAfter,
  creditsAtStart,
  nextRefillMs,
  refilled,
} from '../../../src/ingest/opensky/credits.ts';

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const NOON = at('12:00:00');

describe('credits', () => {
  test('are what the server says, else one cost less', () => {
    const start = creditsAtStart('standard', NOON);
    expect(creditsAfter(start, 4, 1234, NOON).left).toBe(1234);
    expect(creditsAfter(start, 4, null, NOON).left).toBe(3996);
    expect(creditsAfter({ ...start, left: 2 }, 4, null, NOON).left).toBe(0);
  });

  test.each<[Bucket, number, Bucket]>([
    ['standard', 3_996, 'standard'],
    ['standard', 4_001, 'feeder'],
    ['standard', 7_996, 'feeder'],
    ['standard', 14_396, 'licensed'],
    ['anonymous', 3_996, 'standard'],
    ['standard', 900_000, 'licensed'],
  ])('of a %s account of which %i are left are those of a %s one', (bucket, remaining, found) => {
    const credits = creditsAfter(creditsAtStart(bucket, NOON), 4, remaining, NOON);
    expect(credits).toMatchObject({ bucket: found, left: remaining });
    expect(credits.since_ms).toBe(found === 'licensed' ? NOON : at('00:00:00'));
  });

  test('show an upgrade in the middle of the day, and expect it the next day', () => {
    let credits = creditsAtStart('standard', NOON);
    for (let left = 3_996; left > 3_800; left -= 4) credits = creditsAfter(credits, 4, left, NOON);
    credits = creditsAfter(credits, 4, 7_796, NOON);
    expect(credits.bucket).toBe('feeder');
    expect(refilled(credits, at('24:00:00')).left).toBe(8_000);
  });

  test('show a downgrade by the first answer after a refill, and by no other', () => {
    const feeder = { ...creditsAtStart('feeder', NOON), left: 100 };
    expect(creditsAfter(feeder, 4, 96, NOON).bucket).toBe('feeder');
    expect(creditsAfter(feeder, 4, 3_996, at('24:00:00'))).toMatchObject({ bucket: 'standard', left: 3_996 });
    expect(creditsAfter(feeder, 4, 7_996, at('24:00:00'))).toMatchObject({ bucket: 'feeder', left: 7_996 });
  });

  test('come back by the day, and for a licensed account by the hour', () => {
    for (const bucket of Object.keys(BUCKETS) as Bucket[]) {
      const spent = { ...creditsAtStart(bucket, at('12:30:00')), left: 0 };
      const refillMs = nextRefillMs(bucket, at('12:30:00'));
      expect(refillMs).toBe(bucket === 'licensed' ? at('13:00:00') : at('24:00:00'));
      expect(refilled(spent, refillMs - 1).left).toBe(0);
      expect(refilled(spent, refillMs).left).toBe(BUCKETS[bucket].credits);
    }
  });

  test('of a clock that is set back a day are those that were left', () => {
    const tomorrow = { ...creditsAtStart('anonymous', NOON + 86_400_000), left: 8 };
    const back = refilled(tomorrow, NOON);
    expect(back.left).toBe(8);
    expect(refilled(back, at('24:00:00')).left).toBe(400);
  });
});

test('back-off doubles from 5 s to 5 min, half of it chance', () => {
  expect([1, 2, 3, 7, 8, 1000].map((failures) => backOffMs(failures, 1))).toEqual([
    5_000, 10_000, 20_000, 300_000, 300_000, 300_000,
  ]);
  expect([1, 2, 1000].map((failures) => backOffMs(failures, 0))).toEqual([2_500, 5_000, 150_000]);
});
