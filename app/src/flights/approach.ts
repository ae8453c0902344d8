import { choose, count, fitting, isOnLine, place, touchTime, type Choice } from './align.ts';
import { bearing, courseDifference } from './geometry.ts';
import { isHelicopter } from './departure.ts';
import { nearestFields } from './ground.ts';
import type { Motion } from './motion.ts';
import type { FlightRow } from './records.ts';
import { RULES } from './rules.ts';
import type { Field, RunwayEnd, RunwayIndex, Vicinity } from './runway-index.ts';
import type { AircraftState, Approach, Low, Movement } from './state.ts';

/** How long what follows an approach is awaited. */
export const patience = (state: AircraftState): number =>
  Math.max(RULES.approach.outcome_s, RULES.approach.outcomePaces * state.pace);

/** A row in the air, low and near runways: counts it where it is in line with one. */
export function approachRow(
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  near: Vicinity,
  altitude: number,
): void {
  const { aligned } = RULES;
  const t = row.time_position;
  // Climbing out along a runway is not an approach; an approach that is open goes on to its end.
  const isClimbing = state.climb >= 2.5;
  const isSlow = motion.dt >= aligned.trackPace_s;
  if (state.approach === null && isClimbing && !isSlow) return;
  // Of an approach that is open, a slow pace may show no row above the runway but the next one, far behind it.
  const after = isSlow ? 8_000 : 500;
  const drift = isSlow ? 3.5 : 0;
  for (const spot of fitting(near, row, motion.course, motion.track, aligned.reach_m, after, drift)) {
    const { end, along } = spot;
    if (!fitsWedge(altitude - end.field.elevation_m, along)) continue;
    if (state.approach === null) {
      // At a slow pace the row before was in line as well, though its own course came from before the turn.
      const before = isSlow && state.airRows >= 2 && state.beforeClimb < 1 ? placeBefore(state, end) : null;
      if (before === null && (isClimbing || along > 0.3 * end.length_m)) continue;
      state.approach = {
        from: before === null ? t : state.beforeT,
        to: t,
        hits: [],
        high: altitude - end.field.elevation_m,
        sank: isSlow && before !== null && state.beforeClimb < -1.5,
        low: lowOf(row, altitude, end.field, along),
      };
      if (before !== null) {
        count(state.approach.hits, before, state.beforeT);
        state.approach.high = Math.max(
          state.approach.high,
          (state.beforeAltitude ?? altitude) - end.field.elevation_m,
        );
      }
    }
    count(state.approach.hits, spot, t);
    state.approach.to = t;
    state.approach.high = Math.max(state.approach.high, altitude - end.field.elevation_m);
    if (isSlow && along < 0 && state.climb < -1.5) state.approach.sank = true;
    // Circuits are not a holding.
    state.loiter = null;
  }
  if (state.approach !== null) lower(state.approach, row, altitude, near);
}

/** The first row on the ground: on a runway, along it, after a row in the air. */
export function touchRow(state: AircraftState, row: FlightRow, motion: Motion, near: Vicinity): void {
  const t = row.time_position;
  // What taxies may be on any runway.
  if ((row.velocity ?? motion.implied ?? 0) < 15) return;
  for (const spot of fitting(near, row, motion.course, motion.track, 0, 0)) {
    if (Math.abs(spot.cross) > spot.end.halfWidth_m + 60) continue;
    state.approach ??= {
      from: state.airT ?? t,
      to: t,
      hits: [],
      high: 0,
      sank: false,
      low: lowOf(row, spot.end.field.elevation_m, spot.end.field, spot.along),
    };
    count(state.approach.hits, spot, t, 3);
    state.approach.to = t;
  }
}

const fitsWedge = (height: number, along: number): boolean =>
  height >= RULES.aligned.below_m &&
  height <= RULES.aligned.above_m + RULES.aligned.abovePerMetre * Math.max(0, -along);

function placeBefore(state: AircraftState, end: RunwayEnd) {
  const spot = place(end, state.beforeLatitude, state.beforeLongitude, RULES.aligned.reach_m, 0);
  if (spot === null || spot.along > 0 || !isOnLine(spot, -spot.along)) return null;
  return { ...spot, away: -spot.along };
}

