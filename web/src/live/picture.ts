import { altitudeClass } from '../map/ramp.ts';
import { worldPerMetre, worldX, worldY } from '../map/projection.ts';
import { VALID, type Frame, type MovedBlock, type RowsBlock } from './decode.ts';

const SLOTS = 65_536;
/** 0.1 m/s. No aircraft is faster; what says it is would sweep across the map, and is not carried on (wire/FORMAT.md). */
const FASTEST = 10_000;

/** Glyph families of the map, by the index used in {@link Picture.kind}. */
export const KINDS = ['jet', 'light', 'rotor', 'glider', 'ground'] as const;
export type Kind = (typeof KINDS)[number];

/** What applying a frame did. `refused`: the frame does not fit this picture, ask for a full one. */
export type Applied =
  | { readonly kind: 'applied'; readonly changed: number; readonly cameOrWent: boolean }
  | { readonly kind: 'refused' };

/** One aircraft in words and units for people: null where the feed does not say. */
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
  readonly velocity_kmh: number | null;
  /** Degrees clockwise from true north. */
  readonly true_track: number | null;
  /** m/s, positive when climbing. */
  readonly vertical_rate: number | null;
  /** 4 octal digits. */
  readonly squawk: string | null;
  readonly on_ground: boolean | null;
  /** Epoch seconds UTC. */
  readonly time_position: number;
}

/**
 * The picture of now: one row per slot in typed columns, kept by applying frames in order. Invariant: `used[slot]` is 1
 * for exactly the aircraft that the server's picture has at `tick`. Held outside the framework: nothing here is reactive.
 */
export class Picture {
  picture = -1;
  tick = -1;
  count = 0;
  /** Every used slot is below this. */
  slots = 0;
  /** Newest time_position, epoch seconds; NaN while there never was an aircraft. */
  eventTime = Number.NaN;

  readonly used = new Uint8Array(SLOTS);
  readonly icao24 = new Uint32Array(SLOTS);
  readonly longitude = new Int32Array(SLOTS);
  readonly latitude = new Int32Array(SLOTS);
  /** World position (see projection.ts) at `timePosition`, and its change per second. */
  readonly x = new Float64Array(SLOTS);
  readonly y = new Float64Array(SLOTS);
  readonly vx = new Float64Array(SLOTS);
  readonly vy = new Float64Array(SLOTS);
  readonly timePosition = new Float64Array(SLOTS);
  readonly altitude = new Int16Array(SLOTS);
  readonly velocity = new Uint16Array(SLOTS);
  readonly trueTrack = new Uint16Array(SLOTS);
  readonly verticalRate = new Int16Array(SLOTS);
  readonly squawk = new Uint16Array(SLOTS);
  readonly category = new Uint8Array(SLOTS);
  readonly country = new Uint8Array(SLOTS);
  readonly validity = new Uint8Array(SLOTS);
  readonly callsign = new Uint8Array(SLOTS * 8);
  /** Altitude class (ramp.ts) and glyph family ({@link KINDS}), made once per change. */
  readonly altitudeClass = new Uint8Array(SLOTS);
  readonly kind = new Uint8Array(SLOTS);
  countries: readonly string[] = [];

  /** Applies one frame; a delta that was made for another tick or picture changes nothing and is `refused`. */
  apply(frame: Frame): Applied {
    if (frame.kind === 'full') {
      this.used.fill(0);
      this.count = 0;
    } else if (frame.picture !== this.picture) {
      return { kind: 'refused' };
    } else if (frame.kind === 'heartbeat') {
      // A heartbeat of a later tick tells that a frame was lost.
      if (frame.tick !== this.tick) return { kind: 'refused' };
    } else if (frame.base_tick !== this.tick) {
      return { kind: 'refused' };
    }
    const before = this.count;
    this.picture = frame.picture;
    this.tick = frame.tick;
    this.slots = frame.slots;
    this.eventTime = frame.event_time;
    for (const slot of frame.removed) this.#remove(slot);
    const newcomers = this.#applyRows(frame.rows);
    this.#applyMoved(frame.moved);
    const changed = frame.removed.length + frame.rows.slots.length + frame.moved.slots.length;
    return { kind: 'applied', changed, cameOrWent: newcomers > 0 || this.count !== before };
  }

