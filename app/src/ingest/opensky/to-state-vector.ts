import type { Feed, OpenSkyVector, StateVector } from '../../flight/state-vector.ts';

/**
 * One row of `states` by its positions. Rows have 17 fields, 18 with `extended=1` (the last is `category`), and may
 * grow; what is missing is null, what comes after is ignored. Beware: 5 is longitude, 6 latitude, 7 the barometric
 * and 13 the geometric altitude.
 *
 * Values pass as they were sent, category -1 and a value of a wrong type included: the pipeline judges every message
 * by one rule and keeps what it refuses, with the reason. Units are OpenSky's already.
 * Source: OpenSky REST API, "All State Vectors", table of the response.
 *
 * @param snapshot_time Epoch seconds, the `time` of the answer.
 */
export function toStateVector(row: readonly unknown[], snapshot_time: number, feed: Feed): StateVector {
  const fields: Readonly<Record<keyof OpenSkyVector, unknown>> = {
    icao24: row[0] ?? null,
    callsign: row[1] ?? null,
    origin_country: row[2] ?? null,
    time_position: row[3] ?? null,
    last_contact: row[4] ?? null,
    longitude: row[5] ?? null,
    latitude: row[6] ?? null,
    baro_altitude: row[7] ?? null,
    on_ground: row[8] ?? null,
    velocity: row[9] ?? null,
    true_track: row[10] ?? null,
    vertical_rate: row[11] ?? null,
    sensors: row[12] ?? null,
    geo_altitude: row[13] ?? null,
    squawk: row[14] ?? null,
    spi: row[15] ?? null,
    position_source: row[16] ?? null,
    category: row[17] ?? null,
    snapshot_time,
    feed,
  };
  return fields as StateVector;
}

/** The types of a row's values by position (t text, n number, b boolean, l list); null is of every type. */
const TYPES = 'tttnnnnnbnnnlntbnn';
const TYPE_NAMES: Readonly<Record<string, string>> = { t: 'text', n: 'number', b: 'boolean', l: 'list' };
const FEWEST_FIELDS = 17;

/**
 * What is wrong with a row at first sight, in a few words: not a list, too short, or a value of a wrong type; null when it
 * is a state vector. `undefined` stands for a row that was too long or too deep to be read.
 */
export function oddityOf(row: unknown): string | null {
  if (row === undefined) return 'too long or too deeply nested';
  if (!Array.isArray(row)) return 'not a list';
  if (row.length < FEWEST_FIELDS) return `only ${row.length} fields`;
  const at = row.findIndex((value, index) => !isOfType(value, TYPES[index]));
  return at < 0 ? null : `field ${at} is no ${TYPE_NAMES[TYPES[at] ?? '']}`;
}

function isOfType(value: unknown, type: string | undefined): boolean {
  if (value === null || type === undefined) return true;
  if (type === 'l') return Array.isArray(value);
  return typeof value === (type === 't' ? 'string' : TYPE_NAMES[type]);
}
