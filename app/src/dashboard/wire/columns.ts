/**
 * The columns of a frame's blocks as typed arrays over one buffer, in the units of the wire. The layout, the units
 * and what null looks like are in `FORMAT.md`; this file is that page's two tables, once, for encoder, decoder and
 * the picture in memory. Typed arrays have the byte order of the machine; every platform Node runs on is little-endian.
 */
export interface RowColumns {
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
  /** 8 bytes for each row. */
  readonly callsign: Uint8Array;
}

/** The columns of block `moved`. Longitude and latitude are differences. */
export interface MovedColumns {
  readonly longitude: Int16Array;
  readonly latitude: Int16Array;
  readonly altitude: Int16Array;
  readonly velocity: Uint16Array;
  readonly true_track: Uint16Array;
  readonly vertical_rate: Int16Array;
  readonly age: Uint8Array;
}

/** Bytes of one row in block `rows`. */
export const ROW_BYTES = 34;
/** Bytes of one row in block `moved`. */
export const MOVED_BYTES = 13;
/** Bytes of one callsign. */
export const CALLSIGN_BYTES = 8;
/** Slots are numbered from 0 and stay below this. */
export const MAX_SLOTS = 65_536;

/** Which bit of `validity` says that the nullable value is there. */
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

/** Bit of `icao24` that marks a non-ICAO address. */
export const NON_ICAO = 0x100_0000;
/** Bits of `category` that hold the emitter category, and the one that says on_ground. */
export const CATEGORY_MASK = 0x1f;
/** See {@link CATEGORY_MASK}. */
export const ON_GROUND = 0x20;

/** Views of `count` rows of block `rows` whose first column starts at `offset`, a multiple of 8. */
export function rowColumnsAt(buffer: ArrayBuffer, offset: number, count: number): RowColumns {
  const at = (bytesBefore: number): number => offset + bytesBefore * count;
  return {
    icao24: new Uint32Array(buffer, at(0), count),
    longitude: new Int32Array(buffer, at(4), count),
    latitude: new Int32Array(buffer, at(8), count),
    altitude: new Int16Array(buffer, at(12), count),
    velocity: new Uint16Array(buffer, at(14), count),
    true_track: new Uint16Array(buffer, at(16), count),
    vertical_rate: new Int16Array(buffer, at(18), count),
    squawk: new Uint16Array(buffer, at(20), count),
    age: new Uint8Array(buffer, at(22), count),
    category: new Uint8Array(buffer, at(23), count),
    country: new Uint8Array(buffer, at(24), count),
    validity: new Uint8Array(buffer, at(25), count),
    callsign: new Uint8Array(buffer, at(26), count * CALLSIGN_BYTES),
  };
}

/** Views of `count` rows of block `moved` whose first column starts at `offset`, a multiple of 8. */
export function movedColumnsAt(buffer: ArrayBuffer, offset: number, count: number): MovedColumns {
  const at = (bytesBefore: number): number => offset + bytesBefore * count;
  return {
    longitude: new Int16Array(buffer, at(0), count),
    latitude: new Int16Array(buffer, at(2), count),
    altitude: new Int16Array(buffer, at(4), count),
    velocity: new Uint16Array(buffer, at(6), count),
    true_track: new Uint16Array(buffer, at(8), count),
    vertical_rate: new Int16Array(buffer, at(10), count),
    age: new Uint8Array(buffer, at(12), count),
  };
}

/** Fresh, zeroed columns for `count` aircraft. */
export function createRowColumns(count: number): RowColumns {
  return rowColumnsAt(new ArrayBuffer(count * ROW_BYTES), 0, count);
}

/** Fresh, zeroed columns for `count` moves. */
export function createMovedColumns(count: number): MovedColumns {
  return movedColumnsAt(new ArrayBuffer(count * MOVED_BYTES), 0, count);
}

/** Copies one aircraft, all columns. */
export function copyRow(from: RowColumns, i: number, to: RowColumns, j: number): void {
  to.icao24[j] = from.icao24[i] ?? 0;
  to.longitude[j] = from.longitude[i] ?? 0;
  to.latitude[j] = from.latitude[i] ?? 0;
  to.altitude[j] = from.altitude[i] ?? 0;
  to.velocity[j] = from.velocity[i] ?? 0;
  to.true_track[j] = from.true_track[i] ?? 0;
  to.vertical_rate[j] = from.vertical_rate[i] ?? 0;
  to.squawk[j] = from.squawk[i] ?? 0;
  to.age[j] = from.age[i] ?? 0;
  to.category[j] = from.category[i] ?? 0;
  to.country[j] = from.country[i] ?? 0;
  to.validity[j] = from.validity[i] ?? 0;
  for (let k = 0; k < CALLSIGN_BYTES; k++) {
    to.callsign[j * CALLSIGN_BYTES + k] = from.callsign[i * CALLSIGN_BYTES + k] ?? 0;
  }
}
