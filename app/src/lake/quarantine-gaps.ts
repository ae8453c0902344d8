import { type TableDefinition, STREAM_PROPERTIES } from './table.ts';

/**
 * Messages that can no longer be read, and that a person told the pipeline to go on without. Created with its first
 * row. `offset_to` is the offset after the last one. In Kafka, offsets that belong to no message count among
 * `messages`.
 */
export const QUARANTINE_GAPS: TableDefinition = {
  name: 'quarantine/gaps',
  grain:
    'One row per stretch of a partition whose messages were passed over, because they expired unread or are damaged. The first gap makes the table.',
  key: ['topic_partition', 'offset_from'],
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
