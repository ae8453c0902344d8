import { Counter, Gauge, Registry } from 'prom-client';
import type { LiveState } from './protocol.ts';
import { STAGES } from './protocol.ts';

/** What the gauges read. */
export interface MetricSources {
  readonly state: () => LiveState;
  readonly clients: () => number;
  readonly tick: () => number;
}

/** The numbers of one server, in a registry of its own, so that several can live in one process. */
export interface DashboardMetrics {
  readonly registry: Registry;
  readonly frames: Counter<'kind'>;
  readonly frameBytes: Counter<'kind'>;
  readonly requests: Counter<'method' | 'status'>;
  /** Failed reads of the lake, which are tried again. */
  readonly lakeFailures: Counter<'table'>;
}

/** Makes the metrics; ages are by the server's clock against event or commit time, in seconds. */
export function createMetrics(sources: MetricSources): DashboardMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `contrail_dashboard_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('aircraft', 'Aircraft in the live picture', () => sources.state().aircraft);
  gauge('clients', 'Open live sockets', sources.clients);
  gauge('tick', 'Number of the last tick of the live picture', sources.tick);
  gauge('position_age_seconds', 'Age of the newest position; NaN before the first', () => {
    return sources.state().position_age_s ?? Number.NaN;
  });
  gauge('resident_memory_bytes', 'Resident memory of the process', () => process.memoryUsage.rss());
  new Gauge({
    name: 'contrail_stage_age_seconds',
    help: 'Seconds since the last success of a stage of the pipeline, as the dashboard sees it',
    labelNames: ['stage'],
    registers,
    collect() {
      this.reset();
      for (const { name, age_s } of sources.state().stages)
        if (age_s !== null) this.set({ stage: name }, age_s);
    },
  });
  new Gauge({
    name: 'contrail_source_ok',
    help: '1 while a source keeps its pace, else 0',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { source, state } of sources.state().sources) this.set({ source }, state === 'ok' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'contrail_source_pace_seconds',
    help: 'Seconds from one answer of a source to the next, as observed or told',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { source, pace_s } of sources.state().sources)
        if (pace_s !== null) this.set({ source }, pace_s);
    },
  });
  new Gauge({
    name: 'contrail_source_credits_left',
    help: 'Credits that a source has left until its next refill',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { source, credits_left } of sources.state().sources)
        if (credits_left !== null) this.set({ source }, credits_left);
    },
  });
  new Gauge({
    name: 'contrail_source_events',
    help: 'How often a thing happened since a source began, as requests, answers, status_429; docs/feeds.md lists them',
    labelNames: ['source', 'event'],
    registers,
    collect() {
      this.reset();
      for (const { source, counters = {} } of sources.state().sources)
        for (const [event, times] of Object.entries(counters)) this.set({ source, event }, times);
    },
  });
  new Gauge({
    name: 'contrail_stage_ok',
    help: '1 while a stage of the pipeline is ok, else 0',
    labelNames: ['stage'],
    registers,
    collect() {
      for (const name of STAGES) this.set({ stage: name }, 0);
      for (const { name, state } of sources.state().stages) this.set({ stage: name }, state === 'ok' ? 1 : 0);
    },
  });
  return {
    registry,
    frames: new Counter({
      name: 'contrail_dashboard_frames_total',
      help: 'Live frames sent, by kind',
      labelNames: ['kind'],
      registers,
    }),
    frameBytes: new Counter({
      name: 'contrail_dashboard_frame_bytes_total',
      help: 'Bytes of live frames sent, by kind',
      labelNames: ['kind'],
      registers,
    }),
    requests: new Counter({
      name: 'contrail_dashboard_requests_total',
      help: 'HTTP requests answered',
      labelNames: ['method', 'status'],
      registers,
    }),
    lakeFailures: new Counter({
      name: 'contrail_dashboard_lake_failures_total',
      help: 'Failed reads of a table, which are tried again',
      labelNames: ['table'],
      registers,
    }),
  };
}
