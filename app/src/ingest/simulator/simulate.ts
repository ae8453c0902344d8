import type { Airport } from '../../flight/airports.ts';
import type { Runway } from '../../flight/runways.ts';
import { ContrailError } from '../../errors.ts';
import type { StateVector } from '../../flight/state-vector.ts';
import { createAircraft } from './fleet.ts';
import { type Flight, flightAt } from './flight.ts';
import { createNetwork } from './network.ts';
import { GAP_SECONDS, observe } from './observe.ts';

/** Default start of simulated time, 2026-01-01T00:00:00Z: fixed, so that the same arguments give the same bytes. */
export const DEFAULT_START_SECONDS = 1_767_225_600;

/** What a simulation follows from; the same arguments give the same vectors. */
export interface SimulationOptions {
  readonly aircraft: number;
  readonly polls: number;
  /** Seconds between polls, above 0; a poll shows the whole second that it falls into. */
  readonly intervalSeconds: number;
  /** A whole number. */
  readonly seed: number;
  /** Epoch seconds of the first poll; default {@link DEFAULT_START_SECONDS}. */
  readonly startSeconds?: number;
  /** Where to fly: the rows of `reference/airports`. */
  readonly airports: readonly Airport[];
  /** Where to take off and land; without them flights begin and end over the middle of airports. */
  readonly runways?: readonly Runway[];
}

/** A world of aircraft that can be looked at from time to time. */
export interface World {
  /** One vector per aircraft, as an answer of time `snapshot` (whole epoch seconds, never falling from call to call) holds it. */
  poll(snapshot: number): StateVector[];
}

/**
 * Invents the traffic of the world: one poll after another, each with exactly one vector per aircraft. Pure and lazy;
 * memory is bounded by the number of aircraft.
 *
 * Aircraft fly great circles between runways of real airports with the speeds and rates of their class, wait on the ground
 * between flights, and are seen with the flaws of real receivers (see `observe.ts`). Per aircraft, the vectors are in
 * order of (time_position, last_contact).
 *
 * @throws ContrailError `invalid` / `simulator-arguments` for numbers that are out of range, or not whole where they must be.
 */
export function* simulate(options: SimulationOptions): Generator<readonly StateVector[], void, undefined> {
  const { polls, intervalSeconds, startSeconds = DEFAULT_START_SECONDS } = options;
  requireWhole('polls', polls, 0);
  const world = createWorld({ ...options, epochSeconds: startSeconds });
  for (let poll = 0; poll < polls; poll += 1)
    yield world.poll(startSeconds + Math.floor(poll * intervalSeconds));
}

/**
 * A world that began at `epochSeconds`, with aircraft in all phases of flight. Two worlds with the same options are
 * the same at all times, whenever they are looked at.
 * @throws ContrailError `invalid` / `simulator-arguments`
 */
export function createWorld(
  options: Omit<SimulationOptions, 'polls' | 'startSeconds'> & { readonly epochSeconds: number },
): World {
  const { seed, intervalSeconds, epochSeconds } = options;
  requireWhole('seed', seed, Number.MIN_SAFE_INTEGER);
  if (!(intervalSeconds > 0 && intervalSeconds < Infinity)) {
    throw new ContrailError(
      'simulator-arguments',
      `The simulator needs seconds above 0 as interval, not ${intervalSeconds}.`,
    );
  }
  requireWhole('start', epochSeconds, 0);
  const network = createNetwork(options.airports, options.runways);
  const maxLag = Math.min(4, Math.max(0, Math.floor(intervalSeconds) - 1));
  const fleet = createAircraft(options.aircraft, seed, network).map((aircraft) => {
    let flight: Flight | null = null;
    return {
      aircraft,
      previous: null as StateVector | null,
      flightAt: (time: number) => (flight = flightAt(aircraft, network, epochSeconds, time, flight)),
    };
  });
  return {
    poll: (snapshot) =>
      fleet.map((member) => {
        const before = member.previous?.snapshot_time ?? -Infinity;
        // What was long ago is not repeated.
        const previous = snapshot - before <= GAP_SECONDS ? member.previous : null;
        const seen = observe(member.aircraft, snapshot, maxLag, previous, member.flightAt);
        member.previous = seen.isRepeatable ? seen.vector : null;
        return seen.vector;
      }),
  };
}

const DAY_MS = 86_400_000;

/** The world that began at the UTC midnight before a time, epoch ms. @throws as {@link createWorld} */
export function worldOfDay(options: Omit<SimulationOptions, 'polls' | 'startSeconds'>, atMs: number): World {
  return createWorld({ ...options, epochSeconds: (Math.floor(atMs / DAY_MS) * DAY_MS) / 1000 });
}

function requireWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ContrailError(
    'simulator-arguments',
    `The simulator needs a whole number${least === Number.MIN_SAFE_INTEGER ? '' : `, ${least} or more,`} as ${name}, not ${value}.`,
  );
}
