import { MAX_SLOTS, ROW, copyColumns, createColumns } from '../../wire/columns.ts';
import type { RowColumns } from '../../wire/columns.ts';
import { decodeIcao24, encodeIcao24, writeAircraft } from '../../wire/units.ts';
import type { Aircraft } from '../../wire/units.ts';
import { CONTACT_LOST_S, heardOf, replaces } from './heard.ts';
import type { Heard, Stamped } from './heard.ts';
import { NameTable } from './names.ts';

/** The newest known row of one aircraft from Silver. Times are epoch seconds. */
export interface Sighting extends Aircraft, Stamped {
  readonly origin_country: string | null;
  readonly feed: string | null;
  /** Which of several sources it came from; null with one. */
  readonly source: string | null;
  readonly registration: string | null;
  readonly type_code: string | null;
}

/**
 * The present aircraft, in columns of typed arrays in wire units. An aircraft keeps its slot while it is there; free
 * slots are used again, lowest first, so the columns are only as long as the busiest moment needed. Memory is bounded
 * by {@link MAX_SLOTS}; aircraft beyond that are counted in `refused` and left out.
 *
 * `dirty` marks what changed since the last tick; `ticks.ts` reads it.
 */
export class Picture {
  /** `age` is unused here: it depends on the moment of sending. */
  columns: RowColumns = createColumns(ROW, INITIAL_SLOTS);
  /** Epoch seconds by slot, never later than now. */
  timePosition: Float64Array = new Float64Array(INITIAL_SLOTS);
  /** 1 where an aircraft is in the slot. */
  used: Uint8Array = new Uint8Array(INITIAL_SLOTS);
  /** Every slot ever used is below this. */
  slots = 0;
  /**
   * Newest time_position, epoch seconds, never later than now; null before the first aircraft. It goes back only if the
   * clock does.
   */
  eventTime: number | null = null;
  /** Feed of the newest row. */
  feed: string | null = null;
  /** Sightings that were left out because all slots were taken. */
  refused = 0;
  readonly dirty: Set<number> = new Set();
  readonly countries: NameTable = new NameTable();
  /** Where aircraft came from: sources by their names where there are several, else feeds. */
  readonly feeds: NameTable = new NameTable();

  #lastContact = new Float64Array(INITIAL_SLOTS);
  /** 1 where the row was dated after its receipt (`heard.ts`). */
  #ahead = new Uint8Array(INITIAL_SLOTS);
  /** `topic_offset` by slot, NaN where unknown. */
  #offset = new Float64Array(INITIAL_SLOTS);
  /** The time at the last read of the clock. */
  #now = Number.NEGATIVE_INFINITY;
  readonly #slotOf = new Map<number, number>();
  /** Descending, so that the lowest is taken from the end. */
  #free: number[] = [];

  /** Number of aircraft in the picture. */
  get size(): number {
    return this.#slotOf.size;
  }

  /** Whether an aircraft is in the picture, by its address as on the wire. */
  has(icao24: number): boolean {
    return this.#slotOf.has(icao24);
  }

