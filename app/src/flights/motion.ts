import { bearing, courseDifference, metresBetween } from './geometry.ts';
import type { FlightRow } from './records.ts';
import { RULES } from './rules.ts';
import type { AircraftState } from './state.ts';

/**
 * What a row says once its flaws are taken away. Receivers repeat positions, round times, and put in altitudes and
 * places that cannot be; `true_track` and speed can be wrong for a whole record. So speed and course come from places.
 */
export interface Motion {
  /** Seconds since the newest accepted position. */
  readonly dt: number;
  /** False for a repeated position, which says nothing of where the aircraft is now. */
  readonly moved: boolean;
  /** Over the way from the place before; null where it is too short in time. */
  readonly implied: number | null;
  /** Degrees, from places at least a baseline apart; null where there are none. */
  readonly course: number | null;
  /** `true_track`, where it was right so far and rows are far apart; else null. */
  readonly track: number | null;
  /** Above the sea, metres; null where the row has none that can be true. */
  readonly altitude: number | null;
}

/** Takes the position of a row into the state; null where it is a jump that no second row has confirmed. */
export function move(state: AircraftState, row: FlightRow): Motion | null {
  const { jump } = RULES;
  const { latitude, longitude, time_position: t } = row;
  const dt = t - state.t;
  const moved = latitude !== state.latitude || longitude !== state.longitude;
  let way = 0;
  if (moved) {
    way = metresBetween(state.latitude, state.longitude, latitude, longitude);
    const top = Math.max(row.velocity ?? 0, state.velocity ?? 0, jump.leastSpeed);
    const reach = (seconds: number): number => jump.factor * top * (seconds + jump.slack_s) + jump.slack_m;
    if (way > reach(dt)) {
      noteJump(state, row);
      const confirmed =
        state.oddT !== null &&
        metresBetween(state.oddLatitude, state.oddLongitude, latitude, longitude) <= reach(t - state.oddT);
      state.oddT = t;
      state.oddLatitude = latitude;
      state.oddLongitude = longitude;
      if (!confirmed) return null;
      // The second row there: it is there. Nothing reaches back over the jump.
      restart(state, latitude, longitude, t);
      way = 0;
    }
    state.oddT = null;
  }
  const altitudeBefore = state.altitude;
  const altitude = acceptAltitude(state, row);
  // Taken before the place before is forgotten.
  const implied = moved && dt > 0 ? impliedSpeed(state, way, dt, latitude, longitude, t) : null;
  if (moved) {
    if (state.airT !== null || !state.isGround) state.way += way;
    state.beforeT = state.t;
    state.beforeAltitude = altitudeBefore;
    state.beforeLatitude = state.latitude;
    state.beforeLongitude = state.longitude;
    state.t = t;
    state.latitude = latitude;
    state.longitude = longitude;
  }
  const course = courseOf(state, moved, latitude, longitude, t);
  const track = trustedTrack(state, row, course, dt);
  state.velocity = row.velocity;
  return { dt, moved, implied, course, track, altitude };
}

/** Begins places again at one: after a jump, and for the first row. */
export function restart(state: AircraftState, latitude: number, longitude: number, t: number): void {
  state.t = state.beforeT = state.nearT = state.farT = t;
  state.latitude = state.beforeLatitude = state.nearLatitude = state.farLatitude = latitude;
  state.longitude = state.beforeLongitude = state.nearLongitude = state.farLongitude = longitude;
}

function noteJump(state: AircraftState, row: FlightRow): void {
  const run = state.jumps;
  if (run !== null && row.time_position - run.to <= RULES.jump.pause_s) {
    run.to = row.time_position;
    run.rows += 1;
    return;
  }
  state.jumps = {
    from: row.time_position,
    to: row.time_position,
    rows: 1,
    latitude: state.latitude,
    longitude: state.longitude,
    altitude: state.altitude,
  };
}

