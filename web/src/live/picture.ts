import { copyRows, createColumns, MAX_SLOTS, ROW, type RowColumns } from 'contrail/wire/columns';
import type { Frame, MovedBlock, RowBlock } from 'contrail/wire/frame';
import {
  decodeIcao24,
  encodeIcao24,
  readAircraft,
  readCallsign,
  readCountry,
  readFeed,
} from 'contrail/wire/units';

/** What applying a frame did. `refused`: the frame does not fit this picture, ask for a full one. */
export type Applied =
  | { readonly kind: 'applied'; readonly changed: number; readonly cameOrWent: boolean }
  | { readonly kind: 'refused' };

/** One aircraft in units for people; null if the feed does not say. */
export interface Aircraft {
  readonly slot: number;
  /** Lower-case hex, `~` in front of a non-ICAO address. */
  readonly icao24: string;
  readonly callsign: string | null;
  readonly country: string | null;
  /** Emitter category 0..20. */
  readonly category: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly altitude_m: number | null;
  /** Metres above the WGS 84 ellipsoid. */
  readonly geo_altitude: number | null;
  readonly velocity_kmh: number | null;
  /** Degrees clockwise from true north. */
  readonly true_track: number | null;
  /** m/s, positive when climbing. */
  readonly vertical_rate: number | null;
  /** 4 octal digits. */
  readonly squawk: string | null;
  readonly on_ground: boolean | null;
  /** The source by its name where there are several, else its feed: `opensky`, `readsb`, …. */
  readonly feed: string | null;
  /** 0 ADS-B, 1 ASTERIX, 2 MLAT, 3 FLARM. */
  readonly position_source: number | null;
  /** Its position was old already when the feed told it. */
  readonly is_stale: boolean;
  /** Epoch seconds UTC. */
  readonly time_position: number;
}

/** Where aircraft go next, for a picture of which that is known (`replay/`). By slot. */
export interface Legs {
  /** Seconds of the picture's time that pass in one second: 0 while it stands. */
  readonly rate: number;
  /**
   * Puts an aircraft on its way from its last report to its next one: world units, see map/projection.ts. False: nobody knows of
   * a next one, or it cannot have flown there. `now` is an instant of the picture, epoch seconds.
   */
  locate(
    slot: number,
    now: number,
    spot: { x: number; y: number; age_s: number; speed: number; isEstimated: boolean },
  ): boolean;
}

/**
 * The picture that the page shows: one row per slot in typed columns, updated by applying frames in order. Invariant: `used[slot]` is
 * 1 for exactly the aircraft that the server's picture has at `tick`. It is outside the framework: nothing here is
 * reactive.
 */
export class Picture {
  picture = -1;
  tick = -1;
  count = 0;
  /** Every used slot is below this. */
  slots = 0;
  /** Newest time_position, epoch seconds; NaN before the first aircraft. */
  eventTime = Number.NaN;

  readonly used = new Uint8Array(MAX_SLOTS);
  /** The received values, by slot; `age` is as of the frame, see {@link timePosition}. */
  readonly columns: RowColumns = createColumns(ROW, MAX_SLOTS);
  /** Epoch seconds. */
  readonly timePosition = new Float64Array(MAX_SLOTS);
  /** How many frames were applied, and which of them last changed each slot. */
  applied = 0;
  readonly changedBy = new Uint32Array(MAX_SLOTS);
  countries: readonly string[] = [];
  /** Where its aircraft go next; null in a live picture. */
  legs: Legs | null = null;
  /** Names of feeds by their numbers, as {@link countries}. */
  feeds: readonly string[] = [];

  /** Applies one frame; a delta that was made for another tick or picture changes nothing and is `refused`. */
  apply(frame: Frame): Applied {
    if (frame.kind === 'full') {
      this.used.fill(0);
      this.count = 0;
    } else if (frame.picture !== this.picture) {
      return { kind: 'refused' };
    } else if (frame.kind === 'heartbeat') {
      // A heartbeat with a later tick shows that a frame was lost.
      if (frame.tick !== this.tick) return { kind: 'refused' };
    } else if (frame.baseTick !== this.tick) {
      return { kind: 'refused' };
    }
    const before = this.count;
    this.applied += 1;
    this.picture = frame.picture;
    this.tick = frame.tick;
    this.slots = frame.slots;
    this.eventTime = frame.eventTime ?? Number.NaN;
    for (const slot of frame.removed) this.#remove(slot);
    const newcomers = this.#applyRows(frame.rows);
    this.#applyMoved(frame.moved);
    const changed = frame.removed.length + frame.rows.slots.length + frame.moved.slots.length;
    return { kind: 'applied', changed, cameOrWent: newcomers > 0 || this.count !== before };
  }