function lowOf(row: FlightRow, altitude: number, field: Field, along: number): Low {
  return {
    height: altitude - field.elevation_m,
    altitude,
    time: row.time_position,
    latitude: row.latitude,
    longitude: row.longitude,
    distance: Math.max(0, -along),
  };
}

/** Keeps the lowest point, of rows before the runway, over it, and a little behind it. */
function lower(approach: Approach, row: FlightRow, altitude: number, near: Vicinity): void {
  for (const hit of approach.hits) {
    const end = near.ends.find(({ index }) => index === hit.end);
    if (end === undefined) continue;
    const spot = place(end, row.latitude, row.longitude, RULES.aligned.reach_m, 5_000);
    if (spot === null || Math.abs(spot.cross) > 1500) continue;
    const height = altitude - end.field.elevation_m;
    if (height < approach.low.height) approach.low = lowOf(row, altitude, end.field, spot.along);
  }
}

/** What an approach has become. */
export type Outcome =
  | { readonly kind: 'go_around' | 'low_pass'; readonly choice: Choice }
  | { readonly kind: 'nothing' }
  | null;

/** Judges an open approach by a row in the air; null while it may still become anything. */
export function judge(
  index: RunwayIndex,
  state: AircraftState,
  approach: Approach,
  row: FlightRow,
  altitude: number | null,
): Outcome {
  const { low } = approach;
  const choice = choose(index, approach.hits, null);
  if (choice === null) return { kind: 'nothing' };
  const { end, hit } = choice;
  const isLate = row.time_position - approach.to > patience(state);
  const climbed = altitude === null ? 0 : altitude - low.altitude;
  const wasLow = low.height <= RULES.approach.low_m && low.distance <= RULES.approach.near_m;
  const isSure = hit.rows >= 2 && (!end.field.isSmall || low.height < 150);
  const isClimb =
    climbed >= (isLate ? RULES.approach.lateClimb_m : RULES.approach.climb_m) && state.climb > -1.5;
  // At a slow pace the lowest point lies between two rows; then the sink rate before it speaks.
  const descended = approach.sank || approach.high - low.height >= RULES.approach.descent_m;
  if (wasLow && isClimb) return isSure && descended ? { kind: 'go_around', choice } : { kind: 'nothing' };
  const spot = place(end, row.latitude, row.longitude, 25_000, 25_000);
  const isBehind = spot === null || spot.along > end.length_m + 1_500 || Math.abs(spot.cross) > 4_000;
  if (!isLate && !isBehind) return null;
  const crossed = hit.along > -RULES.approach.near_m / 3 && hit.firstAlong <= -RULES.approach.pass_m;
  const flewOver = crossed && spot !== null && spot.along > 0;
  if (!wasLow && isBehind && flewOver && isSure && !end.field.isSmall && low.height <= RULES.aligned.above_m)
    return { kind: 'low_pass', choice };
  // Low and level over the runway: a climb may follow still.
  if (wasLow && !isLate) return null;
  if (wasLow && hit.along > 0 && isSure) return { kind: 'low_pass', choice };
  return { kind: 'nothing' };
}

/** A landing with rows on the ground. Null where an aeroplane would have been seen on its approach. */
export function decideLanding(
  index: RunwayIndex,
  state: AircraftState,
  t: number,
  field: Field | null,
  isRoll: boolean,
): Movement | null {
  if (isHelicopter(state)) return null;
  const { approach } = state;
  const isFresh = approach !== null && t - approach.to <= patience(state);
  const any = isFresh ? choose(index, approach.hits, null) : null;
  const at = field ?? null;
  if (at === null) return null;
  const choice = isFresh ? (choose(index, approach.hits, at) ?? null) : null;
  const blind = t - (state.airT ?? t) >= 25 || (t - state.recentGapT <= 300 && state.recentGap >= 25);
  if (choice === null && !isRoll && !blind) return null;
  if (choice === null && any !== null && any.end.field.ident !== at.ident && !blind && !isRoll) return null;
  const air = state.airT ?? t;
  const shown = choice?.hit.touch ?? null;
  // One long before the last row in the air was a pass.
  const touch = shown !== null && shown >= air - 90 - state.pace ? shown : null;
  const time = touch === null ? touchdown(state, choice, air, t) : Math.round(touch);
  // An alignment of minutes before was another approach.
  const isRecent = choice !== null && choice.hit.to >= air - 60 - state.pace;
  const runway = choice?.isClear === true && isRecent ? choice.end.ident : null;
  return {
    airport: at.ident,
    runway,
    time,
    uncertainty: touch === null ? Math.max(2, t - air) : Math.max(2, Math.round(state.pace)),
    method: 'ground',
    confidence: choice === null ? 0.8 : runway === null ? 0.93 : 0.98,
  };
}

