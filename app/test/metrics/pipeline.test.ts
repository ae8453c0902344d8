import { describe, expect, it } from 'vitest';
import type { BatchProgress, Progress } from '../../src/lake/progress.ts';
import { expositionText } from '../../src/metrics/exposition.ts';
import { PipelineFigures } from '../../src/metrics/pipeline.ts';
import { PROGRESS } from '../dashboard/progress-fixture.ts';

const NOW_MS = PROGRESS.at_ms + 1000;
const [FIRST] = PROGRESS.batches as [BatchProgress];
const batch = (batch_id: number, change: Partial<BatchProgress> = {}): BatchProgress => ({
  ...FIRST,
  batch_id,
  duration_by_table_ms: { survey: 100, 'silver/flights': 400 },
  ...change,
});
const report = (batches: readonly BatchProgress[], change: Partial<Progress> = {}): Progress => ({
  ...PROGRESS,
  batches,
  batch_id: batches.at(-1)?.batch_id ?? null,
  ...change,
});
const numbers = (figures: PipelineFigures): Readonly<Record<string, number>> =>
  Object.fromEntries(
    expositionText(figures.figures(NOW_MS))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

describe('the numbers of a pipeline', () => {
  it('are none before its first report', () => {
    expect(new PipelineFigures().figures(NOW_MS)).toEqual([]);
  });

  it('count each batch once, however often a report repeats it, and none that were there before', () => {
    const figures = new PipelineFigures();
    figures.take(report([batch(6), batch(7)]));
    expect(numbers(figures)).toMatchObject({
      contrail_pipeline_rows_in_total: 0,
      contrail_pipeline_batch_seconds_count: 0,
    });
    const next = report([batch(6), batch(7), batch(8), batch(9, { rows_restamped: 3, rows_late: 1 })]);
    for (let times = 0; times < 3; times += 1) figures.take(next);
    expect(numbers(figures)).toMatchObject({
      contrail_pipeline_rows_in_total: 100,
      contrail_pipeline_rows_silver_total: 96,
      'contrail_pipeline_rows_quarantined_total{reason="duplicate"}': 4,
      contrail_pipeline_rows_late_total: 1,
      contrail_pipeline_rows_restamped_total: 3,
      contrail_pipeline_batch_seconds_count: 2,
      contrail_pipeline_batch_seconds_sum: 1.8,
      'contrail_pipeline_step_seconds_total{step="silver/flights"}': 0.8,
      'contrail_pipeline_lag_messages{partition="0"}': 10,
      contrail_pipeline_trigger_seconds: 5,
      contrail_pipeline_report_age_seconds: 1,
    });
  });

  it('count the first batch of a pipeline that has just begun', () => {
    const figures = new PipelineFigures();
    figures.take(report([], { state: 'starting' }));
    figures.take(report([batch(41)]));
    expect(numbers(figures)['contrail_pipeline_rows_in_total']).toBe(50);
  });

  it('tell the way from the time in the feed, and from the receipt, to the commit', () => {
    const figures = new PipelineFigures();
    figures.take(report([], { state: 'starting' }));
    const started_at_ms = 1_700_000_000_000;
    const aged = {
      started_at_ms,
      duration_ms: 500,
      event_time_max: 1_699_999_996,
      ingested_at_max_ms: started_at_ms - 1500,
    };
    figures.take(
      report([
        batch(1, aged),
        batch(2, { ...aged, event_time_max: 1_700_000_009, ingested_at_max_ms: null }),
      ]),
    );
    expect(numbers(figures)).toMatchObject({
      contrail_pipeline_commit_delay_seconds_sum: 4.5,
      contrail_pipeline_commit_delay_seconds_count: 2,
      contrail_pipeline_receipt_delay_seconds_sum: 2,
      contrail_pipeline_receipt_delay_seconds_count: 1,
      contrail_pipeline_newest_position_timestamp_seconds: 1_700_000_009,
    });
  });

  it('tell how large the lake is and may be, where somebody has said that', () => {
    const figures = new PipelineFigures();
    const keep = {
      at_ms: NOW_MS,
      keep: 'within 20GB',
      bytes: 12e9,
      budget_bytes: 20e9,
      budget_reached_at_ms: 1_700_000_000_000,
      notice: null,
      tables: [],
    };
    figures.take(report([], { keep }));
    expect(numbers(figures)).toMatchObject({
      contrail_lake_bytes: 12e9,
      contrail_lake_budget_bytes: 20e9,
      contrail_lake_budget_reached_timestamp_seconds: 1_700_000_000,
    });
    figures.take(report([], { keep: { ...keep, keep: '', budget_bytes: null, budget_reached_at_ms: null } }));
    expect(Object.keys(numbers(figures)).filter((name) => name.includes('budget'))).toEqual([]);
  });

  it.each([
    ['waiting', null, 'waiting'],
    ['waiting', 'Kafka is away.', 'blocked'],
    ['failed', 'It broke.', 'failed'],
    ['running', null, 'running'],
  ] as const)('say of state %s with message %s that it is %s', (state, message, expected) => {
    const figures = new PipelineFigures();
    figures.take(
      report([], {
        state,
        message,
        gaps: { stretches: 2, messages: 300 },
        upkeep: { seconds: 4, failures: 1 },
      }),
    );
    const found = numbers(figures);
    const states = Object.entries(found).filter(([name]) => name.startsWith('contrail_pipeline_state'));
    expect(states).toHaveLength(6);
    expect(states.filter(([, value]) => value === 1)).toEqual([
      [`contrail_pipeline_state{state="${expected}"}`, 1],
    ]);
    expect(found).toMatchObject({
      contrail_pipeline_gap_messages_total: 300,
      contrail_pipeline_gap_stretches_total: 2,
      contrail_upkeep_seconds_total: 4,
      contrail_upkeep_failures_total: 1,
    });
  });
});
