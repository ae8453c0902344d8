import { type Figure, figure, stateValues } from './exposition.ts';

/** What is told of a source. */
export interface SourceFigures {
  readonly source: string;
  readonly state: SourceState;
  readonly pace_s?: number | null;
  readonly age_s?: number | null;
  readonly next_poll_at_ms: number | null;
  readonly credits_left: number | null;
  readonly counters?: Readonly<Record<string, number>>;
}

export const SOURCE_STATES = ['waiting', 'ok', 'delayed', 'stale', 'failed', 'ended'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/** What a source counts that goes down again. */
const SPOOLED = 'spool_polls';

export const sourceFigures = (sources: readonly SourceFigures[]): readonly Figure[] => {
  const all = sources.map((one) => ({ ...one, labels: { source: one.source } }));
  return [
    figure(
      'contrail_source_state',
      all.flatMap(({ labels, state }) => stateValues(SOURCE_STATES, state, labels)),
    ),
    figure(
      'contrail_source_age_seconds',
      all.map(({ labels, age_s }) => [labels, age_s]),
    ),
    figure(
      'contrail_source_pace_seconds',
      all.map(({ labels, pace_s }) => [labels, pace_s]),
    ),
    figure(
      'contrail_source_next_poll_timestamp_seconds',
      all.map(({ labels, next_poll_at_ms: at }) => [labels, at === null ? null : at / 1000]),
    ),
    figure(
      'contrail_source_credits_left',
      all.map(({ labels, credits_left }) => [labels, credits_left]),
    ),
    figure(
      'contrail_source_spooled_polls',
      all.map(({ labels, counters }) => [labels, counters?.[SPOOLED]]),
    ),
    figure(
      'contrail_source_events_total',
      all.flatMap(({ source, counters = {} }) =>
        Object.entries(counters)
          .filter(([event]) => event !== SPOOLED)
          .map(([event, times]) => [{ source, event }, times] as const),
      ),
    ),
  ];
};
