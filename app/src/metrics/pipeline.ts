import type { BatchProgress, Progress } from '../lake/progress.ts';
import { Count, type Figure, figure, single, Spread, stateValues } from './exposition.ts';

const STATES = ['starting', 'waiting', 'running', 'blocked', 'failed', 'stopped'] as const;

/**
 * What a pipeline's reports say, in numbers. The pipeline itself and a dashboard on its lake tell the same: gauges are
 * of the newest report; counters and histograms begin with the batches that come after the first report.
 */
export class PipelineFigures {
  readonly #batchSeconds = new Spread('contrail_pipeline_batch_seconds');
  readonly #commitDelay = new Spread('contrail_pipeline_commit_delay_seconds');
  readonly #receiptDelay = new Spread('contrail_pipeline_receipt_delay_seconds');
  readonly #steps = new Count('contrail_pipeline_step_seconds_total');
  readonly #rowsIn = new Count('contrail_pipeline_rows_in_total');
  readonly #rowsSilver = new Count('contrail_pipeline_rows_silver_total');
  readonly #quarantined = new Count('contrail_pipeline_rows_quarantined_total');
  readonly #late = new Count('contrail_pipeline_rows_late_total');
  readonly #restamped = new Count('contrail_pipeline_rows_restamped_total');
  #progress: Progress | null = null;
  /** The newest batch that is counted, or was there before. */
  #counted: number | null = null;
  #newestPosition: number | null = null;

  /** Takes a report in; null: there is none, which changes no counter. */
  take(progress: Progress | null): void {
    this.#progress = progress;
    if (progress === null) return;
    const counted = this.#counted ?? progress.batch_id ?? progress.batches.at(-1)?.batch_id ?? 0;
    for (const batch of progress.batches) if (batch.batch_id > counted) this.#add(batch);
    // A lake that was made again begins its numbers again.
    this.#counted = progress.batch_id === null ? counted : progress.batch_id;
    const positions = progress.batches.map(({ event_time_max }) => event_time_max);
    this.#newestPosition = positions.findLast((one) => one !== null) ?? this.#newestPosition;
  }

  #add(batch: BatchProgress): void {
    const { duration_ms, rows_quarantined, event_time_max, ingested_at_max_ms } = batch;
    const committedAtMs = batch.started_at_ms + duration_ms;
    this.#batchSeconds.add(duration_ms / 1000);
    // Clocks of feeds may be ahead of this one.
    if (event_time_max !== null) this.#commitDelay.add(Math.max(0, committedAtMs / 1000 - event_time_max));
    if (ingested_at_max_ms !== null)
      this.#receiptDelay.add(Math.max(0, committedAtMs - ingested_at_max_ms) / 1000);
    for (const [step, ms] of Object.entries(batch.duration_by_table_ms)) this.#steps.add({ step }, ms / 1000);
    for (const [reason, rows] of Object.entries(rows_quarantined)) this.#quarantined.add({ reason }, rows);
    this.#rowsIn.add({}, batch.rows_in);
    this.#rowsSilver.add({}, batch.rows_silver);
    this.#late.add({}, batch.rows_late);
    this.#restamped.add({}, batch.rows_restamped ?? 0);
  }

  figures(nowMs: number): readonly Figure[] {
    const progress = this.#progress;
    if (progress === null) return [];
    const { gaps, upkeep, keep } = progress;
    const reachedAtMs = keep?.budget_reached_at_ms ?? null;
    return [
      this.#commitDelay.figure(),
      this.#receiptDelay.figure(),
      single('contrail_pipeline_newest_position_timestamp_seconds', this.#newestPosition),
      this.#rowsIn.figure(),
      this.#rowsSilver.figure(),
      this.#quarantined.figure(),
      this.#late.figure(),
      this.#restamped.figure(),
      single('contrail_pipeline_gap_messages_total', gaps?.messages ?? 0),
      single('contrail_pipeline_gap_stretches_total', gaps?.stretches ?? 0),
      figure(
        'contrail_pipeline_lag_messages',
        progress.topic.partitions.map(({ partition, lag }) => [{ partition: String(partition) }, lag]),
      ),
      figure('contrail_pipeline_state', stateValues(STATES, stateOf(progress), {})),
      single('contrail_pipeline_report_age_seconds', Math.max(0, nowMs - progress.at_ms) / 1000),
      single('contrail_pipeline_trigger_seconds', progress.trigger_ms / 1000),
      this.#batchSeconds.figure(),
      this.#steps.figure(),
      single('contrail_upkeep_seconds_total', upkeep?.seconds),
      single('contrail_upkeep_failures_total', upkeep?.failures),
      single('contrail_lake_bytes', keep?.bytes),
      single('contrail_lake_budget_bytes', keep?.budget_bytes),
      single(
        'contrail_lake_budget_reached_timestamp_seconds',
        reachedAtMs === null ? null : reachedAtMs / 1000,
      ),
      single('contrail_pipeline_clock_behind_seconds', progress.batches.at(-1)?.clock_behind_s),
    ];
  }
}

/** A pipeline that waits says for what, unless it is for messages. */
const stateOf = ({ state, message }: Progress): (typeof STATES)[number] =>
  state === 'waiting' && message !== null ? 'blocked' : state;
