import type { Airport } from '../../flight/airports.ts';
import type { Aircraft } from './fleet.ts';
import { type Leg, planLeg } from './leg.ts';
import { type Network, standOf } from './network.ts';
import { Dice, hash } from './random.ts';

/** One leg of an aircraft, and its callsign during it. */
export interface Flight {
  readonly leg: Leg;
  /** 0 for the leg in which the world begins, then counted up: even ones leave home, odd ones return. */
  readonly number: number;
  /** Padded to 8 characters. */
  readonly callsign: string;
  readonly squawk: string | null;
  /** Geometric minus pressure altitude, metres: the weather of the day. */
  readonly pressure: number;
}

/**
 * The flight of an aircraft at a time, given the one before it. Flights go away and home in turn, and flight 0 has
 * already begun at `epoch`, anywhere between its start and its end, so that a fleet is in all phases at once.
 */
export function flightAt(
  aircraft: Aircraft,
  network: Network,
  epoch: number,
  time: number,
  current: Flight | null,
): Flight {
  let flight = current ?? firstFlight(aircraft, network, epoch);
  while (flight.leg.end <= time) {
    flight = plan(aircraft, network, flight.number + 1, flight.leg.destination, flight.leg.end);
  }
  return flight;
}

function firstFlight(aircraft: Aircraft, network: Network, epoch: number): Flight {
  const { start, end } = plan(aircraft, network, 0, aircraft.home, 0).leg;
  const behind = Math.floor(new Dice(hash(aircraft.seed, 2)).roll() * (end - start));
  return plan(aircraft, network, 0, aircraft.home, epoch - behind);
}

function plan(aircraft: Aircraft, network: Network, number: number, origin: Airport, start: number): Flight {
  const { type, home, seed } = aircraft;
  const dice = new Dice(hash(seed, number, 4));
  const away = () => (type.isLocal ? home : network.destination(home, type, dice));
  const destination = origin === home ? away() : home;
  const leg = planLeg({
    start,
    type,
    origin,
    destination,
    originStand: standOf(seed, origin),
    destinationStand: standOf(seed, destination),
    originRunways: network.runways(origin),
    destinationRunways: network.runways(destination),
    dice,
  });
  return {
    leg,
    number,
    callsign: callsignOf(aircraft, number, dice),
    squawk: squawkOf(aircraft, dice),
    pressure: dice.between(-60, 240),
  };
}

function callsignOf({ airline, registration, seed }: Aircraft, number: number, dice: Dice): string {
  if (dice.chance(0.015)) return ''.padEnd(8); // a crew that entered none
  if (airline === null) return registration.padEnd(8);
  // The way there and the way back have neighbouring numbers.
  const route = 10 + (hash(seed, number >> 1, 8) % 4900) * 2 + (number & 1);
  const suffix = dice.chance(0.12) ? dice.pick(SUFFIXES) : '';
  return `${airline}${route}${suffix}`.padEnd(8);
}

/** Callsigns leave out the letters that look like digits. */
const SUFFIXES = 'ABCDEFGHJKLMNPRSTUVWXYZ'.split('');

function squawkOf({ country, type }: Aircraft, dice: Dice): string | null {
  if (dice.chance(0.3)) return null;
  if (dice.chance(0.0002)) return '7700';
  if (!type.isAirline) return country.iso === 'US' || country.iso === 'CA' ? '1200' : '7000';
  return (0o1000 + dice.below(0o6000)).toString(8).padStart(4, '0'); // below 7000, so never a distress code
}
