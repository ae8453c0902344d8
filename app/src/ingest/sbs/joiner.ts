import type { StateVector } from '../../flight/state-vector.ts';
import { type HeardAircraft, isFresh } from './aircraft.ts';
import type { Line } from './lines.ts';
import { readMessage, type SbsMessage } from './message.ts';
import { toStateVector } from './to-state-vector.ts';

/** What a source has read, line by line; each line counts once. */
export interface LineCounts {
  /** Lines that speak of an aircraft, those by multilateration included. */
  readonly messages: number;
  /** Those of `messages` that are by multilateration. */
  readonly mlat: number;
  /** Well-formed lines that are not needed: SEL, ID, AIR, STA, CLK. */
  readonly others: number;
  readonly malformed: number;
  /** Those of `malformed` that were too long to be lines. */
  readonly tooLong: number;
  /** Messages of aircraft beyond {@link MOST_AIRCRAFT}, which were passed over. */
  readonly crowded: number;
}

/** More than any receiver hears in a minute; invented addresses cannot fill the memory. */
export const MOST_AIRCRAFT = 20_000;

/** Vectors that wait to be taken. */
const MOST_READY = 50_000;

type Heard = { -readonly [K in keyof HeardAircraft]: HeardAircraft[K] };

/**
 * Joins the lines of BaseStation, each of which has some values of an aircraft, to state vectors that have all that was
 * heard within a minute: one for each aircraft and each second in which it was heard. Pure but for what it
 * remembers: the same lines with the same times of receipt give the same vectors, however often they are taken.
 */
export class Joiner {
  readonly #aircraft = new Map<string, Heard>();
  /** The second at hand, epoch, and the aircraft that were heard in it. */
  #second = -Infinity;
  readonly #heard = new Set<Heard>();
  /** Of the seconds before. */
  #ready: StateVector[] = [];
  readonly #counts = { messages: 0, mlat: 0, others: 0, malformed: 0, tooLong: 0, crowded: 0 };
  #example: string | null = null;

  get counts(): LineCounts {
    return { ...this.#counts };
  }

  /** The first line that was malformed. */
  get example(): string | null {
    return this.#example;
  }

  /** Takes in a line; answers its message, if it has one. */
  push(line: Line, received_ms: number): SbsMessage | null {
    const message = line.isTooLong ? 'malformed' : readMessage(line.text);
    if (message === 'malformed') {
      this.#counts.malformed += 1;
      if (line.isTooLong) this.#counts.tooLong += 1;
      this.#example ??= line.text;
      return null;
    }
    if (message === 'other') {
      this.#counts.others += 1;
      return null;
    }
    this.#counts.messages += 1;
    if (message.isMlat) this.#counts.mlat += 1;
    this.#hear(message, received_ms);
    return message;
  }

  /**
   * The vectors of the seconds that are over, in order of the first message of an aircraft in each; `snapshot_time` is the
   * second. Of an aircraft that was silent for a minute nothing is remembered. Where nobody takes them, seconds
   * flow together once {@link MOST_READY} vectors are waiting.
   */
  take(now_ms: number): StateVector[] {
    if (secondOf(now_ms) !== this.#second) this.#closeSecond();
    for (const [icao24, { last_contact_ms }] of this.#aircraft) {
      if (!isFresh(last_contact_ms, now_ms)) this.#aircraft.delete(icao24);
    }
    const vectors = this.#ready;
    this.#ready = [];
    return vectors;
  }

  #closeSecond(): void {
    for (const aircraft of this.#heard) this.#ready.push(toStateVector(aircraft, this.#second));
    this.#heard.clear();
  }

  #hear(message: SbsMessage, at_ms: number): void {
    if (secondOf(at_ms) !== this.#second) {
      if (this.#ready.length < MOST_READY) this.#closeSecond();
      this.#second = secondOf(at_ms);
    }
    let aircraft = this.#aircraft.get(message.icao24);
    if (aircraft === undefined) {
      if (this.#aircraft.size >= MOST_AIRCRAFT) {
        this.#counts.crowded += 1;
        return;
      }
      aircraft = { icao24: message.icao24, last_contact_ms: at_ms };
      this.#aircraft.set(message.icao24, aircraft);
    }
    this.#heard.add(aircraft);
    aircraft.last_contact_ms = at_ms;
    const { position, isMlat } = message;
    if (message.isSurface && aircraft.on_ground?.value !== true) {
      // It has touched down: how high it was in the air, and how fast it sank, holds no longer.
      delete aircraft.baro_altitude_ft;
      delete aircraft.geo_altitude_ft;
      delete aircraft.baro_rate_fpm;
      delete aircraft.geo_rate_fpm;
    }
    if (position !== null) aircraft.position = { value: { ...position, isMlat }, at_ms };
    if (message.callsign !== null) aircraft.callsign = { value: message.callsign, at_ms };
    if (message.squawk !== null) aircraft.squawk = { value: message.squawk, at_ms };
    if (message.spi !== null) aircraft.spi = { value: message.spi, at_ms };
    if (message.on_ground !== null) aircraft.on_ground = { value: message.on_ground, at_ms };
    for (const name of NUMBERS) {
      const value = message[name];
      if (value !== null) aircraft[name] = { value, at_ms };
    }
  }
}

const NUMBERS = [
  'baro_altitude_ft',
  'geo_altitude_ft',
  'ground_speed_kt',
  'track',
  'baro_rate_fpm',
  'geo_rate_fpm',
] as const;

const secondOf = (at_ms: number): number => Math.floor(at_ms / 1000);
