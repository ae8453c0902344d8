import type { StateVector } from '../../src/flight/state-vector.ts';

/** A state vector for tests; what a test is about, it says in `fields`. */
export function vector(fields: Partial<StateVector> = {}): StateVector {
  return {
    icao24: '4b1812',
    callsign: 'SWR252  ',
    origin_country: 'Switzerland',
    time_position: 1634471389,
    last_contact: 1634471390,
    longitude: 16.6419,
    latitude: 45.505,
    baro_altitude: 11285.22,
    on_ground: false,
    velocity: 236.32,
    true_track: 117.62,
    vertical_rate: 0,
    sensors: null,
    geo_altitude: 11475.72,
    squawk: '3020',
    spi: false,
    position_source: 0,
    category: null,
    snapshot_time: 1634471390,
    feed: 'opensky',
    ...fields,
  };
}
