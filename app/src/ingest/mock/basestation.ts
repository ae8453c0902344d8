import type { StateVector } from '../../flight/state-vector.ts';
import { feetOf, feetPerMinuteOf, knotsOf } from './to-entry.ts';

/** What an aircraft says in turn: two positions, a velocity between them, its callsign, a position, its squawk. */
const TURNS = [3, 4, 3, 1, 3, 6] as const;

/**
 * One line of BaseStation that says a part of what is known of an aircraft, without its end.
 * Source: the grammar above `SbsMessage` in `sbs/message.ts`.
 * @param turn counts the lines of the aircraft
 * @param nowMs when the receiver heard it, by its clock in UTC
 */
export function lineOf(vector: StateVector, turn: number, nowMs: number): string {
  const type = typeOf(vector, TURNS[turn % TURNS.length] ?? 3);
  const kind = type === 3 && vector.position_source === 2 ? 'MLAT' : 'MSG';
  const at = new Date(nowMs).toISOString();
  const time = `${at.slice(0, 10).replaceAll('-', '/')},${at.slice(11, 23)}`;
  const { callsign, latitude, longitude, squawk } = vector;
  const [hasPosition, hasMotion] = [type === 2 || type === 3, type === 2 || type === 4];
  const altitude = vector.on_ground === true ? null : vector.baro_altitude;
  const flags = [0, 0, vector.spi === true ? -1 : 0, vector.on_ground === true ? -1 : 0];
  return [
    `${kind},${type},1,1,${(vector.icao24 ?? '').toUpperCase()},1,${time},${time}`,
    type === 1 ? (callsign ?? '') : '',
    type === 3 || type === 5 || type === 6 ? written(altitude, feetOf) : '',
    hasMotion ? written(vector.velocity, knotsOf) : '',
    hasMotion ? (vector.true_track ?? '') : '',
    hasPosition ? (latitude ?? '') : '',
    hasPosition ? (longitude ?? '') : '',
    type === 4 ? written(vector.vertical_rate, feetPerMinuteOf) : '',
    type === 6 ? (squawk ?? '') : '',
    ...(type === 1 || type === 4 ? ['', '', '', flags[3]] : flags),
  ].join(',');
}

/** On the ground a position is of type 2; who has none says that it is there, type 8. */
function typeOf({ latitude, longitude, on_ground }: StateVector, wanted: number): number {
  if (wanted !== 3) return wanted;
  if (latitude === null || longitude === null) return 8;
  return on_ground === true ? 2 : 3;
}

const written = (value: number | null, turn: (value: number) => number): number | '' =>
  value === null ? '' : turn(value);
