import type { TrackAnswer } from 'contrail/dashboard/protocol';
import { numberOf, rowsOf, textOf } from '../api/rows.ts';
import type { TrackPoint } from '../map/track.ts';

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
      on_ground: textOf(row['flight_phase']) === 'GROUND',
    };
  });
}