/** From the newest aligned row on, at its speed; between the last time in the air and the first on the ground. */
function touchdown(state: AircraftState, choice: Choice | null, air: number, ground: number): number {
  if (choice === null) return Math.round((air + ground) / 2);
  const by = choice.hit.touch === null ? touchTime(choice.hit, state.velocity) : ground;
  return Math.min(ground, Math.max(air, Math.min(by, Math.round((air + ground) / 2))));
}

/**
 * The landing that there would be if no further row came: low in line with a runway, or low, descending and bound for one
 * airport alone. Said with the method `endpoint`, and taken back by rows that say otherwise.
 */
export function decideEndpoint(index: RunwayIndex, state: AircraftState): Movement | null {
  const { approach: rules } = RULES;
  if (state.isGround || state.landing !== null || state.airRows < 2 || !state.airHigh) return null;
  if (isHelicopter(state) || state.altitude === null || state.velocity === null) return null;
  if (state.velocity < RULES.ground.slow) return null;
  // Nearly all flights end here: they do not descend.
  if (state.approach === null && (state.climb > -1 || state.lowHeight === null)) return null;
  const near = index.near(state.latitude, state.longitude);
  if (near === null) return null;
  const pace = Math.min(90, state.pace);
  const { approach } = state;
  const choice =
    approach !== null && state.last - approach.to <= Math.max(30, 1.5 * pace)
      ? choose(index, approach.hits, null)
      : null;
  if (choice !== null && state.climb < 1) {
    const height = state.altitude - choice.end.field.elevation_m;
    const isSure = choice.hit.rows >= 2 && (!choice.end.field.isSmall || height < 100);
    if (isSure && height < rules.low_m + 4 * pace && choice.hit.along > -rules.near_m - 70 * pace)
      return ending(state, choice.end.field, choice, 0.85);
  }
  const [best, next] = nearestFields(near, state.latitude, state.longitude);
  if (best === null || best.field.isSmall || best.away > rules.endpointReach_m) return null;
  const height = state.altitude - best.field.elevation_m;
  if (height > Math.min(rules.endpoint_m, 500 + 0.1 * best.away) || height < RULES.aligned.below_m)
    return null;
  if (state.climb > -1 || state.velocity < RULES.takeOff.endpointSpeed) return null;
  const inward = bearing(state.latitude, state.longitude, best.field.latitude, best.field.longitude);
  const course = bearing(state.farLatitude, state.farLongitude, state.latitude, state.longitude);
  if (best.away > 4_000 && courseDifference(inward, course) > 60) return null;
  const own = choice !== null && choice.end.field.ident === best.field.ident ? choice : null;
  if (own === null && next !== null && next.away < RULES.takeOff.endpointClearly * best.away) return null;
  return ending(state, best.field, own, 0.8 - 0.3 * (best.away / rules.endpointReach_m));
}

function ending(state: AircraftState, field: Field, choice: Choice | null, confidence: number): Movement {
  const away = choice === null ? 0 : Math.max(0, 300 - choice.hit.along);
  const height = Math.max(0, (state.altitude ?? 0) - field.elevation_m);
  const seconds = Math.round(Math.min(300, Math.max(away / Math.max(40, state.velocity ?? 65), height / 4)));
  return {
    airport: field.ident,
    runway: choice?.isClear === true ? choice.end.ident : null,
    time: state.last + seconds,
    uncertainty: Math.max(10, seconds),
    method: 'endpoint',
    confidence,
  };
}
