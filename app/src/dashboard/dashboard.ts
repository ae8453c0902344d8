import type { Logger } from 'pino';
import { ContrailError } from '../errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../lake/progress.ts';
import type { Lake } from '../lake/lake.ts';
import { REFERENCE_AIRCRAFT } from '../lake/reference-aircraft.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { RegisterReader } from './identity/register-reader.ts';
import { LiveHub } from './live/live-hub.ts';
import { SilverReader } from './live/silver-reader.ts';
import type { Figure } from '../metrics/exposition.ts';
import { DashboardMetrics } from './metrics.ts';
import type { LiveState, StatusAnswer } from './protocol.ts';
import type { Queries } from './queries/load.ts';
import { shownName } from './shown.ts';
import { stagesOf, stateOfAge } from './state/stages.ts';
import { paceOf, sourcesOf } from './state/sources.ts';
import { ASSUMED_TRIGGER_S, thresholdsFor } from './state/thresholds.ts';
import { LakeTables } from './watch/lake-tables.ts';
import { POLL_MS, type TableEvent, watchTable } from './watch/lake-watch.ts';
import { progressLooker } from './watch/progress-watch.ts';
import { SERVICE_LOOK_MS, ServiceWatch, type WatchedService } from './watch/service-watch.ts';

/** How often every page gets the times and the state, even when nothing changes. */
export const HEARTBEAT_MS = 5000;

/** What the dashboard works with. It only reads. */
export interface DashboardParts {
  /** Not shared: the dashboard opens tables again that were deleted and created again. */
  readonly lake: Lake;
  readonly engine: Engine;
  readonly queries: Queries;
  /** Epoch milliseconds UTC. */
  readonly clock: () => number;
  readonly logger?: Logger;
  /** Services whose health is shown; none by default. */
  readonly services?: readonly WatchedService[];
  /** More numbers of the process for `/metrics`; none by default. */
  readonly figures?: () => readonly Figure[];
}

/**
 * The dashboard without its network: it follows the lake, keeps the picture, and knows the state of the pipeline. It
 * has one loop per table, one for the progress file, and a heartbeat; all end when it is disposed. A loop survives any
 * failure of the lake: it counts it, logs it once at warn, and tries again.
 */
