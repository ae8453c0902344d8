import type { StateVector } from '../../flight/state-vector.ts';
import type { Aircraft } from './fleet.ts';
import type { Flight } from './flight.ts';
import { motionAt } from './leg.ts';
import { turn } from './path.ts';
import { Dice, hash } from './random.ts';

/** Barometric and geometric altitudes come in steps of 25 ft. */
const ALTITUDE_STEP_M = 7.62;
/** Vertical rates come in steps of 64 ft/min. */
const RATE_STEP = 0.32512;
/** How long an aircraft is out of reach of receivers when it is. */
export const GAP_SECONDS = 90;

/** Of a vector that is heard afresh; all else is shares of the time. */
const SHARE = {
  gap: 0.045,
  repeated: 0.025,
  withoutPosition: 0.012,
  withoutCoordinates: 0.005,
  impossible: 0.0015,
} as const;

/** One vector, and whether the next one may repeat it. */
export interface Observation {
  readonly vector: StateVector;
  /** False for vectors that are wrong or lack a position: repeating what came before them would go back in time. */
  readonly isRepeatable: boolean;
}

/**
 * What receivers make of an aircraft in the answer of time `snapshot`: mostly a fresh position, at times the last one
 * again (with a newer contact, or exactly as it was), no position, or an impossible one, about as often as in recorded
 * answers. Chance depends on the aircraft and the time alone, so the same moment looks the same in every run.
 *
 * Per aircraft, (time_position, last_contact) never goes back as long as snapshots are at least `maxLag` + 1 apart.
 *
 * @param previous The vector of the snapshot before, when it may be repeated, else null.
 * @param flightAt The flight at a time; asked at most once, with the time of the position.
 */
export function observe(
  aircraft: Aircraft,
  snapshot: number,
  maxLag: number,
  previous: StateVector | null,
  flightAt: (time: number) => Flight,
): Observation {
  const dice = new Dice(hash(aircraft.seed, snapshot, 5));
  const heard = maxLag > 0 && dice.chance(0.5) ? snapshot - 1 : snapshot;
  // Draw it even if there is nothing to repeat: later numbers must not depend on earlier results.
  const isRepeated = dice.chance(SHARE.repeated);
  if (previous !== null) {
    if (isRepeated) return { vector: { ...previous, snapshot_time: snapshot }, isRepeatable: true };
    const gap = Math.floor((snapshot + (aircraft.seed % GAP_SECONDS)) / GAP_SECONDS);
    if (hash(aircraft.seed, gap, 6) / 2 ** 32 < SHARE.gap) {
      return { vector: { ...previous, last_contact: heard, snapshot_time: snapshot }, isRepeatable: true };
    }
  }
  const lag = dice.chance(0.6) ? snapshot - heard : Math.max(snapshot - heard, dice.below(maxLag + 1));
  const time = snapshot - lag;
  const vector = freshVector(aircraft, flightAt(time), time, heard, snapshot, dice);
  if (aircraft.isWithoutPosition || dice.chance(SHARE.withoutPosition)) {
    const nowhere = { time_position: null, longitude: null, latitude: null };
    return { vector: { ...vector, ...nowhere }, isRepeatable: false };
  }
  if (dice.chance(SHARE.withoutCoordinates)) {
    return { vector: { ...vector, longitude: null, latitude: null }, isRepeatable: false };
  }
  if (dice.chance(SHARE.impossible)) {
    return { vector: { ...vector, ...dice.pick(IMPOSSIBLE) }, isRepeatable: false };
  }
  return { vector, isRepeatable: true };
}

/** What a broken transponder or decoder makes of a vector; the last is empty rather than wrong. */
const IMPOSSIBLE: readonly Partial<StateVector>[] = [
  { latitude: 91.2 },
  { longitude: 200 },
  { icao24: 'zzzzzz' },
  { icao24: '' },
  { callsign: '', origin_country: '', squawk: '' },
];

function freshVector(
  aircraft: Aircraft,
  flight: Flight,
  time: number,
  heard: number,
  snapshot: number,
  dice: Dice,
): StateVector {
  const motion = motionAt(flight.leg, time);
  const { callsign, squawk, pressure } = flight;
  const { altitude, verticalRate } = motion;
  const isMoving = motion.velocity > 0;
  const velocity = isMoving ? Math.max(0, motion.velocity + dice.between(-0.4, 0.4)) : 0;
  const track = isMoving ? turn(motion.track + dice.between(-0.3, 0.3)) : motion.track;
  return {
    icao24: aircraft.icao24,
    callsign,
    origin_country: aircraft.country.name,
    time_position: time,
    last_contact: heard,
    longitude: Math.round(motion.longitude * 1e4) / 1e4,
    latitude: Math.round(motion.latitude * 1e4) / 1e4,
    baro_altitude: altitude === null ? null : toStep(altitude, ALTITUDE_STEP_M),
    on_ground: altitude === null,
    velocity: Math.round(velocity * 100) / 100,
    true_track: (Math.round(track * 100) / 100) % 360,
    vertical_rate: verticalRate === null ? null : toStep(verticalRate + jitter(dice), RATE_STEP),
    sensors: null,
    geo_altitude: altitude === null ? null : toStep(altitude + pressure, ALTITUDE_STEP_M),
    squawk,
    spi: dice.chance(0.002),
    position_source: aircraft.positionSource,
    category: aircraft.category,
    snapshot_time: snapshot,
    feed: 'simulator',
  };
}

/** A receiver's rate is one step off now and then. */
function jitter(dice: Dice): number {
  const roll = dice.roll();
  return roll < 0.1 ? -RATE_STEP : roll > 0.9 ? RATE_STEP : 0;
}

/** To whole steps, written with 2 decimals as OpenSky does. Adding 0 turns -0 into 0. */
function toStep(value: number, step: number): number {
  return Math.round(Math.round(value / step) * step * 100) / 100 + 0;
}
