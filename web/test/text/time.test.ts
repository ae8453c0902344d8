import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UNKNOWN } from '../../src/text/format.ts';
import * as time from '../../src/text/time.ts';
import { Times } from '../../src/text/time.ts';

const at = (...parts: [number, number, number, number?, number?, number?]): number =>
  Date.UTC(...parts) / 1000;
const NOW = at(2026, 10, 30, 12);
const HERE = new Times(NOW, false);
const BERLIN = new Times(NOW, true, 'Europe/Berlin');

describe('a time', () => {
  test('is of UTC whatever the zone of the machine, and of the place of the reader where they chose that', () => {
    expect(HERE.at(NOW - 60)).toBe('11:59:00 UTC');
    expect(BERLIN.at(NOW - 60)).toBe('11:59:00 UTC (12:59:00 CET)');
    expect(HERE.at(NOW - 60, 'minute')).toBe('11:59 UTC');
    expect(BERLIN.at(NOW - 60, 'minute')).toBe('11:59 UTC (12:59 CET)');
    expect([HERE.local(NOW), BERLIN.local(NOW)]).toEqual([null, '13:00:00 CET']);
    expect(time.timeOfDay(NOW)).toBe('12:00:00');
  });

  test('has its day where that is not the day of now, or where nobody may take it for today', () => {
    expect(HERE.at(at(2021, 9, 17, 19, 45, 43))).toBe('2021-10-17 19:45:43 UTC');
    expect(HERE.at(NOW - 86_400, 'minute')).toBe('2026-11-29 12:00 UTC');
    expect(BERLIN.ofDay(NOW - 86_400, 'minute')).toBe('12:00 UTC (13:00 CET)');
    expect(HERE.instant(NOW)).toBe('2026-11-30 12:00:00 UTC');
    expect(BERLIN.instant(NOW, 'minute')).toBe('2026-11-30 12:00 UTC (13:00 CET)');
    expect(BERLIN.instant(at(2026, 10, 30, 23, 30))).toBe('2026-11-30 23:30:00 UTC (00:30:00 CET +1 d)');
  });

  test('of a span is told once for each end, and the day and the zone once', () => {
    const recorded = at(2021, 9, 17, 19, 45);
    expect(HERE.span(recorded, recorded + 300)).toBe('2021-10-17 19:45 to 19:50 UTC');
    const beforeMidnight = at(2026, 10, 29, 23, 58);
    expect(HERE.span(beforeMidnight, beforeMidnight + 300)).toBe('2026-11-29 23:58 to 00:03 UTC');
    expect(BERLIN.span(NOW, NOW + 300)).toBe('12:00 to 12:05 UTC (13:00 to 13:05 CET)');
    expect(BERLIN.span(at(2026, 10, 30, 22, 58), at(2026, 10, 30, 23, 3))).toBe(
      '22:58 to 23:03 UTC (23:58 CET to 00:03 CET +1 d)',
    );
  });

  test('that is not known or is none is a dash, without a zone', () => {
    for (const none of [null, Number.NaN, -1, 1e12]) {
      expect([HERE.at(none), BERLIN.at(none, 'minute'), BERLIN.instant(none)]).toEqual([
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
      ]);
      expect(time.stamp(none)).toBeNull();
    }
    expect(HERE.span(NOW, Number.NaN)).toBe(UNKNOWN);
  });

  test('where the reader is has the name of the zone, and says when it is another day', () => {
    const moment = at(2026, 10, 23, 4, 49, 2);
    expect(time.localTime(moment, 'Europe/Berlin')).toBe('05:49:02 CET');
    expect(time.localTime(moment, 'Asia/Kolkata')).toBe('10:19:02 GMT+5:30');
    expect(time.localTime(moment, 'Pacific/Kiritimati')).toBe('18:49:02 GMT+14');
    expect(time.localTime(at(2026, 10, 23, 23, 49, 2), 'Europe/Berlin')).toBe('00:49:02 CET +1 d');
    expect(time.localTime(moment, 'America/Los_Angeles')).toMatch(/^20:49:02 \S+ −1 d$/);
    expect(time.localTime(Number.NaN)).toBe(UNKNOWN);
  });

  test('in a file or an address is of whole seconds', () => {
    expect(time.stamp(at(2026, 10, 23, 4, 49, 2) + 0.9)).toBe('2026-11-23T04:49:02Z');
  });

  test('of days ago is a date', () => {
    const recorded = at(2021, 9, 17, 11, 49);
    expect([time.since(NOW - 41, NOW), time.since(recorded, NOW)]).toEqual(['41 s ago', '2021-10-17']);
    expect([time.oldness(NOW + 3, NOW), time.oldness(recorded, NOW)]).toEqual(['0 s old', 'of 2021-10-17']);
    expect([null, 41, NOW - recorded].map((age) => time.ageOrDay(age, NOW))).toEqual([
      UNKNOWN,
      '41 s',
      '2021-10-17',
    ]);
  });
});

/** What makes a time text by itself: a date of JavaScript that is written, or a value with the name of the zone put behind it. */
const BY_ITSELF =
  /toISOString|toUTCString|toLocale(?:Date|Time)?String\((?!'en-GB'\))|DateTimeFormat|getUTC|get(?:Hours|Minutes)\(|\}\s*UTC\b|\(UTC\)<|'UTC'\s*\}/;

test('no view makes a time text by itself: text/time.ts does, so that the choice of local time holds everywhere', () => {
  const room = new URL('../../src/', import.meta.url);
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|svelte)$/.test(name),
  );
  expect(files.length).toBeGreaterThan(100);
  const found = files
    .filter((name) => name.replaceAll('\\', '/') !== 'text/time.ts')
    .flatMap((name) =>
      readFileSync(new URL(name, room), 'utf8')
        .split('\n')
        .flatMap((line, i) => (BY_ITSELF.test(line) ? [`${name}:${i + 1} ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
  for (const line of ['<td>{moment(at)} UTC</td>', 'new Date(at).toISOString()', '<th>Started (UTC)</th>'])
    expect(line).toMatch(BY_ITSELF);
});
