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

/** An aircraft that knows all about itself. */
export const COMPLETE: Aircraft = {
  icao24: '3c6444',
  callsign: 'DLH4AB',
  longitude: 8.57046,
  latitude: 50.03331,
  altitude_m: 11_277.6,
  velocity: 246.93,
  true_track: 123.45,
  vertical_rate: -0.33,
  on_ground: false,
  squawk: '1000',
  category: 4,
};

/** An aircraft of which only the position is known. */
export const UNKNOWN: Aircraft = {
  icao24: '~2b1e0f',
  callsign: null,
  longitude: -180,
  latitude: -90,
  altitude_m: null,
  velocity: null,
  true_track: null,
  vertical_rate: null,
  on_ground: null,
  squawk: null,
  category: null,
};

/** A full frame of these aircraft, on every third slot; countries and ages count up from 0. */
export function fullFrame(aircraft: readonly Aircraft[]): Frame {
  const columns = createColumns(ROW, aircraft.length);
  aircraft.forEach((one, i) => {
    writeAircraft(columns, i, encodeIcao24(one.icao24) ?? 0, one, one.callsign === null ? null : i % 255);
    columns.age[i] = i % 256;
  });
  return {
    ...EMPTY_FRAME,
    kind: 'full',
    baseTick: 0,
    slots: aircraft.length * 3,
    rows: { slots: Uint32Array.from(aircraft, (_, i) => i * 3), columns },
  };
}
