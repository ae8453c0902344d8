import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/**
 * Quarantined messages that `contrail requeue` has sent to the topic again. Created with its first row. Messages with
 * the same bytes are sent once: the row is that of the first.
 */
export const QUARANTINE_REQUEUED: TableDefinition = {
  name: 'quarantine/requeued',
  grain: 'One row per quarantined message that was sent to the topic again. The first one makes the table.',
  key: ['payload_sha256'],
  partitionColumns: [],
  properties: { ...STREAM_PROPERTIES, 'delta.appendOnly': 'true' },
  isOptional: true,
  columns: [
    { name: 'payload_sha256', type: 'string' },
    { name: 'reason', type: 'string' },
    { name: 'topic_partition', type: 'integer' },
    { name: 'topic_offset', type: 'long' },
    { name: 'requeued_at', type: 'timestamp' },
  ],
};
