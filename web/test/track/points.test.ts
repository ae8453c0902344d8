import { expect, test } from 'vitest';
import { pointsOf } from '../../src/track/points.ts';
import { STRANGER } from '../fixtures.ts';

test('a track answer gives its positions, without rows that have none', () => {
  const columns = ['time_position', 'longitude', 'latitude', 'on_ground', 'ground_m'];
  const table = {
    table: 'silver/flights_ml',
    version: 1,
    as_of_ms: 0,
    icao24: STRANGER.icao24,
    flight: null,
    airports: {},
  };
  const rows = [
    [1, 8, 50, true, 111],
    [2, null, 50, false, null],
    [3, 8.1, 50, false, null],
  ];
  expect(pointsOf({ ...table, columns, rows })).toMatchObject([
    { time: 1, longitude: 8, on_ground: true, altitude_m: null, ground_m: 111 },
    { time: 3, longitude: 8.1, on_ground: false },
  ]);
});
