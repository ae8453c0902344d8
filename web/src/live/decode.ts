/**
 * Reads the binary frames of `/api/live`, version 1. The layout is app/src/dashboard/wire/FORMAT.md; the columns of a
 * frame are views into the message itself, so a frame of 15,000 rows costs no copying.
 */

const HEADER_BYTES = 48;
const MOST_SLOTS = 65_536;

/** The kinds of frame, by their number on the wire. */
export const FRAME_KINDS = { 1: 'full', 2: 'delta', 3: 'remove', 4: 'heartbeat' } as const;
export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS];

/** Bits of `validity`: a 0 means that the value is null and its bytes mean nothing. */
export const VALID = {
  altitude: 1,
  velocity: 2,
  true_track: 4,
  vertical_rate: 8,
  squawk: 16,
  callsign: 32,
  country: 64,
  on_ground: 128,
} as const;

/** What changes in flight, one entry per slot of `slots`: degrees × 1e5, metres, 0.1 m/s, 0.01°, seconds. */
export interface MovedBlock {
  readonly slots: Uint16Array;
  readonly longitude: Int16Array;
  readonly latitude: Int16Array;
  readonly altitude: Int16Array;
  readonly velocity: Uint16Array;
  readonly true_track: Uint16Array;
  readonly vertical_rate: Int16Array;
  readonly age: Uint8Array;
}

/** All columns of an aircraft, absolute; `callsign` holds 8 bytes a row, `category` also the on_ground bit (32). */
export interface RowsBlock {
  readonly slots: Uint16Array;
  readonly icao24: Uint32Array;
  readonly longitude: Int32Array;
  readonly latitude: Int32Array;
  readonly altitude: Int16Array;
  readonly velocity: Uint16Array;
  readonly true_track: Uint16Array;
  readonly vertical_rate: Int16Array;
  readonly squawk: Uint16Array;
  readonly age: Uint8Array;
  readonly category: Uint8Array;
  readonly country: Uint8Array;
  readonly validity: Uint8Array;
  readonly callsign: Uint8Array;
}

/** One decoded frame. `event_time` is epoch seconds, NaN while there never was an aircraft. */
export interface Frame {
  readonly kind: FrameKind;
  readonly picture: number;
  readonly tick: number;
  readonly base_tick: number;
  readonly event_time: number;
  /** Epoch seconds of the server's clock when the frame was made. */
  readonly server_time: number;
  readonly slots: number;
  readonly rows: RowsBlock;
  readonly moved: MovedBlock;
  readonly removed: Uint16Array;
}

/** A frame, or why the bytes are none. */
export type Decoded =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly reason: string };

class Refused extends Error {}

/** Decodes one message. Never throws: what is not a valid frame is answered with a reason. */
export function decodeFrame(message: ArrayBuffer): Decoded {
  try {
    return { ok: true, frame: read(message) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message };
    throw error;
  }
}

function read(message: ArrayBuffer): Frame {
  refuseUnless(message.byteLength >= HEADER_BYTES, 'shorter than its header');
  const view = new DataView(message);
  refuseUnless(view.getUint8(0) === 0x43 && view.getUint8(1) === 0x4e, 'not a frame');
  refuseUnless(view.getUint8(2) === 1, `version ${view.getUint8(2)} is not known`);
  const kind = FRAME_KINDS[view.getUint8(3) as keyof typeof FRAME_KINDS] as FrameKind | undefined;
  if (kind === undefined) throw new Refused(`kind ${view.getUint8(3)} is not known`);
  const slots = view.getUint32(32, true);
  const rowCount = view.getUint32(36, true);
  const movedCount = view.getUint32(40, true);
  const removedCount = view.getUint32(44, true);
  refuseUnless(slots <= MOST_SLOTS, `${slots} slots`);
  refuseUnless(rowCount <= slots && movedCount <= slots && removedCount <= slots, 'more rows than slots');
  refuseUnless(rowCount === 0 || kind === 'full' || kind === 'delta', `rows in a ${kind} frame`);
  refuseUnless(movedCount === 0 || kind === 'delta', `moved rows in a ${kind} frame`);
  refuseUnless(
    removedCount === 0 || kind === 'delta' || kind === 'remove',
    `removed rows in a ${kind} frame`,
  );

  const seen = new Uint8Array(slots);
  const cursor = new Cursor(message, slots, seen);
  const rows = cursor.rows(rowCount);
  const moved = cursor.moved(movedCount);
  const removed = removedCount === 0 ? new Uint16Array(0) : cursor.slotSet(removedCount);
  refuseUnless(cursor.at === message.byteLength, 'length differs from what the counts demand');
  return {
    kind,
    picture: view.getUint32(4, true),
    tick: view.getUint32(8, true),
    base_tick: view.getUint32(12, true),
    event_time: view.getFloat64(16, true),
    server_time: view.getFloat64(24, true),
    slots,
    rows,
    moved,
    removed,
  };
}

