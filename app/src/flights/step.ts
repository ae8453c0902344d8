import { approachRow, decideLanding, judge, touchRow } from './approach.ts';
import {
  climbedAway,
  climbOut,
  decideDeparture,
  isDepartureOver,
  isHelicopter,
  openDeparture,
  roll,
} from './departure.ts';
import { calibrate, fieldOn, isOnGround, nearestFields } from './ground.ts';
import { loiter } from './loiter.ts';
import { type Motion, move, restart } from './motion.ts';
import type { EventRecord, FlightRow } from './records.ts';
import { NOT_AEROPLANES, RULES } from './rules.ts';
import type { Field, RunwayIndex, Vicinity } from './runway-index.ts';
import { beginsFlight } from './split.ts';
import type { AircraftState, Sink } from './state.ts';
import { approachEvent, finish, keyOf, loiterEvent, movementEvent } from './view.ts';

/**
 * Takes one row of one aircraft. Rows come in the order of (time_position, last_contact); one that is not newer than
 * the newest changes nothing. Answers the state after it, which is the one given unless a flight begins: the open
 * flight of the row is `flightId` of the answer. What is decided for good goes to the sink.
 *
 *     row ─> begins another flight? ─> place, altitude, course without flaws ─┬─> high: loiter alone
 *                                                                            ├─> on the ground: roll, landing
 *                                                                            └─> low: climb-out, approach, loiter
 */
export function step(
  index: RunwayIndex,
  known: AircraftState | null,
  row: FlightRow,
  sink: Sink,
): AircraftState {
  if (known !== null && !isNewer(known, row)) return known;
  let state = known;
  if (state !== null && beginsFlight(state, row)) {
    finish(index, state, sink, true);
    state = null;
  }
  const isFirst = state === null;
  state ??= begin(row);
  noteRow(state, row, isFirst);
  const motion = isFirst ? firstMotion(state, row) : move(state, row);
  noteSquawk(state, row);
  if (motion === null) return state;
  if (NOT_AEROPLANES.has(state.category)) {
    noteOther(state, row);
    return state;
  }
  const near = index.near(row.latitude, row.longitude);
  const altitude = motion.altitude ?? (row.time_position - state.altitudeT <= 30 ? state.altitude : null);
  if (near === null || (altitude !== null && altitude > near.ceiling_m)) {
    if (row.on_ground === true && (altitude === null || near === null) && (row.velocity ?? 0) < 120)
      onGround(index, state, row, motion, near, null, sink);
    else high(index, state, row, motion, altitude, sink);
    return state;
  }
  const mayBeGround = row.on_ground === true || altitude === null || altitude < near.ceiling_m - 2_000;
  const field = mayBeGround ? fieldOn(near, row.latitude, row.longitude) : null;
  noteHover(state, row);
  if (isOnGround(row, motion, field, altitude)) onGround(index, state, row, motion, near, field, sink);
  else low(index, state, row, motion, near, altitude, isFirst, sink);
  return state;
}

function isNewer(state: AircraftState, row: FlightRow): boolean {
  if (row.time_position !== state.last) return row.time_position > state.last;
  return (row.last_contact ?? -Infinity) > (state.lastContact ?? -Infinity);
}

function begin(row: FlightRow): AircraftState {
  const { latitude, longitude, time_position: t } = row;
  const state: AircraftState = {
    icao24: row.icao24,
    flightId: `${row.icao24}-${t}`,
    first: t,
    last: t,
    lastContact: row.last_contact,
    rows: 0,
    maxGap: 0,
    way: 0,
    maxAltitude: null,
    callsigns: [],
    newCallsign: null,
    newCallsignRows: 0,
    callsignChangeOpen: false,
    category: 0,
    t,
    latitude,
    longitude,
    beforeT: t,
    beforeLatitude: latitude,
    beforeLongitude: longitude,
    beforeAltitude: null,
    farT: t,
    farLatitude: latitude,
    farLongitude: longitude,
    nearT: t,
    nearLatitude: latitude,
    nearLongitude: longitude,
    oddT: null,
    oddLatitude: 0,
    oddLongitude: 0,
    velocity: row.velocity,
    climb: row.vertical_rate ?? 0,
    beforeClimb: 0,
    altitude: null,
    altitudeT: t,
    altitudeOdd: null,
    pressure: null,
    pace: 10,
    speed: 0,
    trackError: null,
    track: row.true_track,
    isGround: false,
    airRows: 0,
    airHigh: false,
    lowHeight: null,
    groundFrom: null,
    stillFrom: null,
    stillLatitude: latitude,
    stillLongitude: longitude,
    hoverRows: 0,
    airT: null,
    recentGap: 0,
    recentGapT: t,
    departure: null,
    approach: null,
    loiter: null,
    squawks: [],
    jumps: null,
    takeOff: null,
    landing: null,
    goArounds: 0,
    pass: null,
    said: [],
    isLost: false,
  };
  return state;
}

