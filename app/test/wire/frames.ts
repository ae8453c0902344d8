import { MOVED, ROW, createColumns } from '../../src/wire/columns.ts';
import type { Frame } from '../../src/wire/frame.ts';
import { encodeIcao24, writeAircraft } from '../../src/wire/units.ts';
import type { Aircraft } from '../../src/wire/units.ts';

/** A frame without blocks, to be spread into others. */
export const EMPTY_FRAME: Frame = {
  kind: 'heartbeat',
  picture: 7,
  tick: 41,
  baseTick: 41,
  eventTime: 1_700_000_000,
  serverTime: 1_700_000_001.25,
  slots: 0,
  rows: { slots: new Uint32Array(0), columns: createColumns(ROW, 0) },
  moved: { slots: new Uint32Array(0), columns: createColumns(MOVED, 0) },
  removed: new Uint32Array(0),
};

/** An aircraft of which everything is known: over Munich, flying west. */
export const AIRLINER: Aircraft = {
  icao24: '3c6444',
  callsign: 'DLH9LF',
  longitude: 11.57,
  latitude: 48.14,
  altitude_m: 10_668,
  geo_altitude: 10_868,
  velocity: 231.5,
  true_track: 270.25,
  vertical_rate: -3.2,
  on_ground: false,
  squawk: '1000',
  category: 4,
  position_source: 0,
  is_stale: false,
};

/** An aircraft of which only the position is known. */
export const STRANGER: Aircraft = {
  icao24: '~00abcd',
  callsign: null,
  longitude: -179.99,
  latitude: -84.5,
  altitude_m: null,
  geo_altitude: null,
  velocity: null,
  true_track: null,
  vertical_rate: null,
  on_ground: null,
  squawk: null,
  category: null,
  position_source: null,
  is_stale: null,
};

/** The rows of aircraft by their slots, ascending; ages are 0, and so are country and feed of those with a callsign. */
export function rowsOf(aircraft: readonly (readonly [number, Aircraft])[]): Frame['rows'] {
  const columns = createColumns(ROW, aircraft.length);
  aircraft.forEach(([, one], i) =>
    writeAircraft(columns, i, encodeIcao24(one.icao24) ?? 0, one, {
      country: one.callsign === null ? null : 0,
      feed: one.callsign === null ? null : 0,
    }),
  );
  return { slots: Uint32Array.from(aircraft, ([slot]) => slot), columns };
}

/** A full frame of these aircraft, on every third slot; countries and ages count up from 0. */
export function fullFrame(aircraft: readonly Aircraft[]): Frame {
  const rows = rowsOf(aircraft.map((one, i) => [i * 3, one]));
  aircraft.forEach((one, i) => {
    if (one.callsign !== null) rows.columns.country[i] = i % 255;
    rows.columns.age[i] = i % 256;
  });
  return { ...EMPTY_FRAME, kind: 'full', baseTick: 0, slots: aircraft.length * 3, rows };
}
