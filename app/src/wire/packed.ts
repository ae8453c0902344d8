import {
  CALLSIGN_BYTES,
  type ColumnTable,
  type Columns,
  type RowColumns,
  ROW,
  columnsAt,
  createColumns,
} from './columns.ts';

/**
 * A block `rows` as it travels: the columns of {@link ROW}, where a callsign takes 6 bits a character and the bits that a squawk
 * leaves free say how the position was found. So a picture of 15,000 aircraft stays below 520 kB. A test compares `FORMAT.md`
 * with this table.
 */
export const PACKED_ROW = [
  ['icao24', Uint32Array, 1],
  ['longitude', Int32Array, 1],
  ['latitude', Int32Array, 1],
  ['altitude', Int16Array, 1],
  ['velocity', Uint16Array, 1],
  ['true_track', Uint16Array, 1],
  ['vertical_rate', Int16Array, 1],
  ['squawk', Uint16Array, 1],
  ['geo_offset', Int8Array, 1],
  ['age', Uint8Array, 1],
  ['category', Uint8Array, 1],
  ['country', Uint8Array, 1],
  ['feed', Uint8Array, 1],
  ['validity', Uint8Array, 1],
  ['callsign', Uint8Array, 6],
] as const satisfies ColumnTable;

/** The bits of `squawk` in a packed row: the code, one more than the position source (0: unknown), and whether it is stale. */
export const SQUAWK = { code: 0xfff, sourceAt: 12, source: 7, staleAt: 15 } as const;

/** A position source of the wire that nobody knows. */
export const SOURCE_UNKNOWN = 255;

/** The first of the 64 characters that a callsign can have: blank, digits, capitals and what lies between them in ASCII. */
export const FIRST_CHARACTER = 0x20;

/** Columns that are the same in both tables. */
const ALIKE = PACKED_ROW.map(([name]) => name).filter((name) => name !== 'squawk' && name !== 'callsign');

/** Writes `count` rows where `offset` is, a multiple of 8. */
export function packRows(columns: RowColumns, count: number, buffer: ArrayBuffer, offset: number): void {
  const packed = columnsAt(PACKED_ROW, buffer, offset, count);
  for (const name of ALIKE) packed[name].set(columns[name].subarray(0, count));
  for (let row = 0; row < count; row++) {
    const source = (columns.position_source[row] ?? SOURCE_UNKNOWN) + 1;
    packed.squawk[row] =
      ((columns.squawk[row] ?? 0) & SQUAWK.code) |
      ((source & SQUAWK.source) << SQUAWK.sourceAt) |
      ((columns.is_stale[row] ?? 0) << SQUAWK.staleAt);
    packCallsign(columns.callsign, row * CALLSIGN_BYTES, packed.callsign, row * 6);
  }
}

/** The reverse of {@link packRows}, into columns of their own. */
export function unpackRows(buffer: ArrayBuffer, offset: number, count: number): Columns<typeof ROW> {
  const packed = columnsAt(PACKED_ROW, buffer, offset, count);
  const columns = createColumns(ROW, count);
  for (const name of ALIKE) columns[name].set(packed[name]);
  for (let row = 0; row < count; row++) {
    const bits = packed.squawk[row] ?? 0;
    columns.squawk[row] = bits & SQUAWK.code;
    columns.position_source[row] = ((bits >> SQUAWK.sourceAt) & SQUAWK.source) - 1;
    columns.is_stale[row] = bits >> SQUAWK.staleAt;
    unpackCallsign(packed.callsign, row * 6, columns.callsign, row * CALLSIGN_BYTES);
  }
  return columns;
}

/** Four characters are three bytes, the first in the highest bits. */
function packCallsign(from: Uint8Array, at: number, to: Uint8Array, put: number): void {
  for (let half = 0; half < 2; half++) {
    let bits = 0;
    for (let k = 0; k < 4; k++) {
      const character = (from[at + half * 4 + k] ?? FIRST_CHARACTER) - FIRST_CHARACTER;
      bits = (bits << 6) | (character & 0x3f);
    }
    to[put + half * 3] = bits >> 16;
    to[put + half * 3 + 1] = bits >> 8;
    to[put + half * 3 + 2] = bits;
  }
}

function unpackCallsign(from: Uint8Array, at: number, to: Uint8Array, put: number): void {
  for (let half = 0; half < 2; half++) {
    const start = at + half * 3;
    const bits = ((from[start] ?? 0) << 16) | ((from[start + 1] ?? 0) << 8) | (from[start + 2] ?? 0);
    for (let k = 0; k < 4; k++) to[put + half * 4 + k] = ((bits >> (18 - 6 * k)) & 0x3f) + FIRST_CHARACTER;
  }
}
