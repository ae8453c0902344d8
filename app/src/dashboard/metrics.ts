import {
  Count,
  expositionText,
  type Figure,
  figure,
  single,
  Spread,
  stateValues,
} from '../metrics/exposition.ts';
import { PipelineFigures } from '../metrics/pipeline.ts';
import { processFigures } from '../metrics/process.ts';
import { sourceFigures } from '../metrics/sources.ts';
import type { LiveState, StageState, TableStatus } from './protocol.ts';

/** What the gauges read. */
export interface MetricSources {
  readonly state: () => LiveState;
  readonly tables: () => readonly TableStatus[];
  readonly clients: () => number;
  readonly tick: () => number;
  /** More numbers of the process, as of its disk. */
  readonly more: () => readonly Figure[];
}

const STAGE_STATES: readonly StageState[] = ['waiting', 'ok', 'delayed', 'stale', 'failed'];

/** The numbers of one server: several can live in one process. Ages are by the server's clock. */
export class DashboardMetrics {
  readonly pipeline: PipelineFigures = new PipelineFigures();
  readonly frames: Count<'contrail_dashboard_frames_total'> = new Count('contrail_dashboard_frames_total');
  readonly frameBytes: Count<'contrail_dashboard_frame_bytes_total'> = new Count(
    'contrail_dashboard_frame_bytes_total',
  );
  readonly requests: Count<'contrail_dashboard_requests_total'> = new Count(
    'contrail_dashboard_requests_total',
  );
  /** Failed reads of the lake, which are tried again. */
  readonly lakeFailures: Count<'contrail_dashboard_lake_failures_total'> = new Count(
    'contrail_dashboard_lake_failures_total',
  );
  readonly #pageDelay = new Spread('contrail_dashboard_page_delay_seconds');
  readonly #sources: MetricSources;
  /** The newest position in the picture that was looked at, epoch seconds; null before the first. */
  #newest: number | null = null;

  constructor(sources: MetricSources) {
    this.#sources = sources;
  }

  /**
   * The picture has a newest position now. The first one is what the lake had already, so that its age says nothing of
   * the way.
   */
  shown(eventTime: number | null, nowMs: number): void {
    const before = this.#newest;
    this.#newest = eventTime;
    if (before === null || eventTime === null || eventTime <= before) return;
    this.#pageDelay.add(Math.max(0, nowMs / 1000 - eventTime));
  }

  /** The answer of `/metrics`. */
  text(): string {
    const { clients, tick, more } = this.#sources;
    const state = this.#sources.state();
    return expositionText([
      ...this.pipeline.figures(state.now_ms),
      ...sourceFigures(state.sources),
      ...stageFigures(state),
      ...tableFigures(this.#sources.tables()),
      this.#pageDelay.figure(),
      single('contrail_dashboard_position_age_seconds', state.position_age_s),
      single('contrail_dashboard_delayed_after_seconds', state.delayed_after_s),
      single('contrail_dashboard_stale_after_seconds', state.stale_after_s),
      single('contrail_dashboard_aircraft', state.aircraft),
      single('contrail_dashboard_clients', clients()),
      single('contrail_dashboard_tick', tick()),
      figure(
        'contrail_service_ok',
        state.services
          .filter((service) => service.state !== 'waiting')
          .map((service) => [{ service: service.name }, service.state === 'ok' ? 1 : 0]),
      ),
      this.frames.figure(),
      this.frameBytes.figure(),
      this.requests.figure(),
      this.lakeFailures.figure(),
      ...processFigures(),
      ...more(),
    ]);
  }
}

const stageFigures = ({ stages }: LiveState): readonly Figure[] => [
  figure(
    'contrail_stage_state',
    stages.flatMap(({ name, state }) => stateValues(STAGE_STATES, state, { stage: name })),
  ),
  figure(
    'contrail_stage_age_seconds',
    stages.map(({ name, age_s }) => [{ stage: name }, age_s]),
  ),
];

function tableFigures(tables: readonly TableStatus[]): readonly Figure[] {
  const named = tables.map((one) => ({ ...one, labels: { table: one.name } }));
  return [
    figure(
      'contrail_table_bytes',
      named.map(({ labels, bytes }) => [labels, bytes]),
    ),
    figure(
      'contrail_table_files',
      named.map(({ labels, files }) => [labels, files]),
    ),
    figure(
      'contrail_table_rows',
      named.map(({ labels, rows }) => [labels, rows]),
    ),
    figure(
      'contrail_table_version',
      named.map(({ labels, version }) => [labels, version]),
    ),
  ];
}
