/**
 * One state vector as in the topic: OpenSky's 18 fields, plus where it came from.
 *
 * Units are OpenSky's (https://openskynetwork.github.io/opensky-api/rest.html): degrees, metres, m/s, epoch seconds
 * UTC. Every field may be null: a feed that does not know a value gives null, never 0 or ''.
 */
export interface StateVector extends OpenSkyVector, ReceiverFacts {
  /**
   * Which of several sources it came from, by its configured name. The loop into the topic sets it if there are several
   * sources.
   */
  readonly source?: string | null;
}

/** The fields of every feed; null if a feed does not know one. */
export interface OpenSkyVector {
  /** ICAO 24-bit address, 6 hexadecimal digits; `~` in front marks a non-ICAO address. */
  readonly icao24: string | null;
  /** As sent: OpenSky pads to 8 characters with blanks. */
  readonly callsign: string | null;
  readonly origin_country: string | null;
  /** Epoch seconds of the last position report. */
  readonly time_position: number | null;
  /** Epoch seconds of the last message of any kind. */
  readonly last_contact: number | null;
  /** Degrees east, WGS 84. */
  readonly longitude: number | null;
  /** Degrees north, WGS 84. */
  readonly latitude: number | null;
  /** Barometric altitude, metres. */
  readonly baro_altitude: number | null;
  readonly on_ground: boolean | null;
  /** Ground speed, m/s. */
  readonly velocity: number | null;
  /** Degrees clockwise from true north. */
  readonly true_track: number | null;
  /** m/s, positive when climbing. */
  readonly vertical_rate: number | null;
  readonly sensors: readonly number[] | null;
  /** Geometric altitude, metres above the WGS 84 ellipsoid. */
  readonly geo_altitude: number | null;
  /** 4 octal digits, as text. */
  readonly squawk: string | null;
  readonly spi: boolean | null;
  /** 0 ADS-B, 1 ASTERIX, 2 MLAT, 3 FLARM. */
  readonly position_source: number | null;
  /** Emitter category 0..20, see `category.ts`. */
  readonly category: number | null;
  /** Epoch seconds: the `time` of the answer that held this vector. */
  readonly snapshot_time: number | null;
  readonly feed: Feed | null;
}

/** What receivers know beyond OpenSky's fields; absent if a feed does not say. */
export interface ReceiverFacts {
  readonly registration?: string | null;
  /** ICAO aircraft type designator (Doc 8643), as `A320`. */
  readonly type_code?: string | null;
  /** Navigation integrity category 0..11 (DO-260B). */
  readonly nic?: number | null;
  /** Navigation accuracy category for position 0..11 (DO-260B). */
  readonly nac_p?: number | null;
  /** Signal strength, dBFS, at most 0. */
  readonly rssi?: number | null;
}

/** Where a state vector came from. */
export const FEEDS = ['opensky', 'simulator', 'replay', 'readsb', 'adsbx', 'sbs', 'archive'] as const;
export type Feed = (typeof FEEDS)[number];

/** The value of one topic message: UTF-8 JSON, keys in the order of {@link StateVector}. */
export function encodeStateVector(vector: StateVector): string {
  return JSON.stringify(vector);
}
