import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/** Table property that says by which rule of the contract new rows get their flight phase. Rows before keep theirs. */
export const PHASE_RULE_PROPERTY = 'contrail.phase_rule';
const PHASE_RULE = '2';

/** Rolling features per aircraft, flight phase and nearest airport. */
export const SILVER_FLIGHTS_ML: TableDefinition = {
  name: 'silver/flights_ml',
  grain: 'Exactly one row per Silver row, with features over it and up to 4 rows before it.',
  key: ['icao24', 'time_position', 'last_contact'],
  partitionColumns: ['event_date'],
  properties: { ...STREAM_PROPERTIES, [PHASE_RULE_PROPERTY]: PHASE_RULE },
  columns: [
    { name: 'icao24', type: 'string' },
    { name: 'time_position', type: 'long' },
    { name: 'last_contact', type: 'long' },
    { name: 'event_timestamp', type: 'timestamp' },
    { name: 'origin_country', type: 'string' },
    { name: 'category', type: 'integer' },
    { name: 'longitude', type: 'double' },
    { name: 'latitude', type: 'double' },
    { name: 'altitude_m', type: 'double' },
    { name: 'velocity_kmh', type: 'double' },
    { name: 'vertical_rate', type: 'double' },
    { name: 'true_track', type: 'double' },
    { name: 'on_ground', type: 'boolean' },
    { name: 'seconds_since_previous', type: 'long' },
    { name: 'altitude_change', type: 'double' },
    { name: 'velocity_change', type: 'double' },
    { name: 'altitude_mean_5', type: 'double' },
    { name: 'altitude_std_5', type: 'double' },
    { name: 'velocity_mean_5', type: 'double' },
    { name: 'velocity_std_5', type: 'double' },
    { name: 'vertical_rate_mean_5', type: 'double' },
    { name: 'window_size', type: 'integer' },
    { name: 'nearest_airport', type: 'string' },
    { name: 'nearest_airport_km', type: 'double' },
    { name: 'near_airport', type: 'boolean' },
    { name: 'flight_phase', type: 'string' },
    { name: 'phase_confidence', type: 'double' },
    { name: 'event_date', type: 'date' },
    { name: 'window_seconds', type: 'long' },
    { name: 'distance_m', type: 'double' },
    { name: 'implied_speed_kmh', type: 'double' },
    { name: 'is_repeat', type: 'boolean' },
    { name: 'is_jump', type: 'boolean' },
    { name: 'is_altitude_jump', type: 'boolean' },
    { name: 'is_speed_conflict', type: 'boolean' },
    { name: 'is_frozen', type: 'boolean' },
    { name: 'height_above_airport_m', type: 'double' },
    { name: 'is_stale', type: 'boolean' },
  ],
};
