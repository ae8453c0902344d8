import type { EventKey, EventRecord, FlightRecord, Method } from './records.ts';

/** A runway end whose course rows had, and how well they fitted. */
export interface Hit {
  /** Into the ends of the runway index. */
  readonly end: number;
  rows: number;
  /** Sums over rows: weights, larger near the runway, and |cross-track| times weight. */
  weight: number;
  cross: number;
  to: number;
  /** Metres from the threshold along the runway, of the first and the newest row. */
  firstAlong: number;
  along: number;
  /** The shortest way to the runway; 0 beside it. */
  nearest: number;
  /** When it was 300 m behind the threshold; null when it never was. */
  touch: number | null;
}

/** A take-off that is looked at: it stood on the ground or was first seen in the air. */
export interface Departure {
  /** The last time on the ground; null when there was none. */
  ground: number | null;
  /** The first time in the air. */
  air: number | null;
  field: string | null;
  from: number;
  to: number;
  hits: Hit[];
  rows: number;
  /** The first place in the air, and its altitude. */
  latitude: number;
  longitude: number;
  altitude: number | null;
  /** How fast, and how fast up, over the first rows. */
  speed: number;
  climb: number;
  /** From the first place in the air to the second; null before. */
  course: number | null;
  /** A row on the ground was as fast as only a roll is. */
  rolled: boolean;
  risen: boolean;
}

/** An approach that is looked at: rows in line with runways. */
export interface Approach {
  readonly from: number;
  /** The newest aligned row. */
  to: number;
  hits: Hit[];
  /** The greatest height of its aligned rows. */
  high: number;
  /** At a slow pace: a row before the runway was descending. */
  sank: boolean;
  low: Low;
}

/** The lowest point so far, above the field of the runway that was nearest. */
export interface Low {
  height: number;
  altitude: number;
  time: number;
  latitude: number;
  longitude: number;
  /** To the threshold, 0 behind it. */
  distance: number;
}

/** Level flight within a circle. Times weigh the sums, so that the pace does not show. */
export interface Loiter {
  from: number;
  latitude: number;
  longitude: number;
  altitude: number;
  way: number;
  turn: number;
  /** The turn at which it was judged last. */
  judged: number;
  course: number | null;
  weight: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
  /** What it qualified as, and when last. */
  kind: 'holding' | 'orbit' | null;
  to: number;
  laps: number;
  middle: readonly [latitude: number, longitude: number] | null;
}

/** Reports of an emergency code. */
export interface Squawk {
  readonly code: '7500' | '7600' | '7700';
  readonly from: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number | null;
  to: number;
  rows: number;
}

/** Jumps of the position, one soon after another. */
export interface JumpRun {
  readonly from: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number | null;
  to: number;
  rows: number;
}

/** A take-off or landing that is decided. */
export interface Movement {
  readonly airport: string | null;
  readonly runway: string | null;
  readonly time: number;
  readonly uncertainty: number;
  readonly method: Method;
  readonly confidence: number;
}

/**
 * All that is known of one aircraft: its open flight. Plain data, of bounded size; the rows of the open flight make it
 * again. Epoch seconds, degrees, metres, m/s.
 */
export interface AircraftState {
  readonly icao24: string;
  /** Of its open flight. */
  readonly flightId: string;
  first: number;
  last: number;
  lastContact: number | null;
  rows: number;
  maxGap: number;
  way: number;
  maxAltitude: number | null;
  /** The most frequent callsigns and how often each came; at most four. */
  callsigns: [name: string, rows: number][];
  /** A callsign that may begin another flight, and in how many rows in a row. */
  newCallsign: string | null;
  newCallsignRows: number;
  callsignChangeOpen: boolean;
  category: number;

  /** The newest accepted position, and the one before it that was another. */
  t: number;
  latitude: number;
  longitude: number;
  beforeT: number;
  beforeLatitude: number;
  beforeLongitude: number;
  beforeAltitude: number | null;
  /** Where courses are taken from: a place at least a baseline behind `near`. */
  farT: number;
  farLatitude: number;
  farLongitude: number;
  nearT: number;
  nearLatitude: number;
  nearLongitude: number;
  /** A place that would be a jump; accepted when the next row agrees with it. */
  oddT: number | null;
  oddLatitude: number;
  oddLongitude: number;
  velocity: number | null;
  /** The newest vertical rate, reported or from altitudes. */
  climb: number;
  beforeClimb: number;

  /** The newest accepted altitude above the sea, its time, and one that was refused. */
  altitude: number | null;
  altitudeT: number;
  altitudeOdd: number | null;
  /** What makes pressure altitude the height above the sea, from rows on the ground. */
  pressure: number | null;

  /** Seconds between rows, and the speed in the air: running means. */
  pace: number;
  speed: number;
  /** Running mean of |true_track - course| on straight ways; null before it could be compared. */
  trackError: number | null;
  /** The newest true_track. */
  track: number | null;

  isGround: boolean;
  /** Rows in the air since it was last on the ground, and the greatest height over a field meanwhile. */
  airRows: number;
  airHigh: boolean;
  lowHeight: number | null;
  groundFrom: number | null;
  stillFrom: number | null;
  stillLatitude: number;
  stillLongitude: number;
  hoverRows: number;
  /** The newest time in the air; null before. */
  airT: number | null;
  /** The longest gap of the last rows, which excuses a missing approach. */
  recentGap: number;
  recentGapT: number;

  departure: Departure | null;
  approach: Approach | null;
  loiter: Loiter | null;
  squawks: Squawk[];
  jumps: JumpRun | null;

  takeOff: Movement | null;
  landing: Movement | null;
  goArounds: number;
  /** The newest low pass, which a landing elsewhere takes back. */
  pass: (EventKey & { readonly airport: string; readonly time: number }) | null;
  /** Keys of events that later rows may take back, as last said. */
  said: EventKey[];
  /** Not heard for long, and said so. */
  isLost: boolean;
}

/** Decided events leave the state through this. */
export interface Sink {
  event(event: EventRecord): void;
  drop(key: EventKey): void;
  flight(flight: FlightRecord): void;
}
