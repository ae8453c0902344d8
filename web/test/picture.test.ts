import { describe, expect, test } from 'vitest';
import { Picture } from '../src/live/picture.ts';
import { searchAircraft } from '../src/live/search.ts';
import { AIRLINER, frame, movedBlock, STRANGER } from './fixtures.ts';

function pictureOf(...aircraft: NonNullable<Parameters<typeof frame>[0]['aircraft']>): Picture {
  const picture = new Picture();
  picture.countries = ['Germany'];
  picture.feeds = ['opensky'];
  picture.apply(frame({ aircraft, tick: 5 }));
  return picture;
}

describe('Picture', () => {
  test('tells an aircraft in words and units for people', () => {
    expect(pictureOf([2, AIRLINER]).aircraft(2)).toEqual({
      slot: 2,
      icao24: '3c6444',
      callsign: 'DLH9LF',
      country: 'Germany',
      category: 4,
      longitude: 11.57,
      latitude: 48.14,
      altitude_m: 10_668,
      geo_altitude: 10_868,
      velocity_kmh: expect.closeTo(833.4, 6),
      true_track: 270.25,
      vertical_rate: -3.2,
      squawk: '1000',
      on_ground: false,
      feed: 'opensky',
      position_source: 0,
      is_stale: false,
      time_position: 1000,
    });
  });

  test('keeps null null: nothing unknown becomes 0', () => {
    expect(pictureOf([2, STRANGER]).aircraft(2)).toMatchObject({
      icao24: '~00abcd',
      callsign: null,
      country: null,
      altitude_m: null,
      velocity_kmh: null,
      true_track: null,
      vertical_rate: null,
      squawk: null,
      on_ground: null,
    });
  });

  test('adds the differences of a moved row and takes its age', () => {
    const picture = pictureOf([2, AIRLINER]);
    const applied = picture.apply(
      frame({ kind: 'delta', baseTick: 5, tick: 6, eventTime: 1010, moved: movedBlock(2, -2000, 500) }),
    );
    expect(applied).toEqual({ kind: 'applied', changed: 1, cameOrWent: false });
    expect(picture.aircraft(2)).toMatchObject({
      longitude: 11.55,
      latitude: 48.145,
      altitude_m: 900,
      time_position: 1007,
    });
  });

  test('removes before it adds, so that a reused slot holds the new aircraft', () => {
    const picture = pictureOf([1, AIRLINER], [2, STRANGER]);
    picture.apply(
      frame({
        kind: 'delta',
        baseTick: 5,
        tick: 6,
        removed: Uint32Array.of(1),
        aircraft: [[2, { ...AIRLINER, icao24: 'abcdef' }]],
      }),
    );
    expect([picture.count, picture.find('3c6444'), picture.find('~00abcd'), picture.find('abcdef')]).toEqual([
      1, -1, -1, 2,
    ]);
  });

  test.each([
    ['of another tick', { kind: 'delta', baseTick: 4, tick: 6 } as const],
    ['of another picture', { kind: 'delta', baseTick: 5, tick: 6, picture: 2 } as const],
    ['that shows a frame was lost', { kind: 'heartbeat', tick: 6, baseTick: 6 } as const],
  ])('refuses a frame %s and stays as it was', (_, part) => {
    const picture = pictureOf([2, AIRLINER]);
    expect(picture.apply(frame(part))).toEqual({ kind: 'refused' });
    expect([picture.tick, picture.count]).toEqual([5, 1]);
  });

  test('a full frame of a new picture replaces everything', () => {
    const picture = pictureOf([1, AIRLINER], [2, STRANGER]);
    picture.apply(frame({ picture: 8, tick: 1, aircraft: [[0, STRANGER]] }));
    expect([picture.count, picture.find('3c6444'), picture.find('~00abcd')]).toEqual([1, -1, 0]);
  });
});

describe('searchAircraft', () => {
  const picture = pictureOf(
    [0, { ...AIRLINER, icao24: '00000a', callsign: 'XDLH9' }],
    [1, { ...AIRLINER, icao24: 'd1a000', callsign: 'BAW1' }],
    [2, { ...AIRLINER, icao24: '00000b', callsign: 'DLH9' }],
    [3, { ...AIRLINER, icao24: '00000c', callsign: 'DLH90' }],
    [4, STRANGER],
  );
  const found = (typed: string): (string | null)[] =>
    searchAircraft(picture, typed, 10).map((one) => one.callsign);

  test('puts the callsign as typed before those that begin with it and those that hold it', () => {
    expect(found(' dlh9 ')).toEqual(['DLH9', 'DLH90', 'XDLH9']);
  });

  test('finds by address, also of an aircraft without callsign', () => {
    expect(found('d1a')).toEqual(['BAW1']);
    expect(found('~00abcd')).toEqual([null]);
  });

  test('finds by registration, with its hyphen or without, and by type', () => {
    const known = new Map([
      [0x00000b, { registration: 'D-AIZA', type_code: 'A320' }],
      [0x00000c, { registration: 'D-AIZB', type_code: 'A320' }],
    ]);
    const by = (typed: string): number[] =>
      searchAircraft(picture, typed, 10, (address) => known.get(address) ?? null).map(({ slot }) => slot);
    expect([by('D-AIZA'), by('daizb'), by('d-ai'), by('a320')]).toEqual([[2], [3], [2, 3], [2, 3]]);
    expect([by('-'), by('320')]).toEqual([[], []]);
  });

  test('finds by country, and nothing for nothing', () => {
    expect(found('germ')).toHaveLength(4);
    expect([found(''), found('   '), found('zzz')]).toEqual([[], [], []]);
    expect(searchAircraft(picture, 'germ', 2)).toHaveLength(2);
  });
});

test('a search for a squawk finds those who send it before callsigns with these digits', () => {
  const picture = new Picture();
  const called = { ...AIRLINER, icao24: 'aaaaaa', callsign: 'LOG7700V' };
  picture.apply(
    frame({
      aircraft: [
        [0, called],
        [1, { ...AIRLINER, squawk: '7700' }],
        [2, { ...STRANGER }],
      ],
    }),
  );
  const found = searchAircraft(picture, '7700', 10);
  expect(found.map(({ slot, squawk }) => [slot, squawk])).toEqual([
    [1, '7700'],
    [0, null],
  ]);
  expect(searchAircraft(picture, '0000', 10)).toEqual([]);
});
