import { distance_m } from 'contrail/wire/great-circle';
import type { Aircraft } from '../live/picture.ts';
import { altitude, distance, UNKNOWN, type Units } from '../text/format.ts';

/** How far an aircraft is from another, over ground and in height: `12.3 km, 300 m higher`. Height is left out where it is not known. */
export function apart(from: Aircraft | null, to: Aircraft | null, units: Units): string {
  if (from === null || to === null) return UNKNOWN;
  const way = distance(distance_m(from, to) / 1000, units);
  if (from.altitude_m === null || to.altitude_m === null) return way;
  const higher_m = to.altitude_m - from.altitude_m;
  if (higher_m === 0) return `${way}, same altitude`;
  return `${way}, ${altitude(Math.abs(higher_m), units)} ${higher_m > 0 ? 'higher' : 'lower'}`;
}
