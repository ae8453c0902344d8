import type { Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation } from '../engine/engine.ts';
import type { Column } from '../lake/column.ts';
import { dataFiles } from '../lake/lake.ts';
import { newestTimePosition } from '../lake/newest-time-position.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { HORIZON_SECONDS, OPEN_WINDOWS, PARAMETERS, QUERIES } from './queries.ts';

/** Batches whose rows may lie in `flights` side by side: a trigger of one second has 300 in a window. */
export const BATCHES_SIDE_BY_SIDE = 16;

/** Columns of the relations `recent` and `earlier`. */
export const RECENT_COLUMNS: readonly Column[] = [
  { name: 'icao24', type: 'string' },
  { name: 'time_position', type: 'long' },
  { name: 'last_contact', type: 'long' },
  { name: 'altitude_m', type: 'double' },
  { name: 'velocity_kmh', type: 'double' },
  { name: 'vertical_rate', type: 'double' },
  { name: 'longitude', type: 'double' },
  { name: 'latitude', type: 'double' },
  { name: 'on_ground', type: 'boolean' },
  { name: 'age_rank', type: 'integer' },
];
export const EMPTY_RECENT: Relation = { kind: 'rows', columns: RECENT_COLUMNS, rows: [] };
export const KEPT = {
  recent: { kind: 'kept', name: 'recent' },
  flights: { kind: 'kept', name: 'flights' },
} as const satisfies Record<string, Relation>;

/**
 * What the pipeline keeps of the past between batches: the newest rows of each aircraft and the rows of the newest
 * Gold windows. A cache and nothing more: it is made from Silver_ML at start, and what it has let go is read
 * from the lake when a late row asks for it.
 */
export class Memory {
  readonly #engine: Engine;
  #newest: bigint | null = null;
  /** Batches in `flights` since it was last added up. */
  #sideBySide = 0;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Makes it from the lake; reads the files of the last hours only. `ml` null: the lake is empty. */
  static async load(engine: Engine, ml: Snapshot | null, signal: AbortSignal | undefined): Promise<Memory> {
    const memory = new Memory(engine);
    memory.#newest = ml === null ? null : newestTimePosition(ml);
    const since = (seconds: bigint): Relation => mlRelation(ml, seconds);
    await engine.keep('recent', {
      sql: QUERIES.recent,
      relations: { recent: EMPTY_RECENT, fresh: since(memory.horizon - BigInt(PARAMETERS.reach_seconds)) },
      parameters: { keep_rows: PARAMETERS.keep_rows, horizon_seconds: memory.horizon },
      signal,
    });
    await engine.keep('flights', {
      sql: QUERIES.flights,
      relations: { fresh: since(memory.openSince) },
      parameters: { window_seconds: PARAMETERS.window_seconds, floor: memory.openSince },
    });
    return memory;
  }

  /** Aircraft whose newest row is older than this are not in `recent`. Epoch seconds. */
  get horizon(): bigint {
    return this.#newest === null ? 0n : this.#newest - BigInt(HORIZON_SECONDS);
  }

  /** Windows that start here or later are whole in `flights`. Epoch seconds. */
  get openSince(): bigint {
    if (this.#newest === null) return 0n;
    const window = BigInt(PARAMETERS.window_seconds);
    return this.#newest - (this.#newest % window) - window * BigInt(OPEN_WINDOWS - 1);
  }

  /** Takes in what Gold aggregates of the new rows of a batch. */
  async rememberFlights(fresh: Relation): Promise<void> {
    const { window_seconds } = PARAMETERS;
    this.#sideBySide += 1;
    await this.#engine.extend('flights', {
      sql: QUERIES.flights,
      relations: { fresh },
      parameters: { window_seconds, floor: this.openSince },
    });
  }

  /** Takes in the newest rows of each aircraft of a batch. */
  async rememberAircraft(fresh: Relation): Promise<void> {
    const { keep_rows } = PARAMETERS;
    await this.#engine.keep('recent', {
      sql: QUERIES.recent,
      relations: { recent: KEPT.recent, fresh },
      parameters: { keep_rows, horizon_seconds: this.horizon },
    });
  }

  /**
   * Moves on to the newest event time and lets go what lies behind; after Gold has used it. Adds up what many batches have
   * brought.
   */
  async advance(newest: bigint | null): Promise<void> {
    const before = this.openSince;
    if (newest !== null && (this.#newest === null || newest > this.#newest)) this.#newest = newest;
    if (this.openSince === before && this.#sideBySide < BATCHES_SIDE_BY_SIDE) return;
    this.#sideBySide = 0;
    await this.#engine.keep('flights', {
      sql: QUERIES.openFlights,
      relations: { flights: KEPT.flights },
      parameters: { floor: this.openSince },
    });
  }
}

/** The rows of Silver_ML from `since` on, by file; a few older ones come along. */
export function mlRelation(ml: Snapshot | null, since: bigint): Relation {
  const files = ml?.files([{ column: 'time_position', min: since }]) ?? [];
  return dataFiles(SILVER_FLIGHTS_ML, ml, { files });
}
