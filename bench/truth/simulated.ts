import type { FlightRow } from '../../app/src/flights/records.ts';
import { createAircraft } from '../../app/src/ingest/simulator/fleet.ts';
import { type Flight, flightAt } from '../../app/src/ingest/simulator/flight.ts';
import { movementsOf } from '../../app/src/ingest/simulator/leg.ts';
import { createNetwork } from '../../app/src/ingest/simulator/network.ts';
import { DEFAULT_START_SECONDS, simulate } from '../../app/src/ingest/simulator/simulate.ts';
import { loadAirports } from '../../app/src/program/airports.ts';
import { loadRunways } from '../../app/src/program/runways.ts';
import type { Known } from './score.ts';

/** A day of simulated aircraft: what polls see of them, and what the simulator knows that they did. */
export function simulatedDay(options: {
  readonly pace: number;
  readonly aircraft: number;
  readonly hours: number;
  readonly seed: number;
}): { readonly batches: Generator<readonly FlightRow[]>; readonly known: readonly Known[] } {
  const world = { airports: loadAirports(), runways: loadRunways() };
  const polls = Math.floor((options.hours * 3600) / options.pace);
  return {
    batches: batchesOf({ ...options, ...world, polls, intervalSeconds: options.pace }),
    known: logOf(options, createNetwork(world.airports, world.runways)),
  };
}

/** The rows of each poll that Silver would take. */
function* batchesOf(options: Parameters<typeof simulate>[0]): Generator<readonly FlightRow[]> {
  for (const vectors of simulate(options))
    yield vectors.flatMap((vector): readonly FlightRow[] => {
      const { icao24, time_position, latitude, longitude, callsign } = vector;
      if (icao24 === null || !/^[0-9a-f]{6}$/.test(icao24) || time_position === null) return [];
      if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180)
        return [];
      return [{ ...vector, icao24, time_position, latitude, longitude, callsign: callsign?.trim() || null }];
    });
}

/** Take-offs and landings on runways, of aircraft that send positions and are no helicopters or gliders. */
function logOf(
  { aircraft, hours, seed }: { readonly aircraft: number; readonly hours: number; readonly seed: number },
  network: ReturnType<typeof createNetwork>,
): readonly Known[] {
  const [from, to] = [DEFAULT_START_SECONDS, DEFAULT_START_SECONDS + hours * 3600];
  const known: Known[] = [];
  for (const one of createAircraft(aircraft, seed, network)) {
    if (one.isWithoutPosition || one.type.isLocal) continue;
    let flight: Flight | null = null;
    for (let time = from; time < to; time = flight.leg.end) {
      flight = flightAt(one, network, from, time, flight);
      const { leg } = flight;
      const { takeOff, landing } = movementsOf(leg);
      const event = (
        kind: 'take_off' | 'landing',
        at: number,
        airport: string,
        runway: string | null,
      ): void => {
        known.push({
          kind,
          icao24: one.icao24,
          time: at,
          airport,
          runways: runway === null ? null : [runway],
          // Without a known runway there is nothing to be in line with: found or not, it does not count.
          isOptional: at < from + 120 || at > to - 300 || runway === null,
        });
      };
      event('take_off', takeOff, leg.origin.ident, leg.departureRunway);
      event('landing', landing, leg.destination.ident, leg.arrivalRunway);
    }
  }
  return known;
}
