import { choose, count, fitting, isOnLine, place } from './align.ts';
import { bearing, courseDifference } from './geometry.ts';
import { nearestFields } from './ground.ts';
import type { Motion } from './motion.ts';
import type { FlightRow, Method } from './records.ts';
import { RULES } from './rules.ts';
import type { Field, RunwayEnd, RunwayIndex, Vicinity } from './runway-index.ts';
import type { AircraftState, Departure, Movement } from './state.ts';

/** A departure that stands on the ground, or is first seen in the air. */
export const openDeparture = (
  row: FlightRow,
  altitude: number | null,
  ground: Field | null | 'air',
): Departure => ({
  ground: ground === 'air' ? null : row.time_position,
  air: ground === 'air' ? row.time_position : null,
  field: ground === 'air' ? null : (ground?.ident ?? null),
  from: row.time_position,
  to: row.time_position,
  hits: [],
  rows: ground === 'air' ? 1 : 0,
  latitude: row.latitude,
  longitude: row.longitude,
  altitude,
  speed: row.velocity ?? 0,
  climb: row.vertical_rate ?? 0,
  course: null,
  rolled: false,
  risen: false,
});

/** A row on the ground: the roll along a runway counts most. */
export function roll(
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  near: Vicinity | null,
  field: Field | null,
): void {
  const old = state.departure;
  const departure = openDeparture(row, null, field);
  // A roll is short: what lies longer back was a landing or a crossing.
  if (old !== null && old.air === null)
    departure.hits = old.hits.filter(({ to }) => row.time_position - to <= Math.max(90, 2 * state.pace));
  const speed = motion.implied ?? row.velocity ?? 0;
  const fastest = Math.max(speed, row.velocity ?? 0);
  departure.rolled = row.on_ground === true && fastest > RULES.ground.roll && fastest < 120;
  if (near !== null && speed > 12 && motion.moved)
    for (const spot of fitting(near, row, motion.course, null, 0, 0))
      if (Math.abs(spot.cross) <= spot.end.halfWidth_m + 60 && spot.end.field.ident === field?.ident)
        count(departure.hits, spot, row.time_position, 3);
  state.departure = departure;
}

/** A row in the air after one on the ground, or after nothing. */
export function climbOut(
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  near: Vicinity,
  altitude: number | null,
): void {
  const departure = state.departure;
  if (departure === null) return;
  const { takeOff } = RULES;
  if (departure.air === null) {
    departure.air = row.time_position;
    // So fast at once: it has rolled between two rows.
    departure.rolled ||= (row.velocity ?? 0) >= RULES.takeOff.liftOff;
    departure.latitude = row.latitude;
    departure.longitude = row.longitude;
    departure.altitude = altitude;
  }
  departure.rows += 1;
  departure.to = row.time_position;
  departure.altitude ??= altitude;
  departure.speed = Math.max(departure.speed, motion.implied ?? row.velocity ?? 0);
  departure.climb = Math.max(departure.climb, row.vertical_rate ?? 0);
  const rise = altitude === null || departure.altitude === null ? 0 : altitude - departure.altitude;
  if (rise > takeOff.risen_m || (departure.climb > takeOff.climb && rise >= 0)) departure.risen = true;
  if (departure.rows === 2)
    departure.course = bearing(departure.latitude, departure.longitude, state.latitude, state.longitude);
  if ((row.vertical_rate ?? 0) < -1.5) return;
  if (departure.rows === 2 && departure.ground === null) firstPlace(departure, state, near);
  for (const spot of fitting(near, row, motion.course, motion.track, 150, takeOff.beyond_m))
    if (fits(departure, spot.end, spot.along, altitude))
      count(departure.hits, spot, row.time_position, 1, takeOff.drift_m);
}

function fits(
  departure: Departure,
  { field, closed }: RunwayEnd,
  along: number,
  altitude: number | null,
): boolean {
  if (closed || (departure.field !== null && field.ident !== departure.field)) return false;
  // Without an altitude, only what was on the ground a moment before is low.
  if (altitude === null) return departure.ground !== null;
  const height = altitude - field.elevation_m;
  return height <= 450 + 0.25 * Math.max(0, along) && height >= RULES.aligned.below_m;
}

/** The first row has no course; the way to the second gives it one. Above a runway it may have turned meanwhile. */
function firstPlace(departure: Departure, state: AircraftState, near: Vicinity): void {
  const { takeOff, aligned } = RULES;
  const { latitude, longitude, altitude } = departure;
  const course = bearing(latitude, longitude, state.latitude, state.longitude);
  for (const end of near.ends) {
    const spot = place(end, latitude, longitude, 150, takeOff.beyond_m);
    if (spot === null || !fits(departure, end, spot.along, altitude)) continue;
    const away = Math.max(0, spot.along - end.length_m);
    const turned = courseDifference(course, end.course);
    const isAbove = Math.abs(spot.cross) <= end.halfWidth_m + 40 && away < 1_500;
    if (turned <= (isAbove ? takeOff.turn_deg : aligned.course_deg) && isOnLine(spot, away))
      count(departure.hits, { ...spot, away }, departure.from, isAbove ? 2 : 1, takeOff.drift_m);
  }
}

