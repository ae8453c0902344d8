import type { StateVector } from '../../flight/state-vector.ts';

/** Metres of a foot, m/s of a knot, and m/s of a foot a minute, as `flight/units.ts` turns them. */
export const [FOOT, KNOT, FOOT_PER_MINUTE] = [0.3048, 0.514444, 0.00508];

export const feetOf = (metres: number): number => Math.round(metres / FOOT);
export const knotsOf = (metresPerSecond: number): number => Math.round((metresPerSecond / KNOT) * 10) / 10;
export const feetPerMinuteOf = (metresPerSecond: number): number =>
  Math.round(metresPerSecond / FOOT_PER_MINUTE);

/** Emitter categories by OpenSky's number; 0: none is sent. Source: DO-260B 2.2.3.2.5.2. */
const CATEGORIES = 'A0 A1 A2 A3 A4 A5 A6 A7 B1 B2 B3 B4 B5 B6 B7 C1 C2 C3 C4 C5'.split(' ');

const TYPES: Readonly<Record<number, string>> = { 0: 'adsb_icao', 2: 'mlat' };

/** A state vector as readsb writes an aircraft. A value that is unknown has no key. Source: readsb README-json.md. */
export function toEntry(vector: StateVector, nowMs: number): Readonly<Record<string, unknown>> {
  const { latitude, longitude, time_position, last_contact, position_source, category, velocity } = vector;
  const hasPosition = latitude !== null && longitude !== null && time_position !== null;
  const type = TYPES[position_source ?? 0] ?? 'other';
  return withoutUnknown({
    hex: vector.icao24,
    type,
    flight: vector.callsign?.padEnd(8),
    r: vector.registration,
    t: vector.type_code,
    alt_baro: vector.on_ground === true ? 'ground' : turned(vector.baro_altitude, feetOf),
    alt_geom: turned(vector.geo_altitude, feetOf),
    gs: turned(velocity, knotsOf),
    track: vector.true_track,
    baro_rate: turned(vector.vertical_rate, feetPerMinuteOf),
    squawk: vector.squawk,
    emergency: vector.squawk === null ? null : 'none',
    category: CATEGORIES[(category ?? 0) - 1],
    ...(hasPosition && {
      lat: latitude,
      lon: longitude,
      nic: vector.nic ?? 8,
      rc: 186,
      seen_pos: ageOf(time_position, nowMs),
    }),
    version: 2,
    nac_p: vector.nac_p ?? 9,
    sil: 3,
    alert: 0,
    spi: vector.spi === true ? 1 : 0,
    mlat: type === 'mlat' ? ['lat', 'lon'] : [],
    tisb: [],
    messages: 1000,
    seen: last_contact === null ? null : ageOf(last_contact, nowMs),
    rssi: vector.rssi ?? -21.5,
  });
}

const turned = (value: number | null, turn: (value: number) => number): number | null =>
  value === null ? null : turn(value);

const ageOf = (seconds: number, nowMs: number): number =>
  Math.max(0, Math.round(nowMs / 100 - seconds * 10)) / 10;

const withoutUnknown = (entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined));