export class Dashboard implements AsyncDisposable {
  readonly tables: LakeTables = new LakeTables();
  readonly hub: LiveHub;
  readonly metrics: DashboardMetrics;
  readonly #parts: DashboardParts;
  readonly #silver: SilverReader;
  readonly #register: RegisterReader;
  readonly #services: ServiceWatch;
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];
  /** By table: null after a successful read, else what is wrong. */
  readonly #troubles = new Map<string, string | null>();
  /** By table: the failure that was logged since its last successful read. */
  readonly #warned = new Map<string, string>();
  #progress: Progress | null = null;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.hub = new LiveHub({
      clock: parts.clock,
      state: () => this.state(),
      progress: () => ({ type: 'progress', progress: this.#progress }),
      onFrame: (kind, bytes) => {
        this.metrics.frames.add({ kind });
        this.metrics.frameBytes.add({ kind }, bytes);
      },
    });
    this.metrics = new DashboardMetrics({
      state: () => this.state(),
      tables: () => this.tables.statuses(),
      clients: () => this.hub.clients,
      tick: () => this.hub.ticks.tick,
      more: parts.figures ?? (() => []),
    });
    this.#services = new ServiceWatch(parts.services ?? [], parts.clock, () =>
      this.hub.broadcast({ type: 'state', ...this.state() }),
    );
    this.#silver = new SilverReader(
      this.hub,
      parts.engine,
      parts.queries['newest-sightings'],
      this.#stop.signal,
    );
    this.#register = new RegisterReader({
      engine: parts.engine,
      sql: parts.queries.registered,
      identities: this.hub.identities,
      present: () => this.hub.picture.addresses(),
      signal: this.#stop.signal,
    });
  }

  /** Begins to follow the lake. */
  start(): void {
    for (const definition of [...BATCH_TABLES, REFERENCE_AIRCRAFT]) {
      this.#troubles.set(definition.name, 'has not been read yet');
      this.#loops.push(this.#follow(definition));
    }
    this.#loops.push(this.#followProgress(), this.#followServices());
    this.#heartbeat = setInterval(() => {
      this.hub.heartbeat();
    }, HEARTBEAT_MS);
  }

  /** The state now. */
  state(): LiveState {
    const now_ms = this.#parts.clock();
    const { eventTime, feed, size } = this.hub.picture;
    const age_s = eventTime === null ? null : Math.max(0, now_ms / 1000 - eventTime);
    const trigger_ms = this.#progress?.trigger_ms;
    const trigger_s = trigger_ms === undefined ? ASSUMED_TRIGGER_S : trigger_ms / 1000;
    const sources = sourcesOf(this.#progress, now_ms, trigger_s);
    const pace_s = paceOf(sources);
    const thresholds = thresholdsFor(trigger_s, pace_s);
    const { positionsDelayed_s, positionsStale_s } = thresholds;
    return {
      now_ms,
      simulated: this.tables.simulated() ?? this.#progress?.simulated ?? null,
      feed: feed === null ? null : shownName(feed),
      aircraft: size,
      event_time: eventTime,
      position_age_s: age_s,
      positions: stateOfAge(age_s, positionsDelayed_s, positionsStale_s),
      pace_s,
      sources,
      delayed_after_s: positionsDelayed_s,
      stale_after_s: positionsStale_s,
      stages: stagesOf({
        now_ms,
        tables: this.tables.statuses(),
        progress: this.#progress,
        aircraft: size,
        event_time: eventTime,
        sources,
        thresholds,
      }),
      services: this.#services.statuses(),
      identities: this.hub.identities.token,
    };
  }

  status(): StatusAnswer {
    const state = this.state();
    return {
      ...state,
      tables: this.tables.statuses(),
      progress: this.#progress,
      progress_age_ms: this.#progress === null ? null : Math.max(0, state.now_ms - this.#progress.at_ms),
    };
  }

  /** One sentence on why answers may be wrong or missing now; null when all is well. */
  notReady(): string | null {
    for (const [name, trouble] of this.#troubles) if (trouble !== null) return `${name} ${trouble}.`;
    return null;
  }

  /** Ends the loops. Waits at most as long as the engine takes to react to the signal. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#stop.abort();
    await Promise.all(this.#loops);
  }

  async #follow(definition: TableDefinition): Promise<void> {
    const { lake } = this.#parts;
    const { name } = definition;
    const { url } = lake.store.at(name);
    const open = (): ReturnType<Lake['reopen']> => lake.reopen(definition);
    // A register changes seldom, and each look at a store on the network costs requests.
    const isRare = definition.isForeign === true && url.startsWith('s3:');
    const pace = isRare ? { pollMs: RARE_POLL_MS } : {};
    for await (const event of watchTable({ url, open, signal: this.#stop.signal, ...pace })) {
      try {
        this.#note(definition, event);
        const isNews = event.kind === 'commit' || event.kind === 'opened';
        if (isNews) this.#tell(name, event);
        if (name === SILVER_FLIGHTS.name) {
          await this.#silver.take(event);
          this.metrics.shown(this.hub.picture.eventTime, this.#parts.clock());
        }
        if (name === REFERENCE_AIRCRAFT.name) await this.#register.take(event);
        if (isNews) this.hub.broadcast({ type: 'state', ...this.state() });
        if (event.kind === 'idle') {
          this.#troubles.set(name, null);
          this.#warned.delete(name);
        }
        if (event.kind === 'failed') this.#failed(name, event.error);
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }

  #note(definition: TableDefinition, event: TableEvent): void {
    if (event.kind === 'gone') this.tables.set(definition, null);
    if (event.kind === 'opened' || event.kind === 'commit') this.tables.set(definition, event.snapshot);
  }

  #tell(table: string, event: Extract<TableEvent, { kind: 'commit' | 'opened' }>): void {
    const { snapshot } = event;
    const isCommit = event.kind === 'commit';
    const counts = isCommit ? event.adds.map((file) => file.stats?.numRecords ?? null) : [snapshot.rowCount];
    const rows = counts.reduce<number | null>(
      (sum, one) => (sum === null || one === null ? null : sum + one),
      0,
    );
    const version = isCommit ? event.version : snapshot.version;
    this.hub.broadcast({ type: 'commit', table, version, rows, at: snapshot.timestampMs });
  }

  #failed(name: string, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.metrics.lakeFailures.add({ table: name });
    // The page itself says why such a table is not shown (LakeTables), so the dashboard counts as ready.
    const isRefused = error instanceof ContrailError && error.kind === 'unsupported';
    // Once per trouble, not once a second.
    const trouble = isRefused ? error.message : UNREADABLE;
    if (this.#warned.get(name) !== trouble)
      this.#parts.logger?.warn({ table: name, err: error }, 'cannot read table');
    this.#warned.set(name, trouble);
    this.#troubles.set(name, isRefused ? null : UNREADABLE);
  }

  /** When it must end, it does not wait for a service that is being asked, which may not answer for long. */
  async #followServices(): Promise<void> {
    const { signal } = this.#stop;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      await Promise.race([this.#services.look(signal), stopped]);
      await pause(SERVICE_LOOK_MS, signal);
    }
  }

  async #followProgress(): Promise<void> {
    const look = progressLooker(this.#parts.lake.store);
    const { signal } = this.#stop;
    let isUnhealthy = false;
    while (!signal.aborted) {
      try {
        const found = await look();
        isUnhealthy = false;
        if (found.kind === 'changed') {
          this.#progress = found.progress;
          this.metrics.pipeline.take(found.progress);
          this.hub.broadcast({ type: 'progress', progress: found.progress });
          this.hub.broadcast({ type: 'state', ...this.state() });
        }
      } catch (error) {
        if (!isUnhealthy)
          this.#parts.logger?.warn({ err: error }, 'cannot read the progress of the pipeline');
        isUnhealthy = true;
      }
      await pause(POLL_MS, signal);
    }
  }
}

/** How often the log of a table on the network is looked at that others change seldom. */
const RARE_POLL_MS = 10_000;

const UNREADABLE = 'cannot be read; the log of the dashboard says why';

/** Resolves after a while, or at once when the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
