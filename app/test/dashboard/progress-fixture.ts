import type { Progress } from '../../src/lake/progress.ts';
import { NOW } from './live/sightings.ts';

const NOW_MS = NOW * 1000;

/** What a healthy pipeline said one second ago. */
export const PROGRESS: Progress = {
  at_ms: NOW_MS - 1000,
  started_at_ms: NOW_MS - 60_000,
  state: 'running',
  message: null,
  engine: 'duckdb',
  trigger_ms: 5000,
  simulated: false,
  batch_id: 7,
  topic: {
    name: 'opensky-data',
    partitions: [
      { partition: 0, next: '90', end: '100', lag: 10 },
      { partition: 1, next: '200', end: '200', lag: 0 },
    ],
  },
  batches: [
    {
      batch_id: 7,
      started_at_ms: NOW_MS - 3000,
      duration_ms: 900,
      rows_in: 50,
      rows_silver: 48,
      rows_quarantined: { duplicate: 2 },
      rows_late: 0,
      event_time_max: NOW - 4,
      ingested_at_max_ms: NOW_MS - 4000,
      lag_after: 10,
      duration_by_table_ms: {},
    },
  ],
  sources: [],
  feeds: [],
};
