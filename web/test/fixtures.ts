import { MOVED, ROW, createColumns } from '../../app/src/wire/columns.ts';
import { encodeFrame } from '../../app/src/wire/encode.ts';
import type { Frame } from '../../app/src/wire/frame.ts';
import { encodeIcao24, writeAircraft, type Aircraft } from '../../app/src/wire/units.ts';
import { decodeFrame } from '../../app/src/wire/decode.ts';

/** Munich, flying west, everything known. */
export const AIRLINER: Aircraft = {
  icao24: '3c6444',
  callsign: 'DLH9LF',
  longitude: 11.57,
  latitude: 48.14,
  altitude_m: 10_668,
  velocity: 231.5,
  true_track: 270.25,
  vertical_rate: -3.2,
  on_ground: false,
  squawk: '1000',
  category: 4,
};

/** Nothing known but where it is. */
export const STRANGER: Aircraft = {
  icao24: '~00abcd',
  callsign: null,
  longitude: -179.99,
  latitude: -84.5,
  altitude_m: null,
  velocity: null,
  true_track: null,
  vertical_rate: null,
  on_ground: null,
  squawk: null,
  category: null,
};

/** The bytes of a frame as the server's own encoder makes them. `rows` by slot, ascending; all of `age` 0. */
export function frameBytes(
  part: Partial<Omit<Frame, 'rows'>> & { readonly aircraft?: readonly (readonly [number, Aircraft])[] },
): ArrayBuffer {
  const aircraft = part.aircraft ?? [];
  const columns = createColumns(ROW, aircraft.length);
  aircraft.forEach(([, one], i) =>
    writeAircraft(columns, i, encodeIcao24(one.icao24) ?? 0, one, one.callsign === null ? null : 0),
  );
  return encodeFrame({
    kind: 'full',
    picture: 1,
    tick: 1,
    baseTick: 0,
    eventTime: 1000,
    serverTime: 1001.5,
    slots: 64,
    moved: { slots: new Uint32Array(0), columns: createColumns(MOVED, 0) },
    removed: new Uint32Array(0),
    ...part,
    rows: { slots: Uint32Array.from(aircraft, ([slot]) => slot), columns },
  }).buffer;
}

/** The decoded frame of {@link frameBytes}; throws when the decoder refuses it. */
export function frame(part: Parameters<typeof frameBytes>[0]): Frame {
  const decoded = decodeFrame(new Uint8Array(frameBytes(part)));
  if (!decoded.ok) throw new Error(decoded.fault);
  return decoded.frame;
}

/** A `moved` block of one slot that lies this much (1e-5 degree) from where it was. */
export function movedBlock(slot: number, longitude: number, latitude: number): Frame['moved'] {
  const columns = createColumns(MOVED, 1);
  columns.longitude[0] = longitude;
  columns.latitude[0] = latitude;
  columns.altitude[0] = 900;
  columns.velocity[0] = 2000;
  columns.true_track[0] = 9000;
  columns.age[0] = 3;
  return { slots: Uint32Array.of(slot), columns };
}
