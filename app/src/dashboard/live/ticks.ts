import { CALLSIGN_BYTES, MOVED, ROW, copyColumns, copyRows, createColumns } from '../../wire/columns.ts';
import type { RowColumns } from '../../wire/columns.ts';
import type { Frame } from '../../wire/frame.ts';
import { distance_m, extrapolate } from '../../wire/great-circle.ts';
import { FASTEST, UNITS_PER, VALID } from '../../wire/units.ts';
import type { Picture } from './picture.ts';

/** How many ticks back a client may be and still get a delta. */
export const TICKS_KEPT = 60;
/** A row is not sent if the client's extrapolation is within this distance of it. */
export const EXTRAPOLATION_TOLERANCE_M = 50;
/** Except when the position the client has is this old: every client extrapolates at least so long (`FORMAT.md`). */
export const EXTRAPOLATION_LIMIT_S = 10;

/** What one tick did to one slot. */
const CHANGE = { rows: 1, moved: 2, removed: 3 } as const;
type Change = (typeof CHANGE)[keyof typeof CHANGE];

interface Tick {
  readonly slots: Uint32Array;
  readonly changes: Uint8Array;
  /** Before the tick: 1 where the slot was in use, and where its aircraft was, 1e-5 degree. */
  readonly wasUsed: Uint8Array;
  readonly longitude: Int32Array;
  readonly latitude: Int32Array;
}

/**
 * What the clients know: the picture at the last tick, and what each of the last {@link TICKS_KEPT} ticks changed, so
 * that one merged frame brings any such client up to date.
 */
export class Ticks {
  readonly picture: number;
  /** The number of the last tick; 0 before the first. */
  tick = 0;
  eventTime: number | null = null;
  #slots = 0;
  #published: RowColumns = createColumns(ROW, 0);
  #timePosition = new Float64Array(0);
  #used = new Uint8Array(0);
  /** Recent ticks, the newest last. */
  readonly #kept: Tick[] = [];

  /** `picture` numbers the picture on the wire, see `FORMAT.md`. */
  constructor(picture: number) {
    this.picture = picture;
  }

