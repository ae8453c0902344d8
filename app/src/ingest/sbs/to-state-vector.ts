import { countryOfAddress } from '../../flight/address-blocks.ts';
import type { StateVector } from '../../flight/state-vector.ts';
import { feetPerMinuteToMps, feetToMetres, knotsToMps } from '../../flight/units.ts';
import { type HeardAircraft, isFresh, type Timed } from './aircraft.ts';

const [ADS_B, MLAT] = [0, 2];

/**
 * What was heard of an aircraft as a state vector, in OpenSky's units; what was a minute old at its last message is
 * null. All times are those of receipt: the sender's clock may be local time, or wrong.
 * @param snapshot_time epoch seconds: the second in which it was heard
 */
export function toStateVector(aircraft: HeardAircraft, snapshot_time: number): StateVector {
  const fresh = <T>(timed: Timed<T> | undefined): T | null =>
    timed !== undefined && isFresh(timed.at_ms, aircraft.last_contact_ms) ? timed.value : null;
  const place = fresh(aircraft.position);
  return {
    icao24: aircraft.icao24,
    callsign: fresh(aircraft.callsign),
    origin_country: countryOfAddress(aircraft.icao24),
    time_position:
      place === null || aircraft.position === undefined ? null : seconds(aircraft.position.at_ms),
    last_contact: seconds(aircraft.last_contact_ms),
    longitude: place?.longitude ?? null,
    latitude: place?.latitude ?? null,
    baro_altitude: turned(fresh(aircraft.baro_altitude_ft), feetToMetres),
    on_ground: fresh(aircraft.on_ground),
    velocity: turned(fresh(aircraft.ground_speed_kt), knotsToMps),
    true_track: fresh(aircraft.track),
    vertical_rate: turned(fresh(aircraft.baro_rate_fpm) ?? fresh(aircraft.geo_rate_fpm), feetPerMinuteToMps),
    sensors: null,
    geo_altitude: turned(fresh(aircraft.geo_altitude_ft), feetToMetres),
    squawk: fresh(aircraft.squawk),
    spi: fresh(aircraft.spi),
    position_source: place === null ? null : place.isMlat ? MLAT : ADS_B,
    category: null,
    snapshot_time,
    feed: 'sbs',
  };
}

const seconds = (at_ms: number): number => Math.floor(at_ms / 1000);

const turned = (value: number | null, turn: (value: number) => number): number | null =>
  value === null ? null : turn(value);
