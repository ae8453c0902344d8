import { describe, expect, test } from 'vitest';
import type { Around } from '../../src/list/column.ts';
import { FIRST_SORT, formatSort, parseSort, sortedBy, sortSlots } from '../../src/list/sort.ts';
import { Picture } from '../../src/live/picture.ts';
import { AIRLINER, frame, STRANGER } from '../fixtures.ts';

const AROUND: Around = { now: 1000, from: null, who: () => null, airlineOf: () => null };

function pictureOf(...aircraft: readonly Partial<typeof AIRLINER>[]): Picture {
  const picture = new Picture();
  picture.apply(frame({ aircraft: aircraft.map((part, slot) => [slot, { ...AIRLINER, ...part }] as const) }));
  return picture;
}

function sorted(picture: Picture, sort: string, slots = [...Array(picture.count).keys()]): readonly number[] {
  sortSlots(slots, parseSort(sort), picture, AROUND);
  return slots;
}

describe('the order of the list', () => {
  test('is by a column, in both directions, and aircraft without a value are last in both', () => {
    const picture = pictureOf(
      { altitude_m: 300 },
      { altitude_m: null },
      { altitude_m: 9000 },
      { altitude_m: 20 },
    );
    expect(sorted(picture, 'altitude')).toEqual([3, 0, 2, 1]);
    expect(sorted(picture, '-altitude')).toEqual([2, 0, 3, 1]);
  });

  test('is by the column before where two are the same, and at last by address, whatever the order was', () => {
    const picture = pictureOf(
      { icao24: '000003', altitude_m: 300, squawk: '1000' },
      { icao24: '000002', altitude_m: 100, squawk: '1000' },
      { icao24: '000001', altitude_m: 300, squawk: '1000' },
      { icao24: '000004', altitude_m: 200, squawk: null },
    );
    expect(sorted(picture, 'squawk,-altitude')).toEqual([2, 0, 1, 3]);
    expect(sorted(picture, 'squawk,-altitude', [3, 1, 0, 2])).toEqual([2, 0, 1, 3]);
  });

  test('has the ground below all altitudes, and unknown ones last', () => {
    const picture = pictureOf(
      { altitude_m: -20 },
      { altitude_m: null, on_ground: true },
      { altitude_m: null },
    );
    expect(sorted(picture, 'altitude')).toEqual([1, 0, 2]);
    expect(sorted(picture, '-altitude')).toEqual([0, 1, 2]);
  });

  test('takes what is not a number as unknown', () => {
    const picture = pictureOf({}, {});
    picture.timePosition[0] = Number.NaN;
    expect(sorted(picture, 'age')).toEqual([1, 0]);
    expect(sorted(picture, '-age')).toEqual([1, 0]);
  });

  test('sorts text and strangers of whom nothing is known', () => {
    const picture = new Picture();
    picture.apply(
      frame({
        aircraft: [
          [0, STRANGER],
          [1, { ...AIRLINER, icao24: '4b0001', callsign: 'SWR1' }],
          [2, AIRLINER],
        ],
      }),
    );
    expect(sorted(picture, 'callsign', [0, 1, 2])).toEqual([2, 1, 0]);
    expect(sorted(picture, '-distance', [0, 1, 2])).toEqual([2, 1, 0]);
  });
});

describe('the sort in the address', () => {
  test('is read and written alike, and the first one is not written', () => {
    for (const text of ['-altitude', 'squawk,-altitude', 'rate,callsign'])
      expect(formatSort(parseSort(text))).toBe(text);
    expect(formatSort(FIRST_SORT)).toBeNull();
  });

  test('passes over what means nothing, and what comes twice', () => {
    expect(parseSort(null)).toEqual(FIRST_SORT);
    expect(parseSort('wings,,--')).toEqual(FIRST_SORT);
    expect(formatSort(parseSort('-age,wings,age,speed'))).toBe('-age,speed');
  });

  test('turns round at the second click, and keeps what was sorted by before', () => {
    const country = sortedBy(FIRST_SORT, 'country');
    const altitude = sortedBy(sortedBy(country, 'altitude'), 'altitude');
    expect([country, altitude].map(formatSort)).toEqual(['country,callsign', '-altitude,country,callsign']);
    expect(formatSort(sortedBy(altitude, 'speed'))).toBe('speed,-altitude,country');
  });
});