  /** The addresses of all aircraft in the picture. */
  addresses(): string[] {
    return Array.from(this.#slotOf.keys(), decodeIcao24);
  }

  /**
   * Takes sightings in any order. One that does not replace the known row of its aircraft (`heard.ts`) changes nothing,
   * so applying rows again does no harm. A position dated after its receipt, or after `now_s`, counts as of that time:
   * one transponder with a wrong clock must neither make all others look lost nor stand still until its time has come.
   */
  apply(sightings: Iterable<Sighting>, now_s: number): void {
    this.settle(now_s);
    for (const sighting of sightings) {
      const heard = heardOf(sighting, now_s);
      if (this.eventTime === null || heard.time > this.eventTime) {
        this.eventTime = heard.time;
        this.feed = sighting.feed ?? this.feed;
      }
      this.#applyOne(sighting, heard);
    }
    this.#expire();
  }

  /** Makes no time later than now: after the clock was set back, known rows count as ahead, and as of now. */
  settle(now_s: number): void {
    const wentBack = now_s < this.#now;
    this.#now = now_s;
    if (!wentBack) return;
    this.eventTime = this.eventTime === null ? null : Math.min(this.eventTime, now_s);
    for (let slot = 0; slot < this.slots; slot++) {
      const heard = this.#heardAt(slot);
      if (Math.max(heard.time, heard.contact) <= now_s) continue;
      const { time, contact } = heard;
      this.#remember(slot, {
        ...heard,
        time: Math.min(time, now_s),
        contact: Math.min(contact, now_s),
        isAhead: true,
      });
    }
  }

  #applyOne(sighting: Sighting, heard: Heard): void {
    const icao24 = encodeIcao24(sighting.icao24);
    if (icao24 === null) return;
    const known = this.#slotOf.get(icao24);
    if (known !== undefined && !replaces(heard, this.#heardAt(known))) return;
    const slot = known ?? this.#enter(icao24, Math.max(heard.time, heard.contact));
    if (slot === null) return;
    writeAircraft(this.columns, slot, icao24, sighting, {
      country: this.countries.indexOf(sighting.origin_country),
      feed: this.feeds.indexOf(sighting.source ?? sighting.feed),
    });
    this.#remember(slot, heard);
    this.dirty.add(slot);
  }

  #heardAt(slot: number): Heard {
    const offset = this.#offset[slot] ?? Number.NaN;
    return {
      time: this.timePosition[slot] ?? 0,
      contact: this.#lastContact[slot] ?? 0,
      isAhead: this.#ahead[slot] === 1,
      offset: Number.isNaN(offset) ? null : offset,
    };
  }

  #remember(slot: number, heard: Heard): void {
    this.timePosition[slot] = heard.time;
    this.#lastContact[slot] = heard.contact;
    this.#ahead[slot] = heard.isAhead ? 1 : 0;
    this.#offset[slot] = heard.offset ?? Number.NaN;
  }

  /** A slot for a new aircraft; null if its row is too old or all slots are taken. */
  #enter(icao24: number, contact: number): number | null {
    // Leave out old rows: the aircraft would be removed again at once.
    if (this.eventTime !== null && contact < this.eventTime - CONTACT_LOST_S) return null;
    const slot = this.#take();
    if (slot === null) {
      this.refused++;
      return null;
    }
    this.#slotOf.set(icao24, slot);
    this.used[slot] = 1;
    return slot;
  }

  #expire(): void {
    if (this.eventTime === null) return;
    const oldest = this.eventTime - CONTACT_LOST_S;
    let left = false;
    for (const [icao24, slot] of this.#slotOf) {
      if (Math.max(this.#lastContact[slot] ?? 0, this.timePosition[slot] ?? 0) >= oldest) continue;
      this.#slotOf.delete(icao24);
      this.used[slot] = 0;
      this.#free.push(slot);
      this.dirty.add(slot);
      left = true;
    }
    if (left) this.#free.sort((a, b) => b - a);
  }

  /** The lowest free slot, or null when all are taken. */
  #take(): number | null {
    const freed = this.#free.pop();
    if (freed !== undefined) return freed;
    if (this.slots === MAX_SLOTS) return null;
    if (this.slots === this.used.length) this.#grow(Math.min(MAX_SLOTS, this.used.length * 2));
    return this.slots++;
  }

  #grow(capacity: number): void {
    const columns = createColumns(ROW, capacity);
    copyColumns(ROW, this.columns, columns);
    this.columns = columns;
    this.timePosition = grown(this.timePosition, new Float64Array(capacity));
    this.#lastContact = grown(this.#lastContact, new Float64Array(capacity));
    this.#offset = grown(this.#offset, new Float64Array(capacity));
    this.#ahead = grown(this.#ahead, new Uint8Array(capacity));
    this.used = grown(this.used, new Uint8Array(capacity));
  }
}

const INITIAL_SLOTS = 1024;

function grown<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
