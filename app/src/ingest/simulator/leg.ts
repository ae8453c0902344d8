import type { Airport } from '../../flight/airports.ts';
import type { AircraftClass } from './aircraft-class.ts';
import { type Path, type Place, circuit, greatCircle, offset, taxiway } from './path.ts';
import type { Dice } from './random.ts';
import { type RunwayDirection, type RunwayRoute, runwayRoute } from './runway-route.ts';

/**
 * One leg of an aircraft, from the stand where it waits to the stand where it arrives:
 *
 *     parked - taxi - line up - take-off roll - climb - cruise - descent - landing roll - taxi
 *
 * Each stage has a constant acceleration along its path and a constant change of its vertical rate, so position,
 * altitude, speed and rate at any time follow from the plan by a formula, agree with one another, and never drift.
 */
export interface Leg {
  /** Epoch seconds, and the first second of the next leg. */
  readonly start: number;
  readonly end: number;
  readonly origin: Airport;
  readonly destination: Airport;
  /** The runways it takes off from and lands on; null where it uses none that is known. */
  readonly departureRunway: string | null;
  readonly arrivalRunway: string | null;
  readonly stages: readonly Stage[];
}

interface Stage {
  readonly start: number;
  readonly seconds: number;
  readonly path: Path;
  /** Metres along the path at the start, and speeds in m/s at both ends. */
  readonly from: number;
  readonly speeds: readonly [number, number];
  /** Pressure altitude in metres at the start, and vertical rates in m/s at both ends; null on the ground. */
  readonly climb: { readonly from: number; readonly rates: readonly [number, number] } | null;
}

/** Where an aircraft is and how it moves: degrees, metres, m/s. On the ground it has no altitude and no rate. */
export interface Motion extends Place {
  readonly track: number;
  readonly velocity: number;
  readonly altitude: number | null;
  readonly verticalRate: number | null;
}

/** What a leg is planned from. */
export interface LegRequest {
  readonly start: number;
  readonly type: AircraftClass;
  readonly origin: Airport;
  readonly destination: Airport;
  readonly originStand: Place;
  readonly destinationStand: Place;
  /** Runways of both airports; without any, legs begin and end over the airports' middle. */
  readonly originRunways?: readonly RunwayDirection[];
  readonly destinationRunways?: readonly RunwayDirection[];
  readonly dice: Dice;
}

const TAXI_SPEED = 7.5;
const LANDING_ROLL_SECONDS = 32;
/** A flight level that differs by direction of flight, as the rules of the air ask: odd eastward, even westward. */
const THOUSAND_FEET_M = 304.8;
const LEAST_CLIMB_M = 300;

/** Plans a leg; the same request (with dice of the same seed) gives the same leg. */
export function planLeg(request: LegRequest): Leg {
  const { type, dice } = request;
  const route = type.isLocal ? null : routeOf(request);
  const airway = route === null ? localPath(request) : route.path;
  const { cruise, climb, descent } = planProfile(request, airway.metres);
  const runway = airway.at(0);
  const taxiOut = taxiway(request.originStand, runway);
  const taxiIn = taxiway(airway.at(airway.metres), request.destinationStand);
  const rollOut = rollMetres(type);
  const landing = airway.metres - landingMetres(type);

  const stages: Stage[] = [];
  let now = request.start;
  const add = (seconds: number, stage: Omit<Stage, 'start' | 'seconds'>) => {
    stages.push({ ...stage, start: now, seconds });
    now += seconds;
  };
  const ground = (path: Path, seconds: number, from: number, speeds: readonly [number, number]) =>
    add(seconds, { path, from, speeds, climb: null });

  const [least, most] = type.turnaroundMinutes;
  ground(taxiOut, 60 * dice.between(least, most), 0, [0, 0]);
  ground(taxiOut, taxiOut.metres / TAXI_SPEED, 0, [TAXI_SPEED, TAXI_SPEED]);
  ground(taxiOut, dice.between(15, 120), taxiOut.metres, [0, 0]);
  ground(airway, type.rollSeconds, 0, [0, type.takeoffSpeed]);
  add(climb.seconds, {
    path: airway,
    from: rollOut,
    speeds: [type.takeoffSpeed, cruise.speed],
    climb: { from: climb.from, rates: type.climbRate },
  });
  add((landing - rollOut - climb.metres - descent.metres) / cruise.speed, {
    path: airway,
    from: rollOut + climb.metres,
    speeds: [cruise.speed, cruise.speed],
    climb: { from: cruise.altitude, rates: [0, 0] },
  });
  const [topRate, lastRate] = type.descentRate;
  add(descent.seconds, {
    path: airway,
    from: landing - descent.metres,
    speeds: [cruise.speed, type.landingSpeed],
    climb: { from: cruise.altitude, rates: [-topRate, -lastRate] },
  });
  ground(airway, LANDING_ROLL_SECONDS, landing, [type.landingSpeed, 0]);
  ground(taxiIn, taxiIn.metres / TAXI_SPEED, 0, [TAXI_SPEED, TAXI_SPEED]);
  return {
    start: request.start,
    end: now,
    origin: request.origin,
    destination: request.destination,
    departureRunway: route?.departure ?? null,
    arrivalRunway: route?.arrival ?? null,
    stages,
  };
}

