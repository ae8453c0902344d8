/** A value and when it was received, epoch ms by our clock. */
export interface Timed<T> {
  readonly value: T;
  readonly at_ms: number;
}

/** What has been heard of an aircraft, each value with its own age, in the units of the format. */
export interface HeardAircraft {
  readonly icao24: string;
  readonly last_contact_ms: number;
  readonly callsign?: Timed<string>;
  readonly position?: Timed<{
    readonly latitude: number;
    readonly longitude: number;
    readonly isMlat: boolean;
  }>;
  readonly baro_altitude_ft?: Timed<number>;
  readonly geo_altitude_ft?: Timed<number>;
  readonly ground_speed_kt?: Timed<number>;
  readonly track?: Timed<number>;
  readonly baro_rate_fpm?: Timed<number>;
  readonly geo_rate_fpm?: Timed<number>;
  readonly squawk?: Timed<string>;
  readonly spi?: Timed<boolean>;
  readonly on_ground?: Timed<boolean>;
}

/** A value is of no use when it is older. */
const EXPIRY_MS = 60_000;

/** Also when the clock was set back in between: then nothing is known of the age. */
export const isFresh = (at_ms: number, now_ms: number): boolean => Math.abs(now_ms - at_ms) <= EXPIRY_MS;
