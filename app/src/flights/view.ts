import { type Choice, touchTime } from './align.ts';
import { decideEndpoint } from './approach.ts';
import { decideDeparture } from './departure.ts';
import type { EventKey, EventRecord, EventType, FlightRecord } from './records.ts';
import { RULES } from './rules.ts';
import type { RunwayIndex } from './runway-index.ts';
import type { AircraftState, Approach, Loiter, Movement, Sink } from './state.ts';

export const keyOf = ({ flight_id, event_type, evidence_from }: EventKey): EventKey => ({
  flight_id,
  event_type,
  evidence_from,
});

/** What an open flight is now: its row, and the events that later rows may change or take back. */
export interface View {
  readonly flight: FlightRecord;
  readonly events: readonly EventRecord[];
}

/** The view of a state: a function of it alone. `isLost`: not heard for so long that it is not taken for airborne. */
export function viewOf(index: RunwayIndex, state: AircraftState, isLost = false): View {
  const { departure } = state;
  const events: EventRecord[] = [];
  let takeOff = state.takeOff;
  if (departure !== null && departure.air !== null) {
    const decided = decideDeparture(index, state, departure);
    if (decided !== null) {
      takeOff ??= decided;
      events.push(movementEvent(index, state, 'take_off', decided, departure.from, departure.to));
    }
  }
  const ending = decideEndpoint(index, state);
  if (ending !== null)
    events.push(movementEvent(index, state, 'landing', ending, state.approach?.from ?? state.t, state.last));
  const landing = state.landing ?? ending;
  if (state.loiter !== null) {
    const event = loiterEvent(state, state.loiter);
    if (event !== null) events.push(event);
  }
  events.push(...squawkEvents(state), ...jumpEvents(state));
  const status = state.isGround || (isLost && ending !== null) ? 'landed' : isLost ? 'lost' : 'airborne';
  return { flight: flightRow(state, takeOff, landing, status), events };
}

/** Ends a flight: what may have been taken back is final from here on. */
export function finish(index: RunwayIndex, state: AircraftState, sink: Sink, isLost: boolean): void {
  settle(index, state, sink, isLost);
  state.said = [];
}

/** Says what an open flight is now, and takes back what was said of it before and no longer holds. */
export function settle(index: RunwayIndex, state: AircraftState, sink: Sink, isLost: boolean): void {
  const { flight, events } = viewOf(index, state, isLost);
  for (const key of state.said)
    if (
      !events.some(
        (event) => event.event_type === key.event_type && event.evidence_from === key.evidence_from,
      )
    )
      sink.drop(key);
  state.said = events.map(keyOf);
  for (const event of events) sink.event(event);
  sink.flight(flight);
}

function flightRow(
  state: AircraftState,
  takeOff: Movement | null,
  landing: Movement | null,
  status: FlightRecord['status'],
): FlightRecord {
  return {
    flight_id: state.flightId,
    icao24: state.icao24,
    callsign: state.callsigns[0]?.[0] ?? null,
    first_seen: state.first,
    last_seen: state.last,
    departure_airport: takeOff?.airport ?? null,
    arrival_airport: landing?.airport ?? null,
    departure_runway: takeOff?.runway ?? null,
    arrival_runway: landing?.runway ?? null,
    takeoff_time: takeOff?.time ?? null,
    landing_time: landing?.time ?? null,
    time_uncertainty_s:
      takeOff === null && landing === null
        ? null
        : Math.max(takeOff?.uncertainty ?? 0, landing?.uncertainty ?? 0),
    departure_method: takeOff?.method ?? null,
    arrival_method: landing?.method ?? null,
    departure_confidence: takeOff?.confidence ?? null,
    arrival_confidence: landing?.confidence ?? null,
    go_arounds: state.goArounds,
    distance_km: Math.round(state.way) / 1000,
    max_altitude_m: state.maxAltitude,
    record_count: state.rows,
    max_gap_s: state.maxGap,
    status,
  };
}

const base = (state: AircraftState) => ({
  flight_id: state.flightId,
  icao24: state.icao24,
  callsign: state.callsigns[0]?.[0] ?? null,
});

