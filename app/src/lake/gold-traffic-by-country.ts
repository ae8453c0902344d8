import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/** Traffic per 5 minutes and country. Windows are replaced whole. */
export const GOLD_TRAFFIC_BY_COUNTRY: TableDefinition = {
  name: 'gold/traffic_by_country',
  grain: 'One row per 5-minute window of event time and country of registration.',
  key: ['window_start', 'origin_country'],
  partitionColumns: [],
  properties: STREAM_PROPERTIES,
  columns: [
    { name: 'window_start', type: 'timestamp' },
    { name: 'window_end', type: 'timestamp' },
    { name: 'origin_country', type: 'string' },
    { name: 'flight_count', type: 'long' },
    { name: 'record_count', type: 'long' },
    { name: 'avg_velocity_kmh', type: 'double' },
    { name: 'avg_altitude_m', type: 'double' },
    { name: 'airborne_count', type: 'long' },
    { name: 'aircraft_avg_velocity_kmh', type: 'double' },
    { name: 'aircraft_avg_altitude_m', type: 'double' },
    { name: 'stale_count', type: 'long' },
  ],
};
