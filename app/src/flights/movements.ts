import type { EventRecord } from './records.ts';

/** A row of `gold/airport_movements`; `hour_start` in epoch seconds. Key: all but the counts. */
export interface AirportMovements {
  readonly hour_start: number;
  readonly airport: string;
  /** `?` when unknown. */
  readonly runway: string;
  readonly direction: 'arrival' | 'departure';
  readonly movements: number;
  readonly go_arounds: number;
}

const HOUR_S = 3600;

/**
 * Counts take-offs, landings and go-arounds by hour, airport, runway and direction; a go-around counts with the arrivals and is no
 * movement. Events without an airport do not count. Rows come in the order of their key.
 */
export function airportMovements(events: Iterable<EventRecord>): readonly AirportMovements[] {
  const found = new Map<string, AirportMovements>();
  for (const { event_type, event_time, airport, runway: name } of events) {
    if (airport === null) continue;
    if (event_type !== 'take_off' && event_type !== 'landing' && event_type !== 'go_around') continue;
    const hour_start = Math.floor(event_time / HOUR_S) * HOUR_S;
    const runway = name ?? '?';
    const direction = event_type === 'take_off' ? 'departure' : 'arrival';
    const key = `${hour_start} ${airport} ${runway} ${direction}`;
    const before = found.get(key) ?? { hour_start, airport, runway, direction, movements: 0, go_arounds: 0 };
    const isGoAround = event_type === 'go_around';
    found.set(key, {
      ...before,
      movements: before.movements + (isGoAround ? 0 : 1),
      go_arounds: before.go_arounds + (isGoAround ? 1 : 0),
    });
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