/** What happens on a leg, epoch seconds: when the wheels leave the ground, and when they touch it. */
export function movementsOf(leg: Leg): { readonly takeOff: number; readonly landing: number } {
  const air = leg.stages.filter(({ climb }) => climb !== null);
  const [first, last] = [air[0] as Stage, air.at(-1) as Stage];
  return { takeOff: first.start, landing: last.start + last.seconds };
}

/** The motion at a time of the leg, epoch seconds in [start, end). */
export function motionAt(leg: Leg, time: number): Motion {
  let stage = leg.stages[0] as Stage;
  for (const next of leg.stages) {
    if (next.start > time) break;
    stage = next;
  }
  const { seconds, from, speeds, climb, path } = stage;
  const t = Math.min(seconds, Math.max(0, time - stage.start));
  const share = seconds === 0 ? 0 : t / seconds;
  const velocity = speeds[0] + (speeds[1] - speeds[0]) * share;
  const { latitude, longitude, track } = path.at(from + ((speeds[0] + velocity) / 2) * t);
  if (climb === null) return { latitude, longitude, track, velocity, altitude: null, verticalRate: null };
  const verticalRate = climb.rates[0] + (climb.rates[1] - climb.rates[0]) * share;
  const altitude = climb.from + ((climb.rates[0] + verticalRate) / 2) * t;
  return { latitude, longitude, track, velocity, altitude, verticalRate };
}

/** From runway to runway where they are known; draws nothing where none is. */
function routeOf(request: LegRequest): RunwayRoute {
  const { type, origin, destination, originRunways: from = [], destinationRunways: to = [], dice } = request;
  const direct = routePath(request);
  if (from.length + to.length === 0) return { path: direct, departure: null, arrival: null };
  const lengths = { rollOut_m: rollMetres(type), rollIn_m: landingMetres(type) };
  return runwayRoute({ type, origin, destination, from, to, ...lengths, dice }, direct);
}

/** From 900 m before one airport to 700 m behind the other, so that the runways lie in the direction of the flight. */
function routePath({ origin, destination }: LegRequest): Path {
  const direct = greatCircle(origin, destination);
  const [departure, arrival] = [direct.at(0), direct.at(direct.metres)];
  return greatCircle(ahead(origin, departure.track, -900), ahead(destination, arrival.track, 700));
}

function localPath({ origin, type, dice }: LegRequest): Path {
  const heading = dice.between(0, 360);
  const [least, most] = type.legKm;
  return circuit(
    ahead(origin, heading, -400),
    heading,
    dice.between(3500, 9000),
    1000 * dice.between(least, most),
  );
}

interface Profile {
  readonly cruise: { readonly altitude: number; readonly speed: number };
  readonly climb: { readonly from: number; readonly seconds: number; readonly metres: number };
  readonly descent: { readonly seconds: number; readonly metres: number };
}

/** The highest cruise that leaves at least a tenth of the way for itself; short legs fly lower and slower. */
function planProfile({ type, origin, destination, dice }: LegRequest, metres: number): Profile {
  const from = origin.elevation_m ?? 0;
  const to = destination.elevation_m ?? 0;
  const field = Math.max(from, to);
  const wanted = dice.between(...type.cruise_m);
  const top = type.isAirline ? Math.max(wanted, field + 1500) : field + wanted;
  const fullSpeed = dice.between(...type.cruiseSpeed);
  const step = type.isLocal ? THOUSAND_FEET_M / 10 : THOUSAND_FEET_M;
  const isEastward = destination.longitude > origin.longitude;
  let level = Math.floor(top / step);
  if (!type.isLocal && (level % 2 === 1) !== isEastward) level -= 1;

  for (; ; level -= type.isLocal ? 1 : 2) {
    const altitude = Math.max(level * step, field + LEAST_CLIMB_M);
    const share = Math.min(1, (altitude - field) / (top - field));
    const speed = type.takeoffSpeed + (fullSpeed - type.takeoffSpeed) * share ** 0.4;
    const climbing = (2 * (altitude - from)) / (type.climbRate[0] + type.climbRate[1]);
    const descending = (2 * (altitude - to)) / (type.descentRate[0] + type.descentRate[1]);
    const climb = { from, seconds: climbing, metres: ((type.takeoffSpeed + speed) / 2) * climbing };
    const descent = { seconds: descending, metres: ((type.landingSpeed + speed) / 2) * descending };
    const onRunways = rollMetres(type) + landingMetres(type);
    const isLowest = altitude === field + LEAST_CLIMB_M;
    if (climb.metres + descent.metres + onRunways <= 0.9 * metres || isLowest) {
      return { cruise: { altitude, speed }, climb, descent };
    }
  }
}

const rollMetres = (type: AircraftClass): number => (type.takeoffSpeed / 2) * type.rollSeconds;
const landingMetres = (type: AircraftClass): number => (type.landingSpeed / 2) * LANDING_ROLL_SECONDS;

function ahead(place: Place, track: number, metres: number): Place {
  const angle = (track * Math.PI) / 180;
  return offset(place, metres * Math.sin(angle), metres * Math.cos(angle));
}
