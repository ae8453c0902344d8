import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseRunways } from '../../../src/flight/runways.ts';
import { AIRCRAFT_CLASSES } from '../../../src/ingest/simulator/aircraft-class.ts';
import { createAircraft } from '../../../src/ingest/simulator/fleet.ts';
import { flightAt } from '../../../src/ingest/simulator/flight.ts';
import { motionAt, movementsOf } from '../../../src/ingest/simulator/leg.ts';
import { createNetwork } from '../../../src/ingest/simulator/network.ts';
import {
  arc,
  distance_m,
  greatCircle,
  greatCircleFrom,
  joined,
  reversed,
} from '../../../src/ingest/simulator/path.ts';
import { directionsOf } from '../../../src/ingest/simulator/runway-route.ts';
import { airports } from '../airports.ts';

const runways = parseRunways(
  JSON.parse(readFileSync(new URL('../../../src/lake/runways.json', import.meta.url), 'utf8')),
);

describe('ways of the simulator', () => {
  const here = { latitude: 52, longitude: 4.7 };

  it('go straight in a direction, and turn without a break', () => {
    const line = greatCircleFrom(here, 37, 5_000);
    expect(distance_m(here, line.at(5_000))).toBeCloseTo(5_000, 3);
    const bend = arc(line.at(5_000), 2_000, -90);
    expect(distance_m(bend.at(0), line.at(5_000))).toBeLessThan(0.01);
    expect(bend.metres).toBeCloseTo(1_000 * Math.PI, 3);
    expect(Math.abs(bend.at(bend.metres).track - (line.at(5_000).track - 90 + 360)) % 360).toBeLessThan(0.1);
  });

  it('are walked back by their reverse', () => {
    const there = joined([
      greatCircleFrom(here, 37, 5_000),
      greatCircle(greatCircleFrom(here, 37, 5_000).at(5_000), here),
    ]);
    const back = reversed(there);
    expect(back.metres).toBe(there.metres);
    expect(distance_m(back.at(1_000), there.at(there.metres - 1_000))).toBe(0);
  });
});

describe('flights of the simulator with runways', () => {
  const network = createNetwork(airports, runways);
  const directions = directionsOf(runways);
  const fleet = createAircraft(60, 5, network).filter(({ type }) => !type.isLocal);
  const legs = fleet.flatMap((aircraft) => {
    const first = flightAt(aircraft, network, 1_000_000, 1_000_000, null);
    return [first.leg, flightAt(aircraft, network, 1_000_000, first.leg.end, first).leg];
  });

  it('take off and land on them where an airport has one that is long enough', () => {
    const share = (name: 'departureRunway' | 'arrivalRunway'): number =>
      legs.filter((leg) => leg[name] !== null).length / legs.length;
    expect(share('departureRunway')).toBeGreaterThan(0.6);
    expect(share('arrivalRunway')).toBeGreaterThan(0.6);
    for (const leg of legs) {
      const { takeOff, landing } = movementsOf(leg);
      for (const [airport, ident, time] of [
        [leg.origin, leg.departureRunway, takeOff],
        [leg.destination, leg.arrivalRunway, landing],
      ] as const) {
        if (ident === null) continue;
        const runway = directions.get(airport.ident)?.find((one) => one.ident === ident);
        if (runway === undefined) throw new Error(`${airport.ident} has no ${ident}`);
        const motion = motionAt(leg, time);
        // Along the runway from its threshold, and in its direction.
        const line = greatCircleFrom(runway, runway.track, 10_000);
        const along = distance_m(runway, motion);
        expect(distance_m(motion, line.at(along))).toBeLessThan(5);
        expect(along).toBeLessThanOrEqual(runway.metres);
        expect(Math.abs(((motion.track - runway.track + 540) % 360) - 180)).toBeLessThan(0.5);
      }
    }
  });

  it('never jump', () => {
    for (const leg of legs.slice(0, 12)) {
      const step = Math.max(1, Math.floor((leg.end - leg.start) / 2_000));
      for (let time = leg.start; time + 1 < leg.end; time += step) {
        const [now, next] = [motionAt(leg, time), motionAt(leg, time + 1)];
        expect(distance_m(now, next)).toBeLessThan(Math.max(now.velocity, next.velocity) + 0.5);
      }
    }
  });

  it('of helicopters and gliders stay circles over the airport', () => {
    const local = createAircraft(200, 5, network).find(({ type }) => type.isLocal);
    if (local === undefined) throw new Error('no local aircraft');
    expect(AIRCRAFT_CLASSES.some(({ isLocal }) => isLocal)).toBe(true);
    expect(flightAt(local, network, 1_000_000, 1_000_000, null).leg.departureRunway).toBeNull();
  });
});
