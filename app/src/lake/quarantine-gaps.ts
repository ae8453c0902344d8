import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/**
 * Messages that can no longer be read or that the lake has lost, and that a person told Contrail to go on without.
 * Created with its first row. `offset_to` is the offset after the last one; null: nobody knows it, nor `messages`. In
 * Kafka, offsets that belong to no message count among `messages`. Of a stretch with the reason `lost`, `messages` are
 * lost, and the lake may have the others.
 */
export const QUARANTINE_GAPS: TableDefinition = {
  name: 'quarantine/gaps',
  grain:
    'One row per stretch of a partition whose messages were passed over, because they expired unread, are damaged, were in a topic that is gone, or were lost with a table. The first gap makes the table.',
  key: ['topic_partition', 'offset_from', 'batch_id'],
  partitionColumns: [],
  properties: { ...STREAM_PROPERTIES, 'delta.appendOnly': 'true' },
  isOptional: true,
  columns: [
    { name: 'topic_partition', type: 'integer' },
    { name: 'offset_from', type: 'long' },
    { name: 'offset_to', type: 'long' },
    { name: 'messages', type: 'long' },
    { name: 'reason', type: 'string' },
    { name: 'batch_id', type: 'long' },
    { name: 'passed_over_at', type: 'timestamp' },
  ],
};