  /** Empties it for another writer than frames, all of which are refused until {@link release} and a full one after it. */
  take(legs: Legs): void {
    this.used.fill(0);
    this.count = 0;
    this.slots = 0;
    this.picture = -1;
    this.tick = -1;
    this.legs = legs;
  }

  /** Gives it back to frames: what it shows stays until a full one comes. */
  release(): void {
    this.legs = null;
  }

  /** The slot of an address as {@link Aircraft.icao24} writes it; -1 when it is not in the picture. */
  find(icao24: string): number {
    const address = encodeIcao24(icao24.toLowerCase());
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.used[slot] === 1 && this.columns.icao24[slot] === address) return slot;
    }
    return -1;
  }

  /** The aircraft in a slot, or null when the slot is free. */
  aircraft(slot: number): Aircraft | null {
    if (this.used[slot] !== 1) return null;
    const { velocity, category, is_stale, country: _, feed: __, ...known } = readAircraft(this.columns, slot);
    return {
      ...known,
      slot,
      callsign: this.callsignOf(slot),
      country: this.countryOf(slot),
      feed: this.feedOf(slot),
      is_stale: is_stale === true,
      category: category ?? 0,
      velocity_kmh: velocity === null ? null : velocity * 3.6,
      time_position: this.timePosition[slot] ?? 0,
    };
  }

  /** Lower-case hex address of a slot. */
  addressOf(slot: number): string {
    return decodeIcao24(this.columns.icao24[slot] ?? 0);
  }

  /** Callsign of a slot without padding; null when unknown. */
  callsignOf(slot: number): string | null {
    return readCallsign(this.columns, slot) || null;
  }

  /** Country of registration of a slot; null if unknown, or if its name has not arrived yet. */
  countryOf(slot: number): string | null {
    const country = readCountry(this.columns, slot);
    return country === null ? null : (this.countries[country] ?? null);
  }

  /** Where a slot came from; null if unknown, or if its name has not arrived yet. */
  feedOf(slot: number): string | null {
    const feed = readFeed(this.columns, slot);
    return feed === null ? null : (this.feeds[feed] ?? null);
  }

  #remove(slot: number): void {
    if (this.used[slot] === 1) this.count -= 1;
    this.used[slot] = 0;
  }

  #applyRows({ slots, columns }: RowBlock): number {
    let newcomers = 0;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      if (this.used[slot] !== 1) this.count += 1;
      if (this.used[slot] !== 1 || this.columns.icao24[slot] !== columns.icao24[i]) newcomers += 1;
      this.used[slot] = 1;
      this.timePosition[slot] = this.eventTime - (columns.age[i] ?? 0);
      this.changedBy[slot] = this.applied;
    }
    copyRows(slots.length, columns, null, this.columns, slots);
    return newcomers;
  }

  #applyMoved({ slots, columns: moved }: MovedBlock): void {
    const { columns } = this;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      columns.longitude[slot] = (columns.longitude[slot] ?? 0) + (moved.longitude[i] ?? 0);
      columns.latitude[slot] = (columns.latitude[slot] ?? 0) + (moved.latitude[i] ?? 0);
      columns.altitude[slot] = moved.altitude[i] ?? 0;
      columns.velocity[slot] = moved.velocity[i] ?? 0;
      columns.true_track[slot] = moved.true_track[i] ?? 0;
      columns.vertical_rate[slot] = moved.vertical_rate[i] ?? 0;
      columns.geo_offset[slot] = moved.geo_offset[i] ?? 0;
      this.timePosition[slot] = this.eventTime - (moved.age[i] ?? 0);
      this.changedBy[slot] = this.applied;
    }
  }
}