/** Events of take-off and landing lie at the airport's runway. */
export function movementEvent(
  index: RunwayIndex,
  state: AircraftState,
  event_type: 'take_off' | 'landing',
  movement: Movement,
  from: number,
  to: number,
): EventRecord {
  const field = movement.airport === null ? undefined : index.fields.get(movement.airport);
  const { airport, runway } = movement;
  const end = airport === null || runway === null ? null : index.end(airport, runway);
  return {
    ...base(state),
    event_type,
    event_time: movement.time,
    time_uncertainty_s: movement.uncertainty,
    airport: movement.airport,
    runway: movement.runway,
    longitude: end?.longitude ?? field?.longitude ?? state.longitude,
    latitude: end?.latitude ?? field?.latitude ?? state.latitude,
    altitude_m: field?.elevation_m ?? null,
    height_m: field === undefined ? null : 0,
    confidence: rounded(movement.confidence),
    method: movement.method,
    evidence_from: from,
    evidence_to: to,
  };
}

export function approachEvent(
  state: AircraftState,
  event_type: 'go_around' | 'low_pass',
  choice: Choice,
  { from, low, hits }: Approach,
  to: number,
): EventRecord {
  const rows = hits.reduce((most, hit) => Math.max(most, hit.rows), 0);
  return {
    ...base(state),
    event_type,
    // A pass is over the runway, a go-around is where the climb began.
    event_time: event_type === 'low_pass' ? touchTime(choice.hit, state.velocity) : low.time,
    time_uncertainty_s: Math.max(1, Math.round(state.pace)),
    airport: choice.end.field.ident,
    runway: choice.isClear ? choice.end.ident : null,
    longitude: low.longitude,
    latitude: low.latitude,
    altitude_m: low.altitude,
    height_m: low.height,
    confidence: rounded((event_type === 'go_around' ? 0.95 : 0.85) - (rows < 3 ? 0.15 : 0)),
    method: 'runway',
    evidence_from: from,
    evidence_to: to,
  };
}

export function loiterEvent(state: AircraftState, loiter: Loiter): EventRecord | null {
  if (loiter.kind === null || loiter.middle === null) return null;
  return {
    ...base(state),
    event_type: loiter.kind,
    event_time: loiter.from,
    time_uncertainty_s: Math.max(30, Math.round(state.pace)),
    airport: null,
    runway: null,
    latitude: loiter.middle[0],
    longitude: loiter.middle[1],
    altitude_m: loiter.altitude,
    height_m: null,
    confidence: rounded(Math.min(0.95, 0.5 + 0.15 * loiter.laps)),
    method: 'turns',
    evidence_from: loiter.from,
    evidence_to: loiter.to,
  };
}

function squawkEvents(state: AircraftState): readonly EventRecord[] {
  return state.squawks
    .filter(({ rows }) => rows >= RULES.squawk.reports)
    .map(({ code, from, to, rows, latitude, longitude, altitude }) => ({
      ...base(state),
      event_type: `squawk_${code}` satisfies EventType,
      event_time: from,
      time_uncertainty_s: Math.max(1, Math.round(state.pace)),
      airport: null,
      runway: null,
      latitude,
      longitude,
      altitude_m: altitude,
      height_m: null,
      confidence: rows >= 4 ? 0.95 : 0.7,
      method: 'reports',
      evidence_from: from,
      evidence_to: to,
    }));
}

function jumpEvents(state: AircraftState): readonly EventRecord[] {
  const run = state.jumps;
  if (run === null || run.rows < RULES.jump.rows) return [];
  return [
    {
      ...base(state),
      event_type: 'position_jump',
      event_time: run.from,
      time_uncertainty_s: Math.max(1, Math.round(state.pace)),
      airport: null,
      runway: null,
      latitude: run.latitude,
      longitude: run.longitude,
      altitude_m: run.altitude,
      height_m: null,
      confidence: rounded(Math.min(0.95, 0.4 + 0.1 * run.rows)),
      method: 'distance',
      evidence_from: run.from,
      evidence_to: run.to,
    },
  ];
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
