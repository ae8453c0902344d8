import type { Change, EventRecord, FlightRecord } from '../../app/src/flights/records.ts';
import { keyText } from '../../app/src/flights/records.ts';
import type { KnownFlight, KnownMovement } from './flights.ts';

/** What was said of known events, added up. */
export interface Score {
  known: number;
  found: number;
  /** Said, but not known. */
  false: number;
  /** The runways of the found ones. */
  right: number;
  none: number;
  wrong: number;
  /** Seconds between said and known time. */
  errors: number[];
}

export const KINDS = ['take_off', 'landing', 'go_around', 'low_pass', 'holding'] as const;
export type Kind = (typeof KINDS)[number];
export type Scores = Record<Kind, Score>;

export const noScores = (): Scores =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, { known: 0, found: 0, false: 0, right: 0, none: 0, wrong: 0, errors: [] }]),
  ) as unknown as Scores;

/** The tables after all changes in turn. */
export class Tables {
  readonly flights = new Map<string, FlightRecord>();
  readonly events = new Map<string, EventRecord>();

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'flight') this.flights.set(change.flight.flight_id, change.flight);
      else if (change.kind === 'event') this.events.set(keyText(change.event), change.event);
      else this.events.delete(keyText(change.key));
    }
  }
}

/** One event that is known to have happened. */
export interface Known {
  readonly kind: Kind;
  readonly icao24: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly airport: string | null;
  /** Runways that are right; null where it is not asked for. */
  readonly runways: readonly string[] | null;
  /** It may be found or not: at the edge of the record, or without a runway. */
  readonly isOptional?: boolean;
}

/** Adds up what the tables say of what is known. An event is found by kind, airport and time. */
export function score(
  scores: Scores,
  known: readonly Known[],
  events: Iterable<EventRecord>,
  tolerance_s: number,
): void {
  const said = [...events];
  const taken = new Set<EventRecord>();
  for (const one of known) {
    const sum = scores[one.kind];
    if (one.isOptional !== true) sum.known += 1;
    const off = (event: EventRecord): number => Math.abs(event.event_time - one.time);
    const [best] = said
      .filter(
        (event) =>
          !taken.has(event) &&
          event.event_type === one.kind &&
          event.icao24 === one.icao24 &&
          (one.airport === null || event.airport === one.airport) &&
          off(event) <= tolerance_s,
      )
      .toSorted((a, b) => off(a) - off(b));
    if (best === undefined) continue;
    taken.add(best);
    if (one.isOptional === true) continue;
    sum.found += 1;
    sum.errors.push(off(best));
    if (one.runways === null) continue;
    if (best.runway === null) sum.none += 1;
    else if (one.runways.includes(best.runway)) sum.right += 1;
    else sum.wrong += 1;
  }
  for (const event of said)
    if (!taken.has(event) && (KINDS as readonly string[]).includes(event.event_type))
      scores[event.event_type as Kind].false += 1;
}

/** What is known of a recorded flight, as events of its day. */
export function knownOf(flight: KnownFlight, icao24: string, day: number): readonly Known[] {
  const at = (time: string): number => {
    const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
    return day + hours * 3600 + minutes * 60 + seconds;
  };
  const movement = (kind: Kind, one: KnownMovement | null): readonly Known[] =>
    one === null || one.time === null
      ? []
      : [{ kind, icao24, time: at(one.time), airport: one.airport, runways: one.runways }];
  return [
    ...movement('take_off', flight.takeOff),
    ...movement('landing', flight.landing),
    ...flight.events.map(([type, time, runways]): Known => ({
      kind: type as Kind,
      icao24,
      time: at(time),
      airport: null,
      runways,
    })),
  ];
}

export const recall = ({ found, known }: Score): number => (known === 0 ? 1 : found / known);
export const precision = (one: Score): number =>
  one.found + one.false === 0 ? 1 : one.found / (one.found + one.false);
const rated = ({ right, none, wrong }: Score): number => right + none + wrong;
export const rightShare = (one: Score): number => (rated(one) === 0 ? 1 : one.right / rated(one));
export const wrongShare = (one: Score): number => (rated(one) === 0 ? 0 : one.wrong / rated(one));

/** Half of the errors are smaller. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
