import { CALLSIGN_BYTES } from './columns.ts';
import type { RowColumns } from './columns.ts';
import { FIRST_CHARACTER, SOURCE_UNKNOWN } from './packed.ts';

/** The bits of `validity`: each says that a nullable value is present. */
export const VALID = {
  altitude: 1,
  velocity: 2,
  true_track: 4,
  vertical_rate: 8,
  squawk: 16,
  callsign: 32,
  country: 64,
  on_ground: 128,
} as const;

/** Bit of `icao24` that marks a non-ICAO address; the address itself is below it. */
export const NON_ICAO = 0x100_0000;
/** Bits of `category` that hold the emitter category, and the one that says on_ground. */
export const CATEGORY_MASK = 0x1f;
/** See {@link CATEGORY_MASK}. */
export const ON_GROUND = 0x20;

/** How many units of the wire one degree, one m/s and so on are. */
export const UNITS_PER = {
  degree: 1e5,
  velocity: 10,
  true_track: 100,
  vertical_rate: 10,
  /** Metres of one step of `geo_offset`. */
  geo_offset: 0.1,
} as const;
/** `geo_offset` where nobody knows the geometric altitude, and `feed` where nobody knows the feed. */
export const GEO_UNKNOWN = -128;
export const FEED_UNKNOWN = 255;
/** In units of `velocity`: 1,000 m/s. No aircraft is faster; the page does not extrapolate one that claims to be. */
export const FASTEST: number = 1000 * UNITS_PER.velocity;

/** One aircraft in the units of the lake (degrees, metres, m/s, epoch seconds), before it becomes wire units. */
export interface Aircraft {
  /** 6 lower-case hexadecimal digits, `~` in front for a non-ICAO address. */
  readonly icao24: string;
  readonly callsign: string | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly altitude_m: number | null;
  /** Metres above the WGS 84 ellipsoid. */
  readonly geo_altitude: number | null;
  /** m/s over ground. */
  readonly velocity: number | null;
  readonly true_track: number | null;
  readonly vertical_rate: number | null;
  readonly on_ground: boolean | null;
  readonly squawk: string | null;
  readonly category: number | null;
  /** 0 ADS-B, 1 ASTERIX, 2 MLAT, 3 FLARM. */
  readonly position_source: number | null;
  /** Whether its position was old already when the feed told it; null: unknown. */
  readonly is_stale: boolean | null;
}

/** The numbers of an aircraft's country and feed in the tables of the picture; null: unknown. */
export interface NameNumbers {
  readonly country: number | null;
  readonly feed: number | null;
}

const MAX_LONGITUDE = 180 * UNITS_PER.degree;
const MAX_LATITUDE = 90 * UNITS_PER.degree;
const FULL_TURN = 360 * UNITS_PER.true_track;
/** OpenSky's highest category. */
const MAX_CATEGORY = 20;
/** The highest position source that fits. */
const MAX_SOURCE = 6;
/** The greatest difference of the two altitudes that fits, in steps. */
const MAX_GEO_OFFSET = 127;
const LAST_CHARACTER = 0x5f;

/** The address as a number, or null when it is not an address. */
export function encodeIcao24(text: string): number | null {
  if (!/^~?[0-9a-f]{6}$/.test(text)) return null;
  return text.startsWith('~') ? Number.parseInt(text.slice(1), 16) | NON_ICAO : Number.parseInt(text, 16);
}

/** The reverse of {@link encodeIcao24}. */
export function decodeIcao24(value: number): string {
  const digits = (value & (NON_ICAO - 1)).toString(16).padStart(6, '0');
  return (value & NON_ICAO) === 0 ? digits : `~${digits}`;
}

/**
 * Writes an aircraft into row `i`, except `age`. A value out of range is sent as the nearest one in range, not-a-number as null
 * (`FORMAT.md`).
 */
export function writeAircraft(
  columns: RowColumns,
  i: number,
  icao24: number,
  aircraft: Aircraft,
  { country, feed }: NameNumbers,
): void {
  let validity = 0;
  const scaled = (value: number | null, valid: number, scale: number, min: number, max: number): number => {
    if (value === null || !Number.isFinite(value)) return 0;
    validity |= valid;
    return clamp(Math.round(value * scale), min, max);
  };
  columns.icao24[i] = icao24;
  columns.longitude[i] = clamp(
    Math.round(aircraft.longitude * UNITS_PER.degree),
    -MAX_LONGITUDE,
    MAX_LONGITUDE,
  );
  columns.latitude[i] = clamp(Math.round(aircraft.latitude * UNITS_PER.degree), -MAX_LATITUDE, MAX_LATITUDE);
  columns.altitude[i] = scaled(aircraft.altitude_m, VALID.altitude, 1, -32_768, 32_767);
  columns.geo_offset[i] =
    (validity & VALID.altitude) === 0
      ? GEO_UNKNOWN
      : geoOffset(aircraft.geo_altitude, columns.altitude[i] ?? 0);
  columns.velocity[i] = scaled(aircraft.velocity, VALID.velocity, UNITS_PER.velocity, 0, 65_535);
  columns.true_track[i] = wrapped(
    scaled(aircraft.true_track, VALID.true_track, UNITS_PER.true_track, -1e9, 1e9),
  );
  columns.vertical_rate[i] = scaled(
    aircraft.vertical_rate,
    VALID.vertical_rate,
    UNITS_PER.vertical_rate,
    -32_768,
    32_767,
  );

  const isSquawk = aircraft.squawk !== null && /^[0-7]{4}$/.test(aircraft.squawk);
  columns.squawk[i] = isSquawk ? Number.parseInt(aircraft.squawk, 8) : 0;
  if (isSquawk) validity |= VALID.squawk;

  const category = aircraft.category ?? 0;
  columns.category[i] =
    (Number.isInteger(category) && category >= 0 && category <= MAX_CATEGORY ? category : 0) |
    (aircraft.on_ground === true ? ON_GROUND : 0);
  if (aircraft.on_ground !== null) validity |= VALID.on_ground;

  columns.country[i] = country ?? 0;
  if (country !== null) validity |= VALID.country;
  columns.feed[i] = feed ?? FEED_UNKNOWN;
  const source = aircraft.position_source ?? SOURCE_UNKNOWN;
  columns.position_source[i] =
    Number.isInteger(source) && source >= 0 && source <= MAX_SOURCE ? source : SOURCE_UNKNOWN;
  columns.is_stale[i] = aircraft.is_stale === true ? 1 : 0;

  const callsign = aircraft.callsign?.toUpperCase() ?? '';
  for (let k = 0; k < CALLSIGN_BYTES; k++) {
    const code = k < callsign.length ? callsign.charCodeAt(k) : BLANK;
    columns.callsign[i * CALLSIGN_BYTES + k] =
      code < FIRST_CHARACTER || code > LAST_CHARACTER ? QUESTION : code;
  }
  if (aircraft.callsign !== null) validity |= VALID.callsign;
  columns.validity[i] = validity;
}

