import { describe, expect, test } from 'vitest';
import { AIRCRAFT_CLASSES } from '../../../src/ingest/simulator/aircraft-class.ts';
import { type Motion, motionAt, planLeg } from '../../../src/ingest/simulator/leg.ts';
import { SHORTEST_LEG_KM, createNetwork, standOf } from '../../../src/ingest/simulator/network.ts';
import { distance_m } from '../../../src/ingest/simulator/path.ts';
import { Dice } from '../../../src/ingest/simulator/random.ts';
import { airports } from '../airports.ts';

const network = createNetwork(airports);

describe.each(AIRCRAFT_CLASSES)('a leg of the class $name', (type) => {
  const dice = new Dice(7);
  const legs = Array.from({ length: 20 }, (_, index) => {
    const origin = dice.pick(airports);
    const destination = type.isLocal ? origin : network.destination(origin, type, dice);
    const stands = { originStand: standOf(index, origin), destinationStand: standOf(index, destination) };
    return {
      origin,
      destination,
      stands,
      leg: planLeg({ start: 1000, type, origin, destination, ...stands, dice }),
    };
  });

  test('begins and ends on the stands, on the ground, one stage after the other', () => {
    for (const { leg, stands } of legs) {
      const last = leg.stages.at(-1);
      expect(leg.end).toBe((last?.start ?? 0) + (last?.seconds ?? 0));
      expect(leg.stages.every((stage) => stage.seconds >= 0)).toBe(true);
      for (const [time, stand] of [
        [leg.start, stands.originStand],
        [leg.end, stands.destinationStand],
      ] as const) {
        expect(motionAt(leg, time).altitude).toBeNull();
        expect(distance_m(motionAt(leg, time), stand)).toBeLessThan(2);
      }
    }
  });

  test('never jumps: position, altitude, speed and rate agree at every second', () => {
    for (const { leg } of legs.slice(0, 6)) {
      const step = Math.max(1, Math.floor((leg.end - leg.start) / 3000));
      for (let time = leg.start; time + 1 < leg.end; time += step) {
        const [now, next] = [motionAt(leg, time), motionAt(leg, time + 1)];
        const limit = Math.max(now.velocity, next.velocity);
        expect(distance_m(now, next)).toBeLessThan(limit + 0.5);
        if (now.altitude === null || next.altitude === null) continue;
        const rates = [now, next].map((motion: Motion) => Math.abs(motion.verticalRate ?? 0));
        expect(Math.abs(next.altitude - now.altitude)).toBeLessThan(Math.max(...rates) + 0.01);
      }
    }
  });

  test('takes off at the height of one field, lands at that of the other, and climbs in between', () => {
    for (const { leg, origin, destination } of legs) {
      const airborne = leg.stages.filter((stage) => stage.climb !== null);
      expect(airborne.length).toBe(3);
      const [climb, cruise, descent] = airborne;
      expect(climb?.climb?.from).toBe(origin.elevation_m ?? 0);
      expect(cruise?.climb?.from).toBeGreaterThanOrEqual((origin.elevation_m ?? 0) + 300);
      const end = (descent?.start ?? 0) + (descent?.seconds ?? 0) - 1e-6;
      expect(motionAt(leg, end).altitude).toBeCloseTo(destination.elevation_m ?? 0, 3);
      expect(motionAt(leg, end).velocity).toBeCloseTo(type.landingSpeed, 3);
    }
  });
});

test('destinations are never too close to fly to, from any airport', () => {
  const dice = new Dice(1);
  for (const type of AIRCRAFT_CLASSES) {
    for (const origin of airports.filter((_, index) => index % 40 === 0)) {
      const destination = network.destination(origin, type, dice);
      expect(distance_m(origin, destination) / 1000).toBeGreaterThanOrEqual(SHORTEST_LEG_KM);
    }
  }
});

test('a network needs airports to fly between', () => {
  expect(() => createNetwork(airports.slice(0, 1))).toThrow('at least 50 km apart');
});
