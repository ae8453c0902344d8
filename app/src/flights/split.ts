import { metresBetween } from './geometry.ts';
import type { FlightRow } from './records.ts';
import { RULES } from './rules.ts';
import type { AircraftState } from './state.ts';

/** Whether a row begins another flight; decided by the rows before it and the row itself. */
export function beginsFlight(state: AircraftState, row: FlightRow): boolean {
  const { split } = RULES;
  const gap = row.time_position - state.last;
  if (gap > split.longGap_s) return true;
  if (gap > split.gap_s && isOver(state, row, gap)) return true;
  if (callsignChanged(state, row, gap)) return true;
  if (state.landing === null || state.groundFrom === null || !state.isGround) return false;
  if (state.stillFrom !== null && state.last - state.stillFrom >= split.still_s) return true;
  return (
    row.on_ground === false &&
    leaves(state, row) &&
    row.time_position - state.groundFrom >= split.turnaround_s
  );
}

/** A gap ends a flight when the aircraft cannot have flown on in it. */
function isOver(state: AircraftState, row: FlightRow, gap: number): boolean {
  const { split } = RULES;
  const altitude = row.geo_altitude ?? row.baro_altitude;
  const stayedHigh =
    altitude !== null &&
    altitude > split.high_m &&
    (state.altitude ?? 0) > split.high_m &&
    row.on_ground !== true;
  if (stayedHigh && !state.isGround && gap <= split.highGap_s) return false;
  const speed = metresBetween(state.latitude, state.longitude, row.latitude, row.longitude) / gap;
  if (speed < split.gapSpeedShare * Math.max(state.speed, 2 * RULES.ground.slow)) return true;
  const wasLow = state.isGround || state.lowHeight !== null;
  return wasLow && gap > split.lowGap_s;
}

/** Debounced: two rows in a row, since receivers mix callsigns up. */
function callsignChanged(state: AircraftState, row: FlightRow, gap: number): boolean {
  const { split } = RULES;
  if (gap > split.callsignGap_s) {
    state.callsignChangeOpen = true;
    state.newCallsignRows = 0;
  }
  const isOpen = state.callsignChangeOpen || (state.landing !== null && state.isGround);
  if (!isOpen || row.callsign === null || state.callsigns.length === 0) return false;
  if (row.callsign !== state.newCallsign && state.callsigns.some(([name]) => name === row.callsign)) {
    state.callsignChangeOpen = false;
    state.newCallsign = null;
    state.newCallsignRows = 0;
    return false;
  }
  state.newCallsignRows = row.callsign === state.newCallsign ? state.newCallsignRows + 1 : 1;
  state.newCallsign = row.callsign;
  return state.newCallsignRows >= split.callsignRows;
}

const leaves = (state: AircraftState, row: FlightRow): boolean =>
  (row.velocity ?? 0) > RULES.ground.slow * 1.3 &&
  (row.vertical_rate ?? 0) > RULES.takeOff.climb &&
  state.isGround;
