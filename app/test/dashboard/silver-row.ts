import type { Value } from '../../src/lake/column.ts';
import { NOW } from './live/sightings.ts';

/** One row of Silver at `NOW`. */
export function silverRow(change: Readonly<Record<string, Value>> = {}): Readonly<Record<string, Value>> {
  return {
    icao24: 'aaaaaa',
    callsign: 'DLH4AB',
    origin_country: 'Germany',
    time_position: BigInt(NOW),
    last_contact: BigInt(NOW),
    longitude: 8,
    latitude: 50,
    altitude_m: 11_000,
    velocity: 240,
    true_track: 90,
    vertical_rate: 0,
    on_ground: false,
    squawk: '1000',
    category: 4,
    feed: 'simulator',
    event_date: '2023-11-14',
    ...change,
  };
}