function firstMotion(state: AircraftState, row: FlightRow): Motion {
  restart(state, row.latitude, row.longitude, row.time_position);
  const altitude = row.geo_altitude ?? row.baro_altitude;
  state.altitude = altitude;
  if (row.on_ground !== true) state.maxAltitude = altitude;
  return { dt: 0, moved: true, implied: null, course: null, track: null, altitude };
}

const MOST_CALLSIGNS = 4;

function noteRow(state: AircraftState, row: FlightRow, isFirst: boolean): void {
  const t = row.time_position;
  const gap = t - state.last;
  state.rows += 1;
  state.last = t;
  state.lastContact = row.last_contact;
  if (row.category !== null && row.category > 1) state.category = row.category;
  if (!isFirst && gap > 0) {
    state.maxGap = Math.max(state.maxGap, gap);
    state.pace = state.rows <= 3 ? gap : state.pace + 0.25 * (Math.min(gap, 120) - state.pace);
    if (gap >= state.recentGap || t - state.recentGapT > 300) {
      state.recentGap = gap;
      state.recentGapT = t;
    }
  }
  state.beforeClimb = state.climb;
  const rate = row.vertical_rate;
  if (rate !== null) state.climb = rate;
  const { callsign } = row;
  if (callsign === null || callsign === '00000000') return;
  const known = state.callsigns.find(([name]) => name === callsign);
  if (known !== undefined) known[1] += 1;
  else {
    if (state.callsigns.length >= MOST_CALLSIGNS) state.callsigns.pop();
    state.callsigns.push([callsign, 1]);
  }
  // The most frequent one first; of equals the one that came first.
  if (state.callsigns.length > 1) state.callsigns.sort((a, b) => b[1] - a[1]);
}

function noteSquawk(state: AircraftState, row: FlightRow): void {
  const { squawk, time_position: t } = row;
  if (squawk !== '7500' && squawk !== '7600' && squawk !== '7700') return;
  const known = state.squawks.find(({ code }) => code === squawk);
  if (known !== undefined) {
    if (t > known.to) known.rows += 1;
    known.to = t;
    return;
  }
  const { latitude, longitude, altitude } = state;
  state.squawks.push({ code: squawk, from: t, to: t, rows: 1, latitude, longitude, altitude });
}

/** Slow, not on the ground, and climbing or sinking: no aeroplane does that. */
function noteHover(state: AircraftState, row: FlightRow): void {
  const { hover, hoverClimb } = RULES.ground;
  const isSlow = row.velocity !== null && row.velocity < hover;
  if (row.on_ground === false && isSlow && Math.abs(row.vertical_rate ?? 0) > hoverClimb)
    state.hoverRows += 1;
}

/** Helicopters, gliders, vehicles: on the ground or not, and no more. */
function noteOther(state: AircraftState, row: FlightRow): void {
  state.departure = null;
  state.approach = null;
  state.isGround = row.on_ground === true;
  if (!state.isGround) {
    state.airRows += 1;
    state.airT = row.time_position;
  }
}

/** Above all that takes off and lands here: nearly all rows end here. */
function high(
  index: RunwayIndex,
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  altitude: number | null,
  sink: Sink,
): void {
  fly(state, row, motion);
  state.airHigh ||= altitude !== null;
  state.lowHeight = null;
  if (state.departure !== null) {
    climbedAway(state, row, altitude);
    closeDeparture(index, state, sink);
  }
  if (state.approach !== null) closeApproach(index, state, row, altitude, sink);
  const ended = loiter(state, row, motion, altitude);
  if (ended !== null) sayLoiter(state, ended, sink);
}

function fly(state: AircraftState, row: FlightRow, motion: Motion): void {
  if (!motion.moved) return;
  state.isGround = false;
  state.groundFrom = null;
  state.stillFrom = null;
  state.airT = row.time_position;
  state.airRows += 1;
  const speed = row.velocity ?? motion.implied;
  if (speed !== null && speed < 350) state.speed += (state.airRows < 5 ? 0.5 : 0.05) * (speed - state.speed);
}