  /**
   * Makes a tick of the dirty rows of the picture. Rows that clients extrapolate well enough stay dirty for a later
   * tick. False, and no tick, if there is nothing to send.
   */
  take(picture: Picture): boolean {
    this.#fit(picture);
    this.eventTime = picture.eventTime;
    const slots: number[] = [];
    const changes: Change[] = [];
    for (const slot of [...picture.dirty].toSorted((a, b) => a - b)) {
      const change = this.#changeOf(picture, slot);
      if (change === 'extrapolated') continue;
      picture.dirty.delete(slot);
      if (change === null) continue;
      slots.push(slot);
      changes.push(change);
    }
    if (slots.length === 0) return false;
    this.#kept.push({
      slots: Uint32Array.from(slots),
      changes: Uint8Array.from(changes),
      wasUsed: Uint8Array.from(slots, (slot) => this.#used[slot] ?? 0),
      longitude: Int32Array.from(slots, (slot) => this.#published.longitude[slot] ?? 0),
      latitude: Int32Array.from(slots, (slot) => this.#published.latitude[slot] ?? 0),
    });
    if (this.#kept.length > TICKS_KEPT) this.#kept.shift();
    copyRows(slots.length, picture.columns, slots, this.#published, slots);
    for (const slot of slots) {
      this.#used[slot] = picture.used[slot] ?? 0;
      this.#timePosition[slot] = picture.timePosition[slot] ?? 0;
    }
    this.tick++;
    return true;
  }

  /** Whether a client that holds `tick` can be brought up to date by a delta. */
  covers(tick: number): boolean {
    return tick <= this.tick && tick >= this.tick - this.#kept.length && tick > 0;
  }

  /** A frame with the whole picture. */
  full(serverTime: number): Frame {
    const used: number[] = [];
    for (let slot = 0; slot < this.#slots; slot++) if (this.#used[slot] === 1) used.push(slot);
    return { ...this.#frame('full', 0, serverTime), rows: this.#rows(used) };
  }

  /** What changed since `baseTick`, which must be covered: a delta, or a remove frame when aircraft only left. */
  since(baseTick: number, serverTime: number): Frame {
    // The first change of a slot shows what the client has there. Any change beyond the position needs a row.
    const first = new Map<number, { readonly tick: Tick; readonly i: number; needsRow: boolean }>();
    for (const tick of this.#kept.slice(this.#kept.length - (this.tick - baseTick))) {
      tick.slots.forEach((slot, i) => {
        const needsRow = tick.changes[i] !== CHANGE.moved;
        const known = first.get(slot);
        if (known === undefined) first.set(slot, { tick, i, needsRow });
        else known.needsRow ||= needsRow;
      });
    }
    const rows: number[] = [];
    const removed: number[] = [];
    const moved: { readonly slot: number; readonly dx: number; readonly dy: number }[] = [];
    for (const [slot, { tick, i, needsRow }] of [...first].toSorted(([a], [b]) => a - b)) {
      const isUsed = this.#used[slot] === 1;
      const wasUsed = tick.wasUsed[i] === 1;
      const dx = (this.#published.longitude[slot] ?? 0) - (tick.longitude[i] ?? 0);
      const dy = (this.#published.latitude[slot] ?? 0) - (tick.latitude[i] ?? 0);
      if (!isUsed && wasUsed) removed.push(slot);
      else if (isUsed && (needsRow || !wasUsed || !fitsDifference(dx) || !fitsDifference(dy)))
        rows.push(slot);
      else if (isUsed) moved.push({ slot, dx, dy });
    }
    const kind = rows.length === 0 && moved.length === 0 ? 'remove' : 'delta';
    return {
      ...this.#frame(kind, baseTick, serverTime),
      rows: this.#rows(rows),
      moved: this.#moved(moved),
      removed: Uint32Array.from(removed),
    };
  }

  /** A frame with the two times and nothing else. */
  heartbeat(serverTime: number): Frame {
    return this.#frame('heartbeat', this.tick, serverTime);
  }

  #fit(picture: Picture): void {
    this.#slots = picture.slots;
    if (this.#used.length === picture.used.length) return;
    const published = createColumns(ROW, picture.used.length);
    copyColumns(ROW, this.#published, published);
    this.#published = published;
    const [timePosition, used] = [this.#timePosition, this.#used];
    this.#timePosition = new Float64Array(picture.used.length);
    this.#timePosition.set(timePosition);
    this.#used = new Uint8Array(picture.used.length);
    this.#used.set(used);
  }

  #changeOf(picture: Picture, slot: number): Change | 'extrapolated' | null {
    const isUsed = picture.used[slot] === 1;
    const wasUsed = this.#used[slot] === 1;
    if (!isUsed) return wasUsed ? CHANGE.removed : null;
    if (!wasUsed || !isSameFlight(picture.columns, this.#published, slot)) return CHANGE.rows;
    return this.#isExtrapolated(picture, slot) ? 'extrapolated' : CHANGE.moved;
  }

  /** Whether the client's extrapolation is near enough to the known position. */
  #isExtrapolated(picture: Picture, slot: number): boolean {
    const then = this.#published;
    const now = picture.columns;
    const sent = this.#timePosition[slot] ?? 0;
    const elapsed_s = (picture.timePosition[slot] ?? 0) - sent;
    // The client's row is dated later than the known one: it must not keep it.
    if (elapsed_s < 0 || (picture.eventTime ?? 0) - sent >= EXTRAPOLATION_LIMIT_S) return false;
    if (Math.abs((now.altitude[slot] ?? 0) - (then.altitude[slot] ?? 0)) > EXTRAPOLATION_TOLERANCE_M)
      return false;
    const canMove =
      (then.velocity[slot] ?? 0) <= FASTEST &&
      ((then.validity[slot] ?? 0) & VALID.velocity) !== 0 &&
      ((then.validity[slot] ?? 0) & VALID.true_track) !== 0;
    const gone_m = canMove ? ((then.velocity[slot] ?? 0) / UNITS_PER.velocity) * elapsed_s : 0;
    const drawn = extrapolate(
      positionOf(then, slot),
      (then.true_track[slot] ?? 0) / UNITS_PER.true_track,
      gone_m,
    );
    return distance_m(drawn, positionOf(now, slot)) <= EXTRAPOLATION_TOLERANCE_M;
  }

  #frame(kind: Frame['kind'], baseTick: number, serverTime: number): Frame {
    return {
      kind,
      picture: this.picture,
      tick: this.tick,
      baseTick,
      eventTime: this.eventTime,
      serverTime,
      slots: this.#slots,
      rows: this.#rows([]),
      moved: this.#moved([]),
      removed: new Uint32Array(0),
    };
  }

  #rows(slots: readonly number[]): Frame['rows'] {
    const columns = createColumns(ROW, slots.length);
    copyRows(slots.length, this.#published, slots, columns, null);
    slots.forEach((slot, i) => {
      columns.age[i] = this.#ageOf(slot);
    });
    return { slots: Uint32Array.from(slots), columns };
  }

  #moved(
    moves: readonly { readonly slot: number; readonly dx: number; readonly dy: number }[],
  ): Frame['moved'] {
    const columns = createColumns(MOVED, moves.length);
    moves.forEach(({ slot, dx, dy }, i) => {
      columns.longitude[i] = dx;
      columns.latitude[i] = dy;
      columns.altitude[i] = this.#published.altitude[slot] ?? 0;
      columns.velocity[i] = this.#published.velocity[slot] ?? 0;
      columns.true_track[i] = this.#published.true_track[slot] ?? 0;
      columns.vertical_rate[i] = this.#published.vertical_rate[slot] ?? 0;
      columns.geo_offset[i] = this.#published.geo_offset[slot] ?? 0;
      columns.age[i] = this.#ageOf(slot);
    });
    return { slots: Uint32Array.from(moves, ({ slot }) => slot), columns };
  }

  #ageOf(slot: number): number {
    return Math.min(255, Math.max(0, Math.round((this.eventTime ?? 0) - (this.#timePosition[slot] ?? 0))));
  }
}

/** Same aircraft, and nothing but position and motion differs. */
function isSameFlight(a: RowColumns, b: RowColumns, slot: number): boolean {
  if (a.icao24[slot] !== b.icao24[slot] || a.validity[slot] !== b.validity[slot]) return false;
  if (a.squawk[slot] !== b.squawk[slot] || a.category[slot] !== b.category[slot]) return false;
  if (a.country[slot] !== b.country[slot] || a.feed[slot] !== b.feed[slot]) return false;
  if (a.position_source[slot] !== b.position_source[slot] || a.is_stale[slot] !== b.is_stale[slot])
    return false;
  for (let k = slot * CALLSIGN_BYTES; k < (slot + 1) * CALLSIGN_BYTES; k++) {
    if (a.callsign[k] !== b.callsign[k]) return false;
  }
  return true;
}

function positionOf(
  columns: RowColumns,
  slot: number,
): { readonly longitude: number; readonly latitude: number } {
  return {
    longitude: (columns.longitude[slot] ?? 0) / UNITS_PER.degree,
    latitude: (columns.latitude[slot] ?? 0) / UNITS_PER.degree,
  };
}

function fitsDifference(value: number): boolean {
  return value >= -32_768 && value <= 32_767;
}
