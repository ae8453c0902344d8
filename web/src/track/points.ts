import type { TrackAnswer } from 'contrail/dashboard/protocol';
import { numberOf, rowsOf } from '../api/rows.ts';
import type { Aircraft } from '../live/picture.ts';
import type { TrackPoint } from './track.ts';

/** The positions of a track answer; rows without one are left out. */
export function pointsOf(answer: TrackAnswer): TrackPoint[] {
  return rowsOf(answer).flatMap((row) => {
    const time = numberOf(row['time_position']);
    const longitude = numberOf(row['longitude']);
    const latitude = numberOf(row['latitude']);
    if (time === null || longitude === null || latitude === null) return [];
    return {
      time,
      longitude,
      latitude,
      altitude_m: numberOf(row['altitude_m']),
      velocity_kmh: numberOf(row['velocity_kmh']),
      true_track: numberOf(row['true_track']),
      on_ground: row['on_ground'] === true,
      ground_m: numberOf(row['ground_m']),
    };
  });
}

/** The position of an aircraft of the picture, as one of its track. */
export function heardPoint(aircraft: Aircraft): TrackPoint {
  const { time_position, longitude, latitude, altitude_m, velocity_kmh, true_track, on_ground } = aircraft;
  return {
    time: time_position,
    longitude,
    latitude,
    altitude_m,
    velocity_kmh,
    true_track,
    on_ground: on_ground === true,
  };
}
