import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/** Why a message or Bronze row does not reach Silver; the first that applies, in this order. */
export const QUARANTINE_REASONS = [
  'malformed',
  'unprocessable',
  'other_kind',
  'invalid_icao24',
  'missing_time',
  'missing_position',
  'invalid_position',
  'implausible_time',
  'duplicate',
] as const;
/** Messages quarantined for these are not in Bronze. */
export const NOT_IN_BRONZE: readonly QuarantineReason[] = ['malformed', 'unprocessable', 'other_kind'];
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/**
 * Every message that did not reach Silver, with its reason. Micro-batches only append; it is not declared append-only,
 * because a merge takes out the rows that the rules of today let through.
 */
export const QUARANTINE_FLIGHTS: TableDefinition = {
  name: 'quarantine/flights',
  grain: 'One row per message or Bronze row that does not reach Silver, with the reason.',
  key: ['topic_partition', 'topic_offset'],
  partitionColumns: ['ingest_date'],
  properties: { ...STREAM_PROPERTIES, 'delta.appendOnly': 'false' },
  columns: [
    { name: 'reason', type: 'string' },
    { name: 'detail', type: 'string' },
    { name: 'payload', type: 'string' },
    { name: 'payload_bytes', type: 'binary' },
    { name: 'icao24', type: 'string' },
    { name: 'ingested_at', type: 'timestamp' },
    { name: 'topic_partition', type: 'integer' },
    { name: 'topic_offset', type: 'long' },
    { name: 'ingest_date', type: 'date' },
  ],
};
