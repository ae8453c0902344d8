import type { BatchProgress } from '../lake/progress.ts';
import type { Batch } from './batch.ts';
import type { FreshFacts } from './gold.ts';
import type { Survey } from './survey.ts';

/** The report of a finished batch. `isAgain`: its rows were in Silver_ML before this run. */
export const progressOf = (
  { record, startedAtMs, durationMs, durationsMs }: Batch,
  survey: Survey,
  { rows, newest }: FreshFacts,
  isAgain: boolean,
): BatchProgress => ({
  batch_id: record.batch_id,
  started_at_ms: startedAtMs,
  duration_ms: durationMs,
  rows_in: survey.rows,
  rows_silver: rows,
  rows_quarantined: {
    ...survey.reasons,
    ...(survey.validRows > rows ? { duplicate: survey.validRows - rows } : {}),
  },
  rows_late: isAgain ? 0 : survey.lateRows,
  ...(survey.restampedRows > 0 ? { rows_restamped: survey.restampedRows } : {}),
  event_time_max: newest === null ? null : Number(newest),
  ingested_at_max_ms: survey.ingestedAtMaxMs,
  clock_behind_s: survey.clockBehindS,
  ...(survey.feeds.length > 0 ? { feeds: survey.feeds } : {}),
  lag_after: 0,
  duration_by_table_ms: durationsMs,
});