/** Walks over the blocks of one message; every block begins at a multiple of 8. */
class Cursor {
  at = HEADER_BYTES;
  readonly #message: ArrayBuffer;
  readonly #slots: number;
  readonly #seen: Uint8Array;

  constructor(message: ArrayBuffer, slots: number, seen: Uint8Array) {
    this.#message = message;
    this.#slots = slots;
    this.#seen = seen;
  }

  rows(count: number): RowsBlock {
    const slots = count === 0 ? new Uint16Array(0) : this.slotSet(count);
    const block = {
      slots,
      icao24: this.#column(Uint32Array, count),
      longitude: this.#column(Int32Array, count),
      latitude: this.#column(Int32Array, count),
      altitude: this.#column(Int16Array, count),
      velocity: this.#column(Uint16Array, count),
      true_track: this.#column(Uint16Array, count),
      vertical_rate: this.#column(Int16Array, count),
      squawk: this.#column(Uint16Array, count),
      age: this.#column(Uint8Array, count),
      category: this.#column(Uint8Array, count),
      country: this.#column(Uint8Array, count),
      validity: this.#column(Uint8Array, count),
      callsign: this.#column(Uint8Array, count * 8),
    };
    this.#align();
    return block;
  }

  moved(count: number): MovedBlock {
    const slots = count === 0 ? new Uint16Array(0) : this.slotSet(count);
    const block = {
      slots,
      longitude: this.#column(Int16Array, count),
      latitude: this.#column(Int16Array, count),
      altitude: this.#column(Int16Array, count),
      velocity: this.#column(Uint16Array, count),
      true_track: this.#column(Uint16Array, count),
      vertical_rate: this.#column(Int16Array, count),
      age: this.#column(Uint8Array, count),
    };
    this.#align();
    return block;
  }

  /** The slots of a bitmap, ascending. */
  slotSet(count: number): Uint16Array {
    const bytes = Math.ceil(this.#slots / 64) * 8;
    this.#need(bytes);
    const bitmap = new Uint8Array(this.#message, this.at, bytes);
    this.at += bytes;
    const slots = new Uint16Array(count);
    let found = 0;
    for (let i = 0; i < bytes; i++) {
      for (let bits = bitmap[i] ?? 0; bits !== 0; bits &= bits - 1) {
        const slot = i * 8 + 31 - Math.clz32(bits & -bits);
        refuseUnless(slot < this.#slots, 'slot set reaches beyond the slots');
        refuseUnless(found < count, 'slot set and count differ');
        refuseUnless(this.#seen[slot] === 0, 'slot in two blocks');
        this.#seen[slot] = 1;
        slots[found++] = slot;
      }
    }
    refuseUnless(found === count, 'slot set and count differ');
    return slots;
  }

  #column<T>(
    type: { new (buffer: ArrayBuffer, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
    count: number,
  ): T {
    this.#need(count * type.BYTES_PER_ELEMENT);
    // An empty view needs no place, and the end of a message need not be aligned for one.
    const column = count === 0 ? new type(new ArrayBuffer(0), 0, 0) : new type(this.#message, this.at, count);
    this.at += count * type.BYTES_PER_ELEMENT;
    return column;
  }

  #align(): void {
    this.at = Math.ceil(this.at / 8) * 8;
  }

  #need(bytes: number): void {
    refuseUnless(this.at + bytes <= this.#message.byteLength, 'cut short');
  }
}

function refuseUnless(condition: boolean, reason: string): void {
  if (!condition) throw new Refused(reason);
}
