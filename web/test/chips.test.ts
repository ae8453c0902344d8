import { describe, expect, test } from 'vitest';
import { ALL_CLASSES } from '../src/filter/altitude-class.ts';
import { EVERYTHING, parseFilter, type Filter } from '../src/filter/filter.ts';
import type { Units } from '../src/text/format.ts';
import { chipsOf, CLIMB, classWords } from '../src/views/chips.ts';

function filterOf(query: string): Filter {
  const parameters = new URLSearchParams(query);
  return parseFilter((name) => parameters.get(name));
}

function words(query: string, units: Units = 'metric'): string[] {
  return chipsOf(filterOf(query), units).map((chip) => chip.words);
}

describe('the chips of a filter', () => {
  test('say what is filtered by, each thing for itself', () => {
    expect(
      words(
        'altitude=12&velocity_kmh=..500&on_ground=no&category=8,0&country=Germany;Iran, Islamic Republic of&callsign=DLH&squawk=77',
      ),
    ).toEqual([
      'Below 1 km, 1 to 3 km',
      'Speed up to 500 km/h',
      'In the air',
      'Rotorcraft',
      'No category',
      'Germany',
      'Iran, Islamic Republic of',
      'Callsign DLH',
      'Squawk 77??',
    ]);
    expect(words('only=3C6444')).toEqual(['Only 3c6444']);
    expect(words('only=3c6444,~00abcd')).toEqual(['Only 2 aircraft']);
    expect(words('')).toEqual([]);
    expect(words('altitude=1234567')).toEqual(['7 altitude classes']);
    expect(words('altitude=-')).toEqual(['No altitude']);
  });

  test('name whence and who, each removable for itself', () => {
    const query =
      'registration=DAI&type=A32?&feed=readsb:http://pi/data;opensky&source=mlat&near=50.0333,8.5706,25,FRA;-10.5,-170,40.26';
    expect(words(query)).toEqual([
      'Registration DAI',
      'Type A32?',
      'From Receiver at pi',
      'From OpenSky',
      'MLAT',
      'Within 25 km of FRA',
      'Within 40.3 km of 10.500° S, 170.000° W',
    ]);
    const filter = filterOf(query);
    const near = chipsOf(filter, 'metric').find((chip) => chip.words.includes('FRA'));
    expect({ ...filter, ...near?.without }.near.map(({ latitude }) => latitude)).toEqual([-10.5]);
    expect(words('near=0,0,46.3', 'aviation')).toEqual(['Within 25 NM of 0.000° N, 0.000° E']);
  });

  test('name an airline once its name is known, and say of a military address that it is only that', () => {
    expect(words('airline=DLH&military=yes')).toEqual(['Airline DLH', 'Military by address block']);
    expect(words('military=no')).toEqual(['Not of a military address block']);
    const named = chipsOf(filterOf('airline=DLH,XXX'), 'metric', (code) =>
      code === 'DLH' ? 'Lufthansa' : null,
    );
    expect(named.map((chip) => chip.words)).toEqual(['Lufthansa', 'Airline XXX']);
    expect(named[0]?.without).toEqual({ airline: ['XXX'] });
  });

  test('speak in the units that were chosen', () => {
    expect(words('altitude=3&altitude_m=3048..', 'aviation')).toEqual([
      '10,000 to 20,000 ft',
      'Altitude from 10,000 ft',
    ]);
    expect(words('altitude_m=1000..3000')).toEqual(['Altitude 1,000 to 3,000 m']);
    expect(words('vertical_rate=1..')).toEqual(['Climbing']);
    expect(words('vertical_rate=5.08..', 'aviation')).toEqual(['Vertical rate from 1,000 ft/min']);
  });

  test('can be taken away one by one, until everything is shown', () => {
    let filter = filterOf(
      'altitude=12&altitude_m=1..&velocity_kmh=..500&vertical_rate=..1&on_ground=no&category=8,9&country=A;B&callsign=C,D&squawk=7,6',
    );
    const before = chipsOf(filter, 'metric').length;
    let taken = 0;
    for (let chip = chipsOf(filter, 'metric')[0]; chip !== undefined; chip = chipsOf(filter, 'metric')[0]) {
      filter = { ...filter, ...chip.without };
      taken += 1;
    }
    expect(taken).toBe(before);
    expect(filter).toEqual(EVERYTHING);
  });

  test('name every class, and a climb as the form sets it', () => {
    expect([...Array(8).keys()].map((index) => classWords(index, 'metric'))).toEqual([
      'On ground',
      'Below 1 km',
      '1 to 3 km',
      '3 to 6 km',
      '6 to 9 km',
      '9 to 11 km',
      'Above 11 km',
      'Altitude unknown',
    ]);
    expect(chipsOf({ ...EVERYTHING, altitude: ALL_CLASSES, vertical_rate: CLIMB }, 'aviation')).toHaveLength(
      1,
    );
  });
});