  /** The slot of an address as {@link Aircraft.icao24} writes it; -1 when it is not in the picture. */
  find(icao24: string): number {
    const nonIcao = icao24.startsWith('~');
    const address = Number.parseInt(nonIcao ? icao24.slice(1) : icao24, 16) + (nonIcao ? 0x1000000 : 0);
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.used[slot] === 1 && this.icao24[slot] === address) return slot;
    }
    return -1;
  }

  /** The aircraft in a slot, or null when the slot is free. */
  aircraft(slot: number): Aircraft | null {
    if (this.used[slot] !== 1) return null;
    const valid = this.validity[slot] ?? 0;
    const value = (bit: number, number: number | undefined): number | null =>
      (valid & bit) === 0 ? null : (number ?? null);
    const velocity = value(VALID.velocity, this.velocity[slot]);
    const track = value(VALID.true_track, this.trueTrack[slot]);
    const climb = value(VALID.vertical_rate, this.verticalRate[slot]);
    const squawk = value(VALID.squawk, this.squawk[slot]);
    const category = this.category[slot] ?? 0;
    return {
      slot,
      icao24: this.addressOf(slot),
      callsign: this.callsignOf(slot),
      country: this.countryOf(slot),
      category: category & 31,
      longitude: (this.longitude[slot] ?? 0) / 1e5,
      latitude: (this.latitude[slot] ?? 0) / 1e5,
      altitude_m: value(VALID.altitude, this.altitude[slot]),
      velocity_kmh: velocity === null ? null : velocity * 0.36,
      true_track: track === null ? null : track / 100,
      vertical_rate: climb === null ? null : climb / 10,
      squawk: squawk === null ? null : squawk.toString(8).padStart(4, '0'),
      on_ground: (valid & VALID.on_ground) === 0 ? null : (category & 32) !== 0,
      time_position: this.timePosition[slot] ?? 0,
    };
  }

  /** Lower-case hex address of a slot. */
  addressOf(slot: number): string {
    const address = this.icao24[slot] ?? 0;
    const hex = (address & 0xffffff).toString(16).padStart(6, '0');
    return address >= 0x1000000 ? `~${hex}` : hex;
  }

  /** Callsign of a slot without padding; null when unknown. */
  callsignOf(slot: number): string | null {
    if (((this.validity[slot] ?? 0) & VALID.callsign) === 0) return null;
    let text = '';
    for (let i = slot * 8; i < slot * 8 + 8; i++) text += String.fromCharCode(this.callsign[i] ?? 32);
    return text.trimEnd() || null;
  }

  /** Country of registration of a slot; null when unknown or when its name has not come yet. */
  countryOf(slot: number): string | null {
    if (((this.validity[slot] ?? 0) & VALID.country) === 0) return null;
    return this.countries[this.country[slot] ?? 255] ?? null;
  }

  #remove(slot: number): void {
    if (this.used[slot] === 1) this.count -= 1;
    this.used[slot] = 0;
  }

  #applyRows(rows: RowsBlock): number {
    let newcomers = 0;
    for (let i = 0; i < rows.slots.length; i++) {
      const slot = rows.slots[i] ?? 0;
      if (this.used[slot] !== 1) this.count += 1;
      if (this.used[slot] !== 1 || this.icao24[slot] !== rows.icao24[i]) newcomers += 1;
      this.used[slot] = 1;
      this.icao24[slot] = rows.icao24[i] ?? 0;
      this.longitude[slot] = rows.longitude[i] ?? 0;
      this.latitude[slot] = rows.latitude[i] ?? 0;
      this.altitude[slot] = rows.altitude[i] ?? 0;
      this.velocity[slot] = rows.velocity[i] ?? 0;
      this.trueTrack[slot] = rows.true_track[i] ?? 0;
      this.verticalRate[slot] = rows.vertical_rate[i] ?? 0;
      this.squawk[slot] = rows.squawk[i] ?? 0;
      this.category[slot] = rows.category[i] ?? 0;
      this.country[slot] = rows.country[i] ?? 0;
      this.validity[slot] = rows.validity[i] ?? 0;
      this.callsign.set(rows.callsign.subarray(i * 8, i * 8 + 8), slot * 8);
      this.timePosition[slot] = this.eventTime - (rows.age[i] ?? 0);
      this.#derive(slot);
    }
    return newcomers;
  }

  #applyMoved(moved: MovedBlock): void {
    for (let i = 0; i < moved.slots.length; i++) {
      const slot = moved.slots[i] ?? 0;
      this.longitude[slot] = (this.longitude[slot] ?? 0) + (moved.longitude[i] ?? 0);
      this.latitude[slot] = (this.latitude[slot] ?? 0) + (moved.latitude[i] ?? 0);
      this.altitude[slot] = moved.altitude[i] ?? 0;
      this.velocity[slot] = moved.velocity[i] ?? 0;
      this.trueTrack[slot] = moved.true_track[i] ?? 0;
      this.verticalRate[slot] = moved.vertical_rate[i] ?? 0;
      this.timePosition[slot] = this.eventTime - (moved.age[i] ?? 0);
      this.#derive(slot);
    }
  }

  /** What the map needs of a row at every drawing, worked out once per change. */
  #derive(slot: number): void {
    const valid = this.validity[slot] ?? 0;
    const category = this.category[slot] ?? 0;
    const onGround = (valid & VALID.on_ground) !== 0 && (category & 32) !== 0;
    const latitude = (this.latitude[slot] ?? 0) / 1e5;
    this.x[slot] = worldX((this.longitude[slot] ?? 0) / 1e5);
    this.y[slot] = worldY(latitude);
    const isFlyable = (this.velocity[slot] ?? 0) <= FASTEST;
    const steers = isFlyable && (valid & VALID.velocity) !== 0 && (valid & VALID.true_track) !== 0;
    const step = steers ? ((this.velocity[slot] ?? 0) / 10) * worldPerMetre(latitude) : 0;
    const radians = ((this.trueTrack[slot] ?? 0) / 100) * (Math.PI / 180);
    this.vx[slot] = Math.sin(radians) * step;
    this.vy[slot] = -Math.cos(radians) * step;
    const altitude = (valid & VALID.altitude) === 0 ? null : (this.altitude[slot] ?? 0);
    this.altitudeClass[slot] = altitudeClass(altitude, onGround);
    this.kind[slot] = glyphOf(category & 31, onGround);
  }
}

/** Index into {@link KINDS} of an emitter category (OpenSky's numbers); what is unknown flies as a jet. */
export function glyphOf(category: number, onGround: boolean): number {
  if (category >= 16) return 4;
  if (category === 8) return 2;
  if (category === 9 || category === 10 || category === 11 || category === 12) return 3;
  if (category === 2 || category === 14) return 1;
  return onGround && category === 0 ? 4 : 0;
}
