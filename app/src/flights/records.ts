/** What a step takes: a row of Silver, by its column names. Degrees, metres, m/s; times in epoch seconds. */
export interface FlightRow {
  readonly icao24: string;
  readonly callsign: string | null;
  readonly time_position: number;
  readonly last_contact: number | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly baro_altitude: number | null;
  readonly geo_altitude: number | null;
  readonly on_ground: boolean | null;
  readonly velocity: number | null;
  readonly true_track: number | null;
  readonly vertical_rate: number | null;
  readonly squawk: string | null;
  readonly category: number | null;
}

/** How the airport of a take-off or landing is known, the surest first. */
export type Method = 'ground' | 'runway' | 'endpoint';

export const EVENT_TYPES = [
  'take_off',
  'landing',
  'go_around',
  'low_pass',
  'holding',
  'orbit',
  'squawk_7500',
  'squawk_7600',
  'squawk_7700',
  'position_jump',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** A row of `gold/flights`; times in epoch seconds. */
export interface FlightRecord {
  readonly flight_id: string;
  readonly icao24: string;
  readonly callsign: string | null;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly departure_airport: string | null;
  readonly arrival_airport: string | null;
  readonly departure_runway: string | null;
  readonly arrival_runway: string | null;
  readonly takeoff_time: number | null;
  readonly landing_time: number | null;
  /** The larger of those of take-off and landing. */
  readonly time_uncertainty_s: number | null;
  readonly departure_method: Method | null;
  readonly arrival_method: Method | null;
  readonly departure_confidence: number | null;
  readonly arrival_confidence: number | null;
  readonly go_arounds: number;
  readonly distance_km: number;
  readonly max_altitude_m: number | null;
  readonly record_count: number;
  readonly max_gap_s: number;
  readonly status: 'airborne' | 'landed' | 'lost';
}

/** A row of `gold/flight_events`; times in epoch seconds. Key: flight_id, event_type, evidence_from. */
export interface EventRecord {
  readonly flight_id: string;
  readonly icao24: string;
  readonly callsign: string | null;
  readonly event_type: EventType;
  readonly event_time: number;
  readonly time_uncertainty_s: number;
  readonly airport: string | null;
  readonly runway: string | null;
  readonly longitude: number;
  readonly latitude: number;
  readonly altitude_m: number | null;
  /** Above the airport; null without one. */
  readonly height_m: number | null;
  readonly confidence: number;
  readonly method: string;
  readonly evidence_from: number;
  readonly evidence_to: number;
}

/** The key of an event: what a later version of it replaces. */
export type EventKey = Pick<EventRecord, 'flight_id' | 'event_type' | 'evidence_from'>;

/** A change of the tables. Applying one twice is the same as once; dropping what is not there does nothing. */
export type Change =
  | { readonly kind: 'flight'; readonly flight: FlightRecord }
  | { readonly kind: 'event'; readonly event: EventRecord }
  | { readonly kind: 'drop'; readonly key: EventKey };

export const keyText = ({ flight_id, event_type, evidence_from }: EventKey): string =>
  `${flight_id} ${event_type} ${evidence_from}`;
