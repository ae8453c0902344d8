import type { Sighting } from '../../../src/dashboard/live/picture.ts';
import { decodeFrame } from '../../../src/wire/decode.ts';
import type { Frame } from '../../../src/wire/frame.ts';
import { GEO_UNKNOWN, readAircraft } from '../../../src/wire/units.ts';
import { AIRLINER } from '../../wire/frames.ts';

/** When the tests take place, epoch seconds. */
export const NOW = 1_700_000_000;

/** One aircraft somewhere, known since `NOW`. */
export function sighting(change: Partial<Sighting> = {}): Sighting {
  return {
    ...AIRLINER,
    origin_country: 'Germany',
    time_position: NOW,
    last_contact: NOW,
    feed: 'opensky',
    source: null,
    registration: null,
    type_code: null,
    ingested_at: null,
    topic_offset: null,
    ...change,
  };
}

/** A client of the wire format: what the page keeps, in the smallest form that can be compared. */
export class Watcher {
  tick: number | null = null;
  picture: number | null = null;
  readonly aircraft: Map<number, ReturnType<typeof readAircraft> & { timePosition: number }> = new Map();

  /** Applies a frame as `FORMAT.md` says, insisting on what it promises. */
  apply(bytes: Uint8Array): Frame {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) throw new Error(`not a frame: ${decoded.fault}`);
    const { frame } = decoded;
    const eventTime = frame.eventTime ?? 0;
    if (frame.kind === 'full') {
      this.aircraft.clear();
      this.picture = frame.picture;
    } else if (frame.picture !== this.picture || frame.baseTick !== this.tick) {
      throw new Error(
        `frame of ${frame.picture}/${frame.baseTick} for a watcher at ${this.picture}/${this.tick}`,
      );
    }
    for (const slot of frame.removed) {
      if (!this.aircraft.delete(slot)) throw new Error(`slot ${slot} is removed but was not there`);
    }
    frame.rows.slots.forEach((slot, i) => {
      const timePosition = eventTime - (frame.rows.columns.age[i] ?? 0);
      this.aircraft.set(slot, { ...readAircraft(frame.rows.columns, i), timePosition });
    });
    frame.moved.slots.forEach((slot, i) => {
      const known = this.aircraft.get(slot);
      if (known === undefined) throw new Error(`slot ${slot} moved but was not there`);
      const { columns } = frame.moved;
      this.aircraft.set(slot, {
        ...known,
        longitude: (Math.round(known.longitude * 1e5) + (columns.longitude[i] ?? 0)) / 1e5,
        latitude: (Math.round(known.latitude * 1e5) + (columns.latitude[i] ?? 0)) / 1e5,
        altitude_m: known.altitude_m === null ? null : (columns.altitude[i] ?? 0),
        geo_altitude:
          known.altitude_m === null || columns.geo_offset[i] === GEO_UNKNOWN
            ? null
            : (columns.altitude[i] ?? 0) + 10 * (columns.geo_offset[i] ?? 0),
        velocity: known.velocity === null ? null : (columns.velocity[i] ?? 0) / 10,
        true_track: known.true_track === null ? null : (columns.true_track[i] ?? 0) / 100,
        vertical_rate: known.vertical_rate === null ? null : (columns.vertical_rate[i] ?? 0) / 10,
        timePosition: eventTime - (columns.age[i] ?? 0),
      });
    });
    this.tick = frame.tick;
    return frame;
  }
}
