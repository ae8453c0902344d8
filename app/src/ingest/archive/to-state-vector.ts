import { countryOfAddress } from '../../flight/address-blocks.ts';
import type { StateVector } from '../../flight/state-vector.ts';

/**
 * The columns of OpenSky's weekly state vectors, in CSV and JSON alike. Units are those of a state vector already; `alert`
 * has no field there. Source: OpenSky, "Weekly 24 hours of State Vector Data", README.
 */
export const COLUMNS = [
  'time',
  'icao24',
  'lat',
  'lon',
  'velocity',
  'heading',
  'vertrate',
  'callsign',
  'onground',
  'alert',
  'spi',
  'squawk',
  'baroaltitude',
  'geoaltitude',
  'lastposupdate',
  'lastcontact',
] as const;

class Malformed extends Error {}

/**
 * One row of the archive by {@link COLUMNS}: texts of a CSV file, or values of JSON. Times are whole seconds, rounded
 * down. All rows are kept, also those whose last contact was long ago.
 * @returns null when a value is not of its type, or the row has no time
 */
export function toStateVector(row: readonly unknown[]): StateVector | null {
  try {
    const snapshot_time = secondsOf(row[0]);
    if (snapshot_time === null) return null;
    const icao24 = textOf(row[1])?.trim() ?? null;
    return {
      icao24,
      callsign: textOf(row[7]),
      origin_country: countryOfAddress(icao24),
      time_position: secondsOf(row[14]),
      last_contact: secondsOf(row[15]),
      longitude: numberOf(row[3]),
      latitude: numberOf(row[2]),
      baro_altitude: numberOf(row[12]),
      on_ground: flagOf(row[8]),
      velocity: numberOf(row[4]),
      true_track: numberOf(row[5]),
      vertical_rate: numberOf(row[6]),
      sensors: null,
      geo_altitude: numberOf(row[13]),
      squawk: squawkOf(row[11]),
      spi: flagOf(row[10]),
      position_source: 0,
      category: null,
      snapshot_time,
      feed: 'archive',
    };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Texts that mean null: the empty text, and the words of SQL, Hive and Impala. */
const isNull = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === 'null' ||
  value === 'NULL' ||
  value === '\\N';

function textOf(value: unknown): string | null {
  if (isNull(value)) return null;
  if (typeof value !== 'string') throw new Malformed();
  return value;
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?$/i;

function numberOf(value: unknown): number | null {
  if (isNull(value)) return null;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new Malformed();
  const text = value.trim();
  // pandas and Spark write nan for a number that is not there.
  if (isNull(text) || /^nan$/i.test(text)) return null;
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw new Malformed();
  return number;
}

/** pandas writes times as dates; without a zone they are UTC. */
const DATE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|UTC|[-+]\d\d:?\d\d)?$/;

function secondsOf(value: unknown): number | null {
  if (isNull(value) || value === 'NaT') return null;
  const [, day, time, zone = 'Z'] = typeof value === 'string' ? (DATE.exec(value.trim()) ?? []) : [];
  const number =
    day === undefined ? numberOf(value) : Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone}`) / 1000;
  if (number === null) return null;
  const seconds = Math.floor(number);
  if (!Number.isSafeInteger(seconds)) throw new Malformed();
  return seconds;
}

function flagOf(value: unknown): boolean | null {
  if (isNull(value)) return null;
  if (typeof value === 'boolean') return value;
  switch (typeof value === 'number' ? String(value) : (textOf(value)?.trim().toLowerCase() ?? '')) {
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    case '':
    case 'null':
      return null;
    default:
      throw new Malformed();
  }
}

/** Programs that took it for a number have lost the zeros in front, or added one behind. */
function squawkOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : (textOf(value)?.trim() ?? '');
  if (isNull(text) || /^nan$/i.test(text)) return null;
  const [, digits] = /^(\d{1,4})(?:\.0)?$/.exec(text) ?? [];
  return digits === undefined ? text : digits.padStart(4, '0');
}
