import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/** Traffic per 5 minutes, emitter category and flight phase. Windows are replaced whole. */
export const GOLD_METRICS_BY_CATEGORY: TableDefinition = {
  name: 'gold/metrics_by_category',
  grain: 'One row per 5-minute window of event time, emitter category and flight phase.',
  key: ['window_start', 'category', 'flight_phase'],
  partitionColumns: [],
  properties: STREAM_PROPERTIES,
  columns: [
    { name: 'window_start', type: 'timestamp' },
    { name: 'window_end', type: 'timestamp' },
    { name: 'category', type: 'integer' },
    { name: 'category_name', type: 'string' },
    { name: 'flight_phase', type: 'string' },
    { name: 'aircraft_count', type: 'long' },
    { name: 'record_count', type: 'long' },
    { name: 'avg_velocity_kmh', type: 'double' },
    { name: 'avg_altitude_m', type: 'double' },
    { name: 'airborne_count', type: 'long' },
    { name: 'aircraft_avg_velocity_kmh', type: 'double' },
    { name: 'aircraft_avg_altitude_m', type: 'double' },
    { name: 'stale_count', type: 'long' },
  ],
};
