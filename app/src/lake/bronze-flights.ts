import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/**
 * Partitions from this one on are no partitions of a topic: each is an archive file that `backfill` has taken in, and its
 * offsets are the numbers of the rows in the file.
 */
export const FIRST_ARCHIVE_PARTITION = 1_000_000_000;

/** Every well-formed message, as sent. Append-only. */
export const BRONZE_FLIGHTS: TableDefinition = {
  name: 'bronze/flights',
  grain:
    'One row per well-formed message of the topic, its fields as sent. A topic that was made again has partitions from 10,000 on, then from 20,000.',
  key: ['topic_partition', 'topic_offset'],
  partitionColumns: ['ingest_date'],
  properties: { ...STREAM_PROPERTIES, 'delta.appendOnly': 'true' },
  columns: [
    { name: 'icao24', type: 'string' },
    { name: 'callsign', type: 'string' },
    { name: 'origin_country', type: 'string' },
    { name: 'time_position', type: 'long' },
    { name: 'last_contact', type: 'long' },
    { name: 'longitude', type: 'double' },
    { name: 'latitude', type: 'double' },
    { name: 'baro_altitude', type: 'double' },
    { name: 'on_ground', type: 'boolean' },
    { name: 'velocity', type: 'double' },
    { name: 'true_track', type: 'double' },
    { name: 'vertical_rate', type: 'double' },
    { name: 'sensors', type: 'array<integer>' },
    { name: 'geo_altitude', type: 'double' },
    { name: 'squawk', type: 'string' },
    { name: 'spi', type: 'boolean' },
    { name: 'position_source', type: 'integer' },
    { name: 'category', type: 'integer' },
    { name: 'snapshot_time', type: 'long' },
    { name: 'feed', type: 'string' },
    { name: 'ingested_at', type: 'timestamp' },
    { name: 'topic_partition', type: 'integer' },
    { name: 'topic_offset', type: 'long' },
    { name: 'ingest_date', type: 'date' },
    { name: 'source', type: 'string' },
    { name: 'registration', type: 'string' },
    { name: 'type_code', type: 'string' },
    { name: 'nic', type: 'integer' },
    { name: 'nac_p', type: 'integer' },
    { name: 'rssi', type: 'double' },
  ],
};
