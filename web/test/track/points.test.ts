import { expect, test } from 'vitest';
import { pointsOf } from '../../src/track/points.ts';
import { STRANGER } from '../fixtures.ts';

test('a track answer gives its positions, without rows that have none', () => {
  const columns = ['time_position', 'longitude', 'latitude', 'flight_phase'];
  const table = { table: 'silver/flights_ml', version: 1, as_of_ms: 0, icao24: STRANGER.icao24 };
  const rows = [
    [1, 8, 50, 'GROUND'],
    [2, null, 50, 'CLIMB'],
    [3, 8.1, 50, 'CLIMB'],
  ];
  expect(pointsOf({ ...table, columns, rows })).toMatchObject([
    { time: 1, longitude: 8, on_ground: true, altitude_m: null },
    { time: 3, longitude: 8.1, on_ground: false },
  ]);
});
