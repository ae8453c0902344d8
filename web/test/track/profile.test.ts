import { describe, expect, test } from 'vitest';
import type { TrackPoint } from '../../src/track/track.ts';
import { moveAlong, profileOf } from '../../src/track/profile.ts';

const at = (time: number, change: Partial<TrackPoint> = {}): TrackPoint => ({
  time,
  longitude: 8,
  latitude: 50,
  altitude_m: 9000,
  velocity_kmh: 800,
  true_track: 90,
  on_ground: false,
  ...change,
});

describe('the profile of a flight', () => {
  test('has the values of each position, and of the ground where they are known', () => {
    const landed = at(20, { altitude_m: null, velocity_kmh: 20, on_ground: true, ground_m: 111 });
    expect(profileOf([at(0), at(10, { altitude_m: null }), landed])).toMatchObject({
      times: [0, 10, 20],
      altitudes: [9000, null, 111],
      grounds: [null, null, 111],
      speeds: [800, 800, 20],
    });
  });

  test('has a hole where nobody heard the aircraft, and one position of each moment', () => {
    const { times, altitudes, points } = profileOf([at(0), at(0), at(10), at(900)]);
    expect([times, altitudes]).toEqual([
      [0, 10, 11, 900],
      [9000, 9000, null, 9000],
    ]);
    expect(points[2]).toBeNull();
  });
});

test('keys move along a profile, in steps that get through it, and not beyond its ends', () => {
  expect(moveAlong('ArrowLeft', null, 500)).toBe(494);
  expect(moveAlong('ArrowRight', 10, 500)).toBe(15);
  expect(moveAlong('PageUp', 10, 500)).toBe(0);
  expect(moveAlong('End', 3, 500)).toBe(499);
  expect(moveAlong('ArrowRight', 7, 9)).toBe(8);
  expect([moveAlong('x', 3, 500), moveAlong('End', null, 0)]).toEqual([null, null]);
});
