import { describe, expect, test } from 'vitest';
import type { Around } from '../../src/list/column.ts';
import { columnOf, FIRST_COLUMNS, headerOf, parseColumns, shownColumns } from '../../src/list/columns.ts';
import { Picture } from '../../src/live/picture.ts';
import { AIRLINER, frame, STRANGER } from '../fixtures.ts';

const AROUND: Around = {
  now: 1041,
  from: { longitude: 8.5706, latitude: 50.0333 },
  who: () => null,
  airlineOf: () => null,
};
const KNOWN: Around = {
  ...AROUND,
  who: () => ({ registration: 'D-AIUL', type_code: 'A320', operator: null }),
};

function pictureOf(...aircraft: readonly (typeof AIRLINER)[]): Picture {
  const picture = new Picture();
  picture.apply(frame({ aircraft: aircraft.map((one, slot) => [slot, one] as const) }));
  return picture;
}

describe('the columns of the list', () => {
  test('appear when there is something in them', () => {
    const all = ['callsign', 'registration', 'type', 'operator', 'feed'] as const;
    const picture = pictureOf(AIRLINER);
    picture.feeds = [];
    expect(shownColumns(all, picture, AROUND)).toEqual(['callsign']);
    picture.feeds = ['opensky'];
    expect(shownColumns(all, picture, KNOWN)).toEqual(['callsign', 'registration', 'type', 'feed']);
    // A list without any column would tell nothing.
    expect(shownColumns(['operator'], picture, KNOWN)).toEqual(['callsign']);
  });

  test('of airline and military address are there where an aircraft has one', () => {
    const both = ['callsign', 'airline', 'military'] as const;
    const airlineOf: Around['airlineOf'] = (callsign) => (callsign === 'DLH9LF' ? 'Lufthansa' : null);
    expect(shownColumns(both, pictureOf(AIRLINER), AROUND)).toEqual(['callsign']);
    const picture = pictureOf({ ...AIRLINER, callsign: 'DLH9LF', icao24: 'ae1234' });
    expect(shownColumns(both, picture, { ...AROUND, airlineOf })).toEqual(both);
    expect(columnOf('airline').valueOf(picture, 0, { ...AROUND, airlineOf })).toBe('Lufthansa');
    expect(columnOf('military').valueOf(picture, 0, AROUND)).toBe('By address');
  });

  test('say that an aircraft is on the ground where it tells no altitude, and leave that empty in a file', () => {
    const picture = pictureOf({ ...AIRLINER, altitude_m: null, on_ground: true });
    const { valueOf, textOf, cellOf } = columnOf('altitude');
    const value = valueOf(picture, 0, AROUND);
    expect([textOf(value, 'metric'), cellOf(value, 'metric')]).toEqual(['Ground', null]);
  });

  test('are a choice that is kept as text, and the first ones where that means nothing', () => {
    expect(parseColumns('age,wings,callsign')).toEqual(['callsign', 'age']);
    expect([parseColumns(null), parseColumns('wings')]).toEqual([FIRST_COLUMNS, FIRST_COLUMNS]);
  });

  test('tell values with their unit, and a dash where nobody knows', () => {
    const picture = pictureOf(
      { ...AIRLINER, altitude_m: 10_668, longitude: 11.7861, latitude: 48.3538 },
      STRANGER,
    );
    const textOf = (
      name: Parameters<typeof columnOf>[0],
      slot: number,
      units: 'metric' | 'aviation',
    ): string => {
      const column = columnOf(name);
      return column.textOf(column.valueOf(picture, slot, KNOWN), units);
    };
    expect(
      (['callsign', 'registration', 'operator', 'altitude', 'distance', 'age'] as const).map((name) =>
        textOf(name, 0, 'aviation'),
      ),
    ).toEqual([AIRLINER.callsign, 'D-AIUL', '–', '35,000 ft', '161 NM', '41 s']);
    expect(
      (['callsign', 'altitude', 'speed', 'squawk'] as const).map((name) => textOf(name, 1, 'metric')),
    ).toEqual(['–', '–', '–', '–']);
    expect([headerOf(columnOf('rate'), 'aviation'), headerOf(columnOf('squawk'), 'metric')]).toEqual([
      'Vertical rate (ft/min)',
      'Squawk',
    ]);
  });
});
