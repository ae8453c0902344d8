/** Small synthetic tracks, drawn in the plane of a runway. */
import { readFileSync } from 'node:fs';
import { parseRunways } from '../../src/flight/runways.ts';
import { METRES_PER_DEGREE } from '../../src/flights/geometry.ts';
import { FlightBook } from '../../src/flights/flight-book.ts';
import { type EventRecord, type FlightRecord, type FlightRow, keyText } from '../../src/flights/records.ts';
import { indexRunways, type RunwayEnd } from '../../src/flights/runway-index.ts';
import { airports } from '../ingest/airports.ts';

/** The airports and runways that are shipped. */
export const index = indexRunways(
  airports,
  parseRunways(JSON.parse(readFileSync(new URL('../../src/lake/runways.json', import.meta.url), 'utf8'))),
);

export function endOf(airport: string, ident: string): RunwayEnd {
  const end = index.ends.find((one) => one.field.ident === airport && one.ident === ident);
  if (end === undefined) throw new Error(`${airport} has no runway ${ident}`);
  return end;
}

/** A place on the way: metres behind the threshold, to the right of the centre line, and above the field. */
export interface Waypoint {
  /** Seconds from the start. */
  readonly t: number;
  readonly along: number;
  readonly cross?: number;
  /** Null on the ground. */
  readonly height: number | null;
}

export const START = 1_767_225_600;

/** Rows each `pace` seconds along straight lines between waypoints. `change` makes any row what it likes. */
export function fly(
  end: RunwayEnd,
  waypoints: readonly Waypoint[],
  pace = 10,
  change: (row: FlightRow, t: number) => Partial<FlightRow> = () => ({}),
): readonly FlightRow[] {
  const rows: FlightRow[] = [];
  const until = waypoints.at(-1)?.t ?? 0;
  for (let t = waypoints[0]?.t ?? 0; t <= until; t += pace) {
    const at = Math.max(
      0,
      waypoints.findLastIndex((one) => one.t <= t),
    );
    const from = waypoints[at] as Waypoint;
    const to = waypoints[at + 1] ?? from;
    const share = to.t === from.t ? 0 : (t - from.t) / (to.t - from.t);
    const mix = (a: number, b: number): number => a + (b - a) * share;
    const seconds = Math.max(1, to.t - from.t);
    const height = from.height === null ? null : mix(from.height, to.height ?? 0);
    const [along, cross] = [mix(from.along, to.along), mix(from.cross ?? 0, to.cross ?? 0)];
    const east = along * end.sine + cross * end.cosine;
    const north = along * end.cosine - cross * end.sine;
    const forward = Math.hypot(to.along - from.along, (to.cross ?? 0) - (from.cross ?? 0));
    const turn = Math.atan2((to.cross ?? 0) - (from.cross ?? 0), to.along - from.along);
    const row: FlightRow = {
      icao24: '3c0001',
      callsign: 'TEST1',
      time_position: START + t,
      last_contact: START + t,
      latitude: end.latitude + north / METRES_PER_DEGREE,
      longitude: end.longitude + east / end.eastMetres,
      baro_altitude: height === null ? null : height + end.field.elevation_m,
      geo_altitude: null,
      on_ground: height === null,
      velocity: forward / seconds,
      true_track: (end.course + (turn * 180) / Math.PI + 360) % 360,
      vertical_rate: height === null ? null : ((to.height ?? 0) - (from.height ?? 0)) / seconds,
      squawk: null,
      category: null,
    };
    rows.push({ ...row, ...change(row, t) });
  }
  return rows;
}

/** What the tables hold after the rows, fed in batches of a size. */
export function told(
  rows: readonly FlightRow[],
  batch: number = rows.length,
): { readonly flights: readonly FlightRecord[]; readonly events: readonly EventRecord[] } {
  const book = new FlightBook(index);
  const flights = new Map<string, FlightRecord>();
  const events = new Map<string, EventRecord>();
  for (let at = 0; at < rows.length; at += batch)
    for (const change of book.take(rows.slice(at, at + batch)).changes) {
      if (change.kind === 'flight') flights.set(change.flight.flight_id, change.flight);
      else if (change.kind === 'event') events.set(keyText(change.event), change.event);
      else events.delete(keyText(change.key));
    }
  return { flights: [...flights.values()], events: [...events.values()] };
}

/** The events of rows, as `take_off EHAM 36C`. */
export const words = (rows: readonly FlightRow[], batch?: number): readonly string[] =>
  told(rows, batch).events.map(({ event_type, airport, runway }) =>
    [event_type, airport, airport === null ? null : (runway ?? '?')]
      .filter((word) => word !== null)
      .join(' '),
  );

/** From a stand of the runway's airport into the air, 90 s on the way to the runway. */
export const TAKE_OFF: readonly Waypoint[] = [
  { t: 0, along: -100, cross: 150, height: null },
  { t: 60, along: 0, height: null },
  { t: 100, along: 1600, height: 0 },
  { t: 200, along: 10_000, height: 900 },
  { t: 500, along: 60_000, height: 5_000 },
];

/** From 5,000 m down a straight final onto the runway, and off it. */
export const LANDING: readonly Waypoint[] = [
  { t: 1000, along: -60_000, height: 4_000 },
  { t: 1300, along: -18_000, height: 943 },
  { t: 1550, along: 0, height: 15 },
  { t: 1555, along: 300, height: 0 },
  { t: 1556, along: 330, height: null },
  { t: 1590, along: 1400, height: null },
  { t: 1650, along: 1500, cross: 250, height: null },
];
