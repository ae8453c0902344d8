import { describe, expect, test } from 'vitest';
import {
  circuit,
  distance_m,
  greatCircle,
  offset,
  taxiway,
  turn,
} from '../../../src/ingest/simulator/path.ts';

const frankfurt = { latitude: 50.0333, longitude: 8.5706 };
const newYork = { latitude: 40.6398, longitude: -73.7789 };
const tokyo = { latitude: 35.7647, longitude: 140.3864 };
const vancouver = { latitude: 49.1939, longitude: -123.1844 };

describe('a great circle', () => {
  test.each([
    ['Frankfurt', frankfurt, 'New York', newYork, 6_185_000],
    ['Tokyo', tokyo, 'Vancouver, over the date line', vancouver, 7_510_000],
  ])('leads from %s to %s%s', (_from, from, _to, to, metres) => {
    const path = greatCircle(from, to);
    expect(path.metres).toBeCloseTo(distance_m(from, to), 0);
    expect(Math.abs(path.metres - metres)).toBeLessThan(30_000);
    for (const [place, at] of [
      [from, 0],
      [to, path.metres],
    ] as const) {
      expect(path.at(at).latitude).toBeCloseTo(place.latitude, 6);
      expect(path.at(at).longitude).toBeCloseTo(place.longitude, 6);
    }
  });

  test('is as long between two of its places as it says, and its track leads from one to the next', () => {
    const path = greatCircle(tokyo, vancouver);
    for (let at = 0; at < path.metres - 10_000; at += 500_000) {
      const here = path.at(at);
      const there = path.at(at + 10_000);
      expect(distance_m(here, there)).toBeCloseTo(10_000, 1);
      const step = offset(
        here,
        100 * Math.sin((here.track * Math.PI) / 180),
        100 * Math.cos((here.track * Math.PI) / 180),
      );
      expect(distance_m(step, path.at(at + 100))).toBeLessThan(0.1);
    }
  });

  test('needs two places', () => {
    expect(() => greatCircle(tokyo, tokyo)).toThrow(RangeError);
  });
});

describe('a circuit', () => {
  test('ends where it began, on the track of its start, at the radius that was asked for', () => {
    const path = circuit(frankfurt, 250, 5000, 70_000);
    expect(path.metres).toBeCloseTo(2 * 2 * Math.PI * 5000, 6);
    expect(distance_m(path.at(0), frankfurt)).toBeLessThan(3); // it is drawn on a plane
    expect(distance_m(path.at(0), path.at(path.metres))).toBeLessThan(0.01);
    expect(path.at(0).track).toBeCloseTo(250, 6);
    expect(distance_m(path.at(0), path.at(path.metres / 4))).toBeCloseTo(10_000, -2);
  });
});

describe('a taxiway', () => {
  test('is straight, also over the date line', () => {
    const from = { latitude: 0, longitude: 179.999 };
    const to = offset(from, 300, 400);
    const path = taxiway(from, to);
    expect(path.metres).toBeCloseTo(500, 3);
    expect(distance_m(path.at(500), to)).toBeLessThan(0.01);
    expect(to.longitude).toBeLessThan(-179.99);
  });
});

test.each([
  [0, 0],
  [360, 0],
  [-90, 270],
  [725, 5],
])('turn(%d) is %d', (degrees, turned) => expect(turn(degrees)).toBe(turned));
