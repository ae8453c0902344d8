import { describe, expect, test } from 'vitest';
import { parseInterval } from '../../src/features/interval.ts';
import { createTable, memoryStore } from '../../src/index.ts';
import { SCHEMA } from '../tables.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

// What Delta Spark makes of each: DeltaConfigs.parseCalendarInterval, then getMilliSeconds.
const READ: readonly (readonly [string, number])[] = [
  ['interval 1 week', 7 * DAY],
  ['interval 1 day 12 hours', 36 * HOUR],
  ['2 Hours', 2 * HOUR],
  ['interval 90 days 0.5 seconds', 90 * DAY + 500],
  ['interval 90 days .5 second', 90 * DAY + 500],
  ['INTERVAL 1 WEEKS', 7 * DAY],
  ['inTERval   5   MINUTES', 300_000],
  ['  interval 30 days  ', 30 * DAY],
  ['interval 2 weeks 3 days 4 hours 5 minutes 6 seconds 7 milliseconds 8999 microseconds', 1_483_506_015],
  ['+ 1 day', DAY],
  ['-1 day 86400001 milliseconds', 1],
  ['1 day -1 microseconds', DAY - 1],
  ['1 day - 12 hours', 12 * HOUR],
  ['-.5 seconds 1 second', 500],
  ['1. seconds', 1000],
  ['1.999999999 seconds', 1999],
  ['0 microseconds', 0],
  ['999 microseconds', 0],
  ['1 year -12 months 1 day', DAY],
  ['interval 3650 days', 3650 * DAY],
  ['1\tday\n2 hours', DAY + 2 * HOUR],
];

const REFUSED = [
  'interval 3 months',
  '1 month',
  '2 years',
  '1 year 3 days',
  '-1 day',
  '1 day -86400001 milliseconds',
  '',
  '  ',
  'interval',
  'interval forever',
  'interval1 day',
  'interval interval 1 day',
  '5',
  '5 5 days',
  'days',
  '1day',
  '1 dayss',
  '1 fortnight',
  '1.5 days',
  '0.5 milliseconds',
  '. seconds',
  '1.0000000001 seconds',
  '1e3 seconds',
  '1 day,',
  '1 day 2',
  '1 day -',
  '999999999999 weeks',
  'P30D',
  "interval '30' day",
  '1\u00a0day',
];

describe('an interval of a table property', () => {
  test.each(READ)('"%s" is %d ms, as to Spark', (text, expectedMs) => {
    expect(parseInterval(text)).toBe(expectedMs);
  });

  test.each(REFUSED)('"%s", which Spark refuses, is none', (text) => {
    expect(parseInterval(text)).toBeNull();
  });

  test('can be set when it can be read', async () => {
    const created = (text: string): Promise<unknown> =>
      createTable(memoryStore(), {
        schema: SCHEMA,
        configuration: { 'delta.deletedFileRetentionDuration': text },
      });
    for (const [text] of READ) await created(text);
    for (const text of REFUSED)
      await expect(created(text)).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