function low(
  index: RunwayIndex,
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  near: Vicinity,
  altitude: number | null,
  isFirst: boolean,
  sink: Sink,
): void {
  const speed = motion.implied ?? row.velocity;
  if (!motion.moved) return;
  const [nearest] = nearestFields(near, row.latitude, row.longitude);
  const height = altitude === null || nearest === null ? null : altitude - nearest.field.elevation_m;
  if (speed !== null && speed < RULES.ground.slow) {
    // Slow and not on the ground: a helicopter, or an aeroplane on the ground of a field that is not known.
    const isSlow = row.velocity !== null && row.velocity < RULES.ground.slow;
    if (isSlow && height !== null && height > 100 && motion.dt > 0) state.hoverRows += 1;
    return;
  }
  if (speed === null) return;
  if (isFirst) state.departure = openDeparture(row, altitude, 'air');
  if (state.isGround && state.landing !== null && state.takeOff !== null) state.landing = null;
  fly(state, row, motion);
  if (height !== null) {
    state.airHigh ||= height >= RULES.approach.airborne_m;
    state.lowHeight = height <= RULES.approach.endpoint_m ? height : null;
  }
  if (state.departure !== null && !isFirst) {
    if (isDepartureOver(state, row.time_position)) closeDeparture(index, state, sink);
    else climbOut(state, row, motion, near, altitude);
  }
  if (altitude !== null && !isFirst) approachRow(state, row, motion, near, altitude);
  if (state.approach !== null) closeApproach(index, state, row, altitude, sink);
  const ended = loiter(state, row, motion, altitude);
  if (ended !== null) sayLoiter(state, ended, sink);
}

function onGround(
  index: RunwayIndex,
  state: AircraftState,
  row: FlightRow,
  motion: Motion,
  near: Vicinity | null,
  field: Field | null,
  sink: Sink,
): void {
  const t = row.time_position;
  if (field !== null) calibrate(state, row, field);
  if (!state.isGround) {
    if (state.departure?.air != null) closeDeparture(index, state, sink);
    if (near !== null && state.airHigh) touchRow(state, row, motion, near);
    if (state.airRows >= 2 && state.airHigh) land(index, state, row, field, sink);
    state.isGround = true;
    state.approach = null;
    state.loiter = null;
    state.groundFrom = t;
    state.stillFrom = t;
    state.stillLatitude = state.latitude;
    state.stillLongitude = state.longitude;
    state.departure = null;
  }
  const { still_m } = RULES.split;
  const moved =
    Math.abs(state.latitude - state.stillLatitude) * 111_195 > still_m ||
    Math.abs(state.longitude - state.stillLongitude) * 111_195 * Math.cos((state.latitude * Math.PI) / 180) >
      still_m;
  if (moved || state.stillFrom === null) {
    state.stillFrom = t;
    state.stillLatitude = state.latitude;
    state.stillLongitude = state.longitude;
  }
  state.airRows = 0;
  state.airHigh = false;
  roll(state, row, motion, near, field);
}

function land(
  index: RunwayIndex,
  state: AircraftState,
  row: FlightRow,
  field: Field | null,
  sink: Sink,
): void {
  const isRoll =
    row.on_ground === true && (row.velocity ?? 0) > RULES.ground.roll && (row.velocity ?? 0) < 120;
  const landing = decideLanding(index, state, row.time_position, field, isRoll);
  if (landing === null) return;
  state.landing = landing;
  const from = state.approach?.from ?? state.airT ?? row.time_position;
  decide(state, movementEvent(index, state, 'landing', landing, from, row.time_position), sink);
  const { pass } = state;
  state.pass = null;
  if (pass === null || pass.airport === landing.airport) return;
  if (landing.time - pass.time <= RULES.approach.passThenLanding_s) sink.drop(pass);
}

function closeDeparture(index: RunwayIndex, state: AircraftState, sink: Sink): void {
  const { departure } = state;
  if (departure === null || departure.air === null) {
    state.departure = null;
    return;
  }
  const decided = decideDeparture(index, state, departure);
  if (decided !== null) {
    // The first take-off is the flight's departure; later ones follow a touch-and-go.
    state.takeOff ??= decided;
    decide(state, movementEvent(index, state, 'take_off', decided, departure.from, departure.to), sink);
  }
  state.departure = null;
}

function closeApproach(
  index: RunwayIndex,
  state: AircraftState,
  row: FlightRow,
  altitude: number | null,
  sink: Sink,
): void {
  const { approach } = state;
  if (approach === null) return;
  const outcome = judge(index, state, approach, row, altitude);
  if (outcome === null) return;
  state.approach = null;
  if (outcome.kind === 'nothing' || isHelicopter(state)) return;
  const event = approachEvent(state, outcome.kind, outcome.choice, approach, row.time_position);
  decide(state, event, sink);
  if (outcome.kind === 'go_around') state.goArounds += 1;
  else state.pass = { ...keyOf(event), airport: outcome.choice.end.field.ident, time: event.event_time };
}

function sayLoiter(state: AircraftState, ended: NonNullable<AircraftState['loiter']>, sink: Sink): void {
  const event = loiterEvent(state, ended);
  if (event !== null) decide(state, event, sink);
}

/** Says an event for good: it is no longer among what may be taken back. */
function decide(state: AircraftState, event: EventRecord, sink: Sink): void {
  sink.event(event);
  if (state.said.length === 0) return;
  state.said = state.said.filter(
    ({ event_type, evidence_from }) =>
      event_type !== event.event_type || evidence_from !== event.evidence_from,
  );
}
