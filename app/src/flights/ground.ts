import { place } from './align.ts';
import { metresBetween } from './geometry.ts';
import type { Motion } from './motion.ts';
import type { FlightRow } from './records.ts';
import { RULES } from './rules.ts';
import type { Field, Vicinity } from './runway-index.ts';
import type { AircraftState } from './state.ts';

/** The airport whose ground a place is on: that of the nearest runway, where large and medium ones go first. */
export function fieldOn(near: Vicinity | null, latitude: number, longitude: number): Field | null {
  if (near === null) return null;
  const reach = RULES.ground.runway_m;
  let best: Field | null = null;
  let least = Infinity;
  const offer = (field: Field, away: number): void => {
    const cost = away + (field.isSmall ? 1000 : 0);
    if (away <= reach && cost < least) {
      best = field;
      least = cost;
    }
  };
  for (const end of near.ends) {
    // One end of a runway is enough; most are too far north or south.
    if ((end.index & 1) === 1 || Math.abs(latitude - end.latitude) > 0.09) continue;
    const spot = place(end, latitude, longitude, reach, reach);
    if (spot !== null)
      offer(end.field, Math.hypot(Math.max(0, -spot.along, spot.along - end.length_m), spot.cross));
  }
  for (const field of near.fields)
    if (!field.hasRunways)
      offer(field, metresBetween(latitude, longitude, field.latitude, field.longitude) - 1500);
  return best;
}

/** An airport, and how far away its middle is. */
export interface NearField {
  readonly field: Field;
  readonly away: number;
}

/** The nearest two of the large and medium airports; small ones only where there is no other. */
export function nearestFields(
  near: Vicinity,
  latitude: number,
  longitude: number,
): readonly [best: NearField | null, next: NearField | null] {
  let best: NearField | null = null;
  let next: NearField | null = null;
  for (const field of near.fields) {
    if (best !== null && field.isSmall && !best.field.isSmall) continue;
    const away = metresBetween(latitude, longitude, field.latitude, field.longitude);
    if (best === null || (best.field.isSmall && !field.isSmall)) {
      next = null;
      best = { field, away };
    } else if (away < best.away) {
      next = best;
      best = { field, away };
    } else if (next === null || away < next.away) next = { field, away };
  }
  return [best, next];
}

/**
 * Whether an aircraft is on the ground. The flag alone does not say it: feeds lack it, and set it in the air. Neither does
 * the speed: on the ground it is null, held over from the approach, or absurd; then places say how fast it goes.
 */
export function isOnGround(
  row: FlightRow,
  motion: Motion,
  field: Field | null,
  altitude: number | null,
): boolean {
  const { slow, height_m, absurdHeight_m, absurdSpeed } = RULES.ground;
  const height = altitude === null || field === null ? null : altitude - field.elevation_m;
  if (row.on_ground === true) {
    const speed = motion.implied ?? row.velocity ?? 0;
    return !(height !== null && height > absurdHeight_m && speed > absurdSpeed);
  }
  if (field === null || (height !== null && height > height_m)) return false;
  if (row.velocity !== null && row.velocity < slow) return true;
  // Places that are held say nothing; places that creep say that the speed is wrong.
  return motion.moved && motion.implied !== null && motion.implied < slow;
}

/** Learns what the pressure of the day does to altitudes. An altitude of 0 on the ground is a code, not a measurement. */
export function calibrate(state: AircraftState, row: FlightRow, field: Field): void {
  const baro = row.baro_altitude;
  if (baro === null || baro === 0 || row.on_ground !== true) return;
  const shift = field.elevation_m - baro;
  if (Math.abs(shift) > RULES.altitude.pressure_m) return;
  state.pressure = state.pressure === null ? shift : state.pressure + 0.3 * (shift - state.pressure);
}
