import type { StateVector } from '../../flight/state-vector.ts';

/** A state vector as a row of `states`, with all 18 fields. Source: OpenSky REST API, "All State Vectors". */
export const toOpenSkyRow = (vector: StateVector): readonly unknown[] => [
  vector.icao24,
  // OpenSky sends blanks where it does not know one.
  (vector.callsign ?? '').padEnd(8),
  vector.origin_country ?? '',
  vector.time_position,
  vector.last_contact,
  vector.longitude,
  vector.latitude,
  vector.baro_altitude,
  vector.on_ground ?? false,
  vector.velocity,
  vector.true_track,
  vector.vertical_rate,
  vector.sensors,
  vector.geo_altitude,
  vector.squawk,
  vector.spi ?? false,
  vector.position_source ?? 0,
  vector.category ?? 0,
];
