import type { Change, EventRecord, FlightRecord, FlightRow } from './records.ts';
import { keyText } from './records.ts';
import type { RunwayIndex } from './runway-index.ts';
import { RULES } from './rules.ts';
import type { AircraftState } from './state.ts';
import { step } from './step.ts';
import { finish, settle } from './view.ts';

/** Not heard for so long: an open flight is lost, if it does not come back. */
const LOST_S = 3600;

/** What a batch changes. */
export interface BookChanges {
  /** The flight of each row, in the order of the rows. */
  readonly flightIds: readonly string[];
  /** The newest state of each flight and event that changed; keys that no longer hold. */
  readonly changes: readonly Change[];
}

/**
 * The flights of all aircraft that are in the air. Takes rows of any number of aircraft in any cut; the rows of one
 * aircraft come in the order of (time_position, last_contact). However the rows are cut, applying all changes in turn
 * gives the same tables.
 *
 * The book is memory, not a store: after a crash, feed the rows of open flights (from `first_seen` on, of flights that
 * are not older than {@link FlightBook.horizonSeconds}) to a new one with {@link FlightBook.load}.
 */
export class FlightBook {
  /** An aircraft that is silent for so long begins another flight, so its state may go. */
  static readonly horizonSeconds: number = RULES.split.longGap_s;

  readonly #index: RunwayIndex;
  readonly #states = new Map<string, AircraftState>();
  #newest = -Infinity;

  constructor(index: RunwayIndex) {
    this.#index = index;
  }

  /** Aircraft in memory. */
  get size(): number {
    return this.#states.size;
  }

  /** Takes rows in, and answers what they change. */
  take(rows: Iterable<FlightRow>): BookChanges {
    const changes = new Changes();
    const touched = new Set<string>();
    const flightIds: string[] = [];
    for (const row of rows) {
      const known = this.#states.get(row.icao24) ?? null;
      const state = step(this.#index, known, row, changes);
      if (state !== known) this.#states.set(row.icao24, state);
      if (row.time_position > this.#newest) this.#newest = row.time_position;
      touched.add(row.icao24);
      flightIds.push(state.flightId);
    }
    for (const icao24 of touched)
      settle(this.#index, this.#states.get(icao24) as AircraftState, changes, false);
    this.#sweep(changes, touched);
    return { flightIds, changes: changes.list() };
  }

  /** Takes rows in that the tables have seen: the same as {@link take}, but nothing is said of them. */
  load(rows: Iterable<FlightRow>): void {
    this.take(rows);
  }

  /** Aircraft that are silent: lost after an hour, forgotten after the horizon. */
  #sweep(changes: Changes, touched: ReadonlySet<string>): void {
    for (const [icao24, state] of this.#states) {
      const silent = this.#newest - state.last;
      if (silent > FlightBook.horizonSeconds) {
        finish(this.#index, state, changes, true);
        this.#states.delete(icao24);
      } else if (silent > LOST_S && (!state.isLost || touched.has(icao24))) {
        settle(this.#index, state, changes, true);
        state.isLost = true;
      } else if (silent <= LOST_S) state.isLost = false;
    }
  }

  /** The states as plain data, for tests and for a look inside. */
  snapshot(): readonly AircraftState[] {
    return [...this.#states.values()];
  }

  /** A book with states as {@link snapshot} gave them. `newest`: of the rows that made them. */
  static restore(index: RunwayIndex, states: readonly AircraftState[]): FlightBook {
    const book = new FlightBook(index);
    for (const state of states) {
      book.#states.set(state.icao24, structuredClone(state));
      book.#newest = Math.max(book.#newest, state.last);
    }
    return book;
  }
}

/** Keeps the newest change of each flight and event. */
class Changes {
  readonly #flights = new Map<string, FlightRecord>();
  readonly #events = new Map<string, Change>();

  flight(flight: FlightRecord): void {
    this.#flights.set(flight.flight_id, flight);
  }

  event(event: EventRecord): void {
    this.#events.set(keyText(event), { kind: 'event', event });
  }

  drop(key: Parameters<typeof keyText>[0]): void {
    this.#events.set(keyText(key), { kind: 'drop', key });
  }

  list(): readonly Change[] {
    return [
      ...[...this.#flights.values()].map((flight): Change => ({ kind: 'flight', flight })),
      ...this.#events.values(),
    ];
  }
}