/** From the place before, or from one further back where that is too near in time. */
function impliedSpeed(
  state: AircraftState,
  way: number,
  dt: number,
  latitude: number,
  longitude: number,
  t: number,
): number | null {
  const { baseline_s } = RULES.ground;
  if (dt >= baseline_s) return way / dt;
  const seconds = t - state.nearT;
  if (seconds >= baseline_s)
    return metresBetween(state.nearLatitude, state.nearLongitude, latitude, longitude) / seconds;
  const more = t - state.farT;
  return more >= baseline_s / 2
    ? metresBetween(state.farLatitude, state.farLongitude, latitude, longitude) / more
    : null;
}

function courseOf(
  state: AircraftState,
  moved: boolean,
  latitude: number,
  longitude: number,
  t: number,
): number | null {
  const { baseline_m } = RULES.aligned;
  if (moved) {
    const way = metresBetween(state.nearLatitude, state.nearLongitude, latitude, longitude);
    if (way >= baseline_m) {
      state.farT = state.nearT;
      state.farLatitude = state.nearLatitude;
      state.farLongitude = state.nearLongitude;
      state.nearT = t;
      state.nearLatitude = latitude;
      state.nearLongitude = longitude;
      return bearing(state.farLatitude, state.farLongitude, latitude, longitude);
    }
  }
  const way = metresBetween(state.farLatitude, state.farLongitude, latitude, longitude);
  return way < baseline_m ? null : bearing(state.farLatitude, state.farLongitude, latitude, longitude);
}

/** Compares `true_track` with the course from places, and answers it where it has been right. */
function trustedTrack(
  state: AircraftState,
  row: FlightRow,
  course: number | null,
  dt: number,
): number | null {
  const { trackPace_s, trackTrust_deg } = RULES.aligned;
  if (row.true_track === null || course === null) return null;
  const isTrusted = state.trackError !== null && state.trackError <= trackTrust_deg;
  // In a turn the two differ by right: only a way between two equal tracks compares them.
  const isStraight = state.track !== null && courseDifference(state.track, row.true_track) <= 10;
  state.track = row.true_track;
  if (isStraight) {
    const error = Math.min(60, courseDifference(row.true_track, course));
    state.trackError =
      state.trackError === null ? error : state.trackError + 0.15 * (error - state.trackError);
  }
  return isTrusted && dt >= trackPace_s ? row.true_track : null;
}

/**
 * The altitude above the sea: pressure altitude corrected on the ground of this flight, else geometric altitude, else
 * pressure altitude as it is. One that no aircraft could have climbed to is refused until a second row agrees with it.
 */
function acceptAltitude(state: AircraftState, row: FlightRow): number | null {
  const { rate, slack_s, slack_m, pressure_m } = RULES.altitude;
  const t = row.time_position;
  const { baro_altitude: baro, geo_altitude } = row;
  // A geometric altitude far from the pressure altitude is a spike of one of them.
  const geo =
    geo_altitude !== null &&
    baro !== null &&
    Math.abs(geo_altitude - baro) > 2 * pressure_m + 0.08 * Math.abs(baro)
      ? null
      : geo_altitude;
  const altitude =
    baro !== null && state.pressure !== null && baro < 5000 ? baro + state.pressure : (geo ?? baro);
  if (altitude === null) return null;
  if (state.altitude !== null) {
    const limit = rate * (t - state.altitudeT + slack_s) + slack_m;
    if (Math.abs(altitude - state.altitude) > limit) {
      const confirmed = state.altitudeOdd !== null && Math.abs(altitude - state.altitudeOdd) <= limit;
      state.altitudeOdd = altitude;
      if (!confirmed) return null;
    }
  }
  state.altitudeOdd = null;
  state.altitude = altitude;
  state.altitudeT = t;
  if (row.on_ground !== true && (state.maxAltitude === null || altitude > state.maxAltitude))
    state.maxAltitude = altitude;
  return altitude;
}
