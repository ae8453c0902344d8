import { describe, expect, test } from 'vitest';
import * as format from '../src/text/format.ts';
import { day, hourMinute, timeOfDay } from '../src/text/time.ts';
import { liveAddress } from '../src/live/live-address.ts';
import { addressOf, pageOf, sharedOf } from '../src/shell/address.ts';
import { categoryWords, phaseWords } from '../src/text/words.ts';

describe('values in words', () => {
  test('carry both systems of units', () => {
    expect(format.altitude(10_668, 'metric')).toBe('10,668 m');
    expect(format.altitude(10_668, 'aviation')).toBe('35,000 ft');
    expect(format.speed(833.4, 'metric')).toBe('833 km/h');
    expect(format.speed(833.4, 'aviation')).toBe('450 kt');
    expect(format.verticalRate(5.2, 'metric')).toBe('+5.2 m/s');
    expect(format.verticalRate(-5.2, 'aviation')).toBe('−1,020 ft/min');
    expect(format.verticalRate(-0.02, 'metric')).toBe('0.0 m/s');
  });

  test('are never longer than a number that people read, whatever the feed sends', () => {
    for (const value of [
      1e308,
      -1e308,
      1e21,
      1e15,
      123_456_789,
      Number.MAX_VALUE,
      Number.POSITIVE_INFINITY,
    ]) {
      for (const shown of [
        format.altitude(value, 'metric'),
        format.altitude(value, 'aviation'),
        format.speed(value, 'metric'),
        format.speed(value, 'aviation'),
        format.verticalRate(value, 'metric'),
        format.verticalRate(value, 'aviation'),
        format.heading(value),
        format.distance(value, 'metric'),
        format.distance(value, 'aviation'),
        format.count(value),
        format.compact(value),
        format.age(value),
        format.bytes(value),
        timeOfDay(value),
        hourMinute(value),
        day(value),
      ]) {
        expect(shown.length).toBeLessThan(28);
      }
    }
    expect(format.altitude(1e308, 'metric')).toBe('1.0e+308 m');
    expect(format.count(999_999_999_999_999)).toBe('999,999,999,999,999');
  });

  test('tell a distance in the units that were chosen', () => {
    expect([format.distance(18.52, 'metric'), format.distance(18.52, 'aviation')]).toEqual([
      '18.5 km',
      '10.0 NM',
    ]);
  });

  test('show a dash for what is not known, never 0', () => {
    const shown = [
      format.altitude(null, 'metric'),
      format.speed(null, 'aviation'),
      format.verticalRate(null, 'metric'),
      format.heading(null),
      format.distance(null, 'metric'),
      format.count(null),
      format.compact(undefined),
      format.age(null),
      format.calmAge(Number.NaN),
      format.duration(null),
      format.bytes(null),
      timeOfDay(Number.NaN),
      hourMinute(null),
    ];
    expect(new Set(shown)).toEqual(new Set([format.UNKNOWN]));
  });

  test.each([
    [0, '000° N'],
    [87.4, '087° E'],
    [225, '225° SW'],
    [359.7, '000° N'],
  ])('turn %s degrees into %s', (degrees, words) => {
    expect(format.heading(degrees)).toBe(words);
  });

  test.each([
    [-3, '0.0 s', '0 s'],
    [1.44, '1.4 s', '1 s'],
    [38.2, '38 s', '38 s'],
    [247, '4 min', '4 min'],
    [3599, '59 min', '59 min'],
    [7530, '2 h 05 min', '2 h 05 min'],
    [260_000, '3 d', '3 d'],
  ])('tell an age of %s s as %s', (seconds, exact, calm) => {
    expect(format.age(seconds)).toBe(exact);
    expect(format.calmAge(seconds)).toBe(calm);
  });

  test('shorten large numbers and sizes', () => {
    expect([999, 9999, 12_340, 1_250_000].map(format.compact)).toEqual(['999', '9,999', '12.3k', '1.25m']);
    expect([0, 999, 12_000, 3_400_000, 98_000_000].map(format.bytes)).toEqual([
      '0 B',
      '999 B',
      '12 kB',
      '3.4 MB',
      '98 MB',
    ]);
    expect([340, 1234, 5000, 12_600].map(format.duration)).toEqual(['340 ms', '1.2 s', '5 s', '13 s']);
  });

  test('name a place, and the number of things', () => {
    expect(format.position(-33.9, 151.25)).toBe('33.900° S, 151.250° E');
    expect([format.plural(1, 'country', 'countries'), format.plural(0, 'country', 'countries')]).toEqual([
      '1 country',
      '0 countries',
    ]);
  });

  test('know phases and categories, and say nothing where nothing is known', () => {
    expect([phaseWords('CRUISE'), phaseWords(null), phaseWords('NEW')]).toEqual(['Cruise', null, 'NEW']);
    expect([categoryWords(8), categoryWords(0), categoryWords(1)]).toEqual(['Rotorcraft', null, null]);
  });
});

describe('addresses', () => {
  test('lead to their page and back, keeping what is readable readable', () => {
    expect(addressOf('traffic', { country: 'United States', windows: null })).toBe(
      './traffic?country=United%20States',
    );
    expect(addressOf('map', { callsign: 'DLH*,?BA', country: 'Germany;A&B' })).toBe(
      './?callsign=DLH*,?BA&country=Germany;A%26B',
    );
    expect(addressOf('map', { at: '48.1,11.5,6.2' })).toBe('./?at=48.1,11.5,6.2');
    expect(addressOf('pipeline', { x: '' })).toBe('./pipeline');
    expect([pageOf('/'), pageOf('/traffic'), pageOf('/nothing')]).toEqual(['map', 'traffic', 'map']);
  });

  test('stay below the path that a proxy serves the page at', async () => {
    for (const page of [
      'https://host/contrail/',
      'https://host/contrail/traffic',
      'https://host/contrail/?at=1,2,3',
    ]) {
      expect(new URL(addressOf('pipeline', {}), page).href).toBe('https://host/contrail/pipeline');
      expect(new URL(addressOf('map', { at: '1,2,3' }), page).href).toBe('https://host/contrail/?at=1,2,3');
      const asked: string[] = [];
      const answer = async (url: unknown): Promise<Response> => {
        asked.push(String(url));
        return Response.json({ key: 'a b' });
      };
      expect(await liveAddress(page, answer)).toBe('wss://host/contrail/api/live?key=a+b');
      expect(asked).toEqual(['https://host/contrail/api/live/key']);
    }
    expect(pageOf('/contrail/')).toBe('map');
    expect(pageOf('/contrail/traffic')).toBe('traffic');
  });
});

test('filter, time range and chosen aircraft stay when the page changes; where the map looks does not', () => {
  const parameters = new URLSearchParams(
    'at=1,2,3&altitude=12&country=Germany&windows=72&icao24=3c6444&other=1',
  );
  expect(
    addressOf(
      'traffic',
      sharedOf((name) => parameters.get(name)),
    ),
  ).toBe('./traffic?altitude=12&country=Germany&windows=72&icao24=3c6444');
});