/** A row above all that takes off here, at a slow pace the second one in the air or the first. */
export function climbedAway(state: AircraftState, row: FlightRow, altitude: number | null): void {
  const departure = state.departure;
  if (departure === null || altitude === null) return;
  const { latitude, longitude, time_position: t } = row;
  if (departure.air === null) {
    Object.assign(departure, { air: t, latitude, longitude, altitude });
    departure.risen = true;
  }
  departure.course ??= bearing(departure.latitude, departure.longitude, latitude, longitude);
  departure.rows = Math.max(2, departure.rows + 1);
  departure.to = t;
  departure.speed = Math.max(departure.speed, row.velocity ?? 0);
  departure.climb = Math.max(departure.climb, row.vertical_rate ?? 0);
  if (departure.altitude === null || altitude - departure.altitude > RULES.takeOff.risen_m)
    departure.risen = true;
}

/** Whether all rows that belong to it have come. */
export const isDepartureOver = (state: AircraftState, t: number): boolean =>
  state.departure !== null &&
  state.departure.air !== null &&
  t - state.departure.air > Math.max(RULES.takeOff.window_s, RULES.takeOff.windowPaces * state.pace);

/** What the rows so far say; null where they do not carry a take-off. */
export function decideDeparture(
  index: RunwayIndex,
  state: AircraftState,
  departure: Departure,
): Movement | null {
  if (departure.air === null || departure.rows < 2 || isHelicopter(state)) return null;
  if (!departure.risen) return null;
  if (departure.ground !== null) return fromGround(index, state, departure);
  return fromRunway(index, state, departure) ?? fromEndpoint(index, state, departure);
}

export const isHelicopter = (state: AircraftState): boolean => state.hoverRows >= RULES.ground.hoverRows;

function fromGround(index: RunwayIndex, state: AircraftState, departure: Departure): Movement | null {
  const field = departure.field === null ? null : (index.fields.get(departure.field) ?? null);
  if (field === null) return null;
  const choice = choose(index, departure.hits, field, RULES.takeOff.tell_m);
  const waited = (departure.air as number) - (departure.ground as number);
  // With a row each few seconds an aeroplane is seen on its runway; what is not, rose from an apron.
  if (choice === null && !departure.rolled && waited < 25) return null;
  if (choice === null && departure.speed < RULES.takeOff.groundSpeed) return null;
  const runway = choice?.isClear === true ? choice.end.ident : null;
  return movement(departure, field, runway, 'ground', choice === null ? 0.8 : runway === null ? 0.93 : 0.98);
}

function fromRunway(index: RunwayIndex, state: AircraftState, departure: Departure): Movement | null {
  const choice = choose(index, departure.hits, null, RULES.takeOff.tell_m);
  if (choice === null || departure.climb < RULES.takeOff.climb) return null;
  if (choice.hit.rows < 2 && state.pace < RULES.aligned.trackPace_s) return null;
  if (departure.speed < (choice.end.field.isSmall ? 25 : 35)) return null;
  return movement(
    departure,
    choice.end.field,
    choice.isClear ? choice.end.ident : null,
    'runway',
    choice.end.field.isSmall ? 0.7 : choice.hit.rows < 2 ? 0.8 : 0.92,
  );
}

/** First seen low, near one airport alone, climbing away from it at the speed of an aeroplane. */
function fromEndpoint(index: RunwayIndex, state: AircraftState, departure: Departure): Movement | null {
  const { takeOff } = RULES;
  const { latitude, longitude, altitude } = departure;
  const near = index.near(latitude, longitude);
  if (near === null || altitude === null || departure.speed < takeOff.endpointSpeed) return null;
  if (departure.climb < 1.5 * takeOff.climb) return null;
  const [best, next] = nearestFields(near, latitude, longitude);
  if (best === null || best.field.isSmall || best.away > takeOff.endpointReach_m) return null;
  if (next !== null && next.away < takeOff.endpointClearly * best.away) return null;
  const height = altitude - best.field.elevation_m;
  if (height > Math.min(takeOff.endpoint_m, 400 + 0.2 * best.away) || height < RULES.aligned.below_m)
    return null;
  const outward = bearing(best.field.latitude, best.field.longitude, latitude, longitude);
  if (best.away > 5_000 && (departure.course === null || courseDifference(outward, departure.course) > 110))
    return null;
  return movement(
    departure,
    best.field,
    null,
    'endpoint',
    0.85 - 0.35 * (best.away / takeOff.endpointReach_m),
  );
}

/** The time: between ground and air, or back from the first height at its rate of climb. */
function movement(
  departure: Departure,
  field: Field,
  runway: string | null,
  method: Method,
  confidence: number,
): Movement {
  const air = departure.air as number;
  const height = Math.max(0, (departure.altitude ?? field.elevation_m) - field.elevation_m);
  const climbing = Math.min(240, Math.round(height / Math.max(4, departure.climb)));
  const earliest = departure.ground ?? -Infinity;
  const time = Math.max(earliest, air - climbing);
  const uncertainty =
    departure.ground === null ? Math.max(10, Math.round(climbing / 2)) : Math.max(2, air - earliest);
  return { airport: field.ident, runway, time, uncertainty, method, confidence };
}