/** The callsign of row `i` without its padding; null when it is not known. */
export function readCallsign(columns: RowColumns, i: number): string | null {
  if (((columns.validity[i] ?? 0) & VALID.callsign) === 0) return null;
  const callsign = columns.callsign.subarray(i * CALLSIGN_BYTES, (i + 1) * CALLSIGN_BYTES);
  return String.fromCharCode(...callsign).trimEnd();
}

/** The number of the country of row `i`; null when it is not known. */
export function readCountry(columns: RowColumns, i: number): number | null {
  return ((columns.validity[i] ?? 0) & VALID.country) === 0 ? null : (columns.country[i] ?? 0);
}

/** The number of the feed of row `i`; null when it is not known. */
export function readFeed(columns: RowColumns, i: number): number | null {
  const feed = columns.feed[i] ?? FEED_UNKNOWN;
  return feed === FEED_UNKNOWN ? null : feed;
}

/** The position source of row `i`; null when it is not known. */
export function readPositionSource(columns: RowColumns, i: number): number | null {
  const source = columns.position_source[i] ?? SOURCE_UNKNOWN;
  return source === SOURCE_UNKNOWN ? null : source;
}

/** The geometric altitude of row `i`, metres; null when it is not known. */
export function readGeoAltitude(columns: RowColumns, i: number): number | null {
  const offset = columns.geo_offset[i] ?? GEO_UNKNOWN;
  const isKnown = offset !== GEO_UNKNOWN && ((columns.validity[i] ?? 0) & VALID.altitude) !== 0;
  return isKnown ? (columns.altitude[i] ?? 0) + offset / UNITS_PER.geo_offset : null;
}

/** Row `i` in the units of the lake, and the numbers of its country and feed. The reverse of {@link writeAircraft}, up to rounding. */
export function readAircraft(columns: RowColumns, i: number): Aircraft & NameNumbers {
  const validity = columns.validity[i] ?? 0;
  const when = <T>(valid: number, value: T): T | null => ((validity & valid) === 0 ? null : value);
  const category = columns.category[i] ?? 0;
  return {
    icao24: decodeIcao24(columns.icao24[i] ?? 0),
    callsign: readCallsign(columns, i),
    longitude: (columns.longitude[i] ?? 0) / UNITS_PER.degree,
    latitude: (columns.latitude[i] ?? 0) / UNITS_PER.degree,
    altitude_m: when(VALID.altitude, columns.altitude[i] ?? 0),
    geo_altitude: readGeoAltitude(columns, i),
    velocity: when(VALID.velocity, (columns.velocity[i] ?? 0) / UNITS_PER.velocity),
    true_track: when(VALID.true_track, (columns.true_track[i] ?? 0) / UNITS_PER.true_track),
    vertical_rate: when(VALID.vertical_rate, (columns.vertical_rate[i] ?? 0) / UNITS_PER.vertical_rate),
    on_ground: when(VALID.on_ground, (category & ON_GROUND) !== 0),
    squawk: when(VALID.squawk, (columns.squawk[i] ?? 0).toString(8).padStart(4, '0')),
    category: category & CATEGORY_MASK,
    position_source: readPositionSource(columns, i),
    is_stale: columns.is_stale[i] === 1,
    country: readCountry(columns, i),
    feed: readFeed(columns, i),
  };
}

const BLANK = 0x20;
const QUESTION = 0x3f;

/** Steps from an altitude to the geometric one; one too far away for that is a fault of the feed, and so unknown. */
function geoOffset(geo_altitude: number | null, altitude: number): number {
  if (geo_altitude === null || !Number.isFinite(geo_altitude)) return GEO_UNKNOWN;
  const offset = Math.round((geo_altitude - altitude) * UNITS_PER.geo_offset);
  return Math.abs(offset) > MAX_GEO_OFFSET ? GEO_UNKNOWN : offset;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Brings hundredths of a degree into 0..35,999: 360 degrees become 0. */
function wrapped(hundredths: number): number {
  return ((hundredths % FULL_TURN) + FULL_TURN) % FULL_TURN;
}
