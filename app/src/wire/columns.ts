/**
 * The columns of a picture, once: types, views and sizes follow from the two tables here. A block `moved` is these columns as
 * they are; in a block `rows` some of them share bytes (`packed.ts`). Columns are typed arrays in the units of the wire. Typed arrays have the byte order of the
 * machine; every platform that Node or a browser runs on is little-endian.
 */

type CellType =
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor;

type Cells = InstanceType<CellType>;

/** Columns in the order of the wire: name, type of a cell, cells of a row. Wide ones first, so that each is aligned. */
export type ColumnTable = readonly (readonly [name: string, type: CellType, perRow: number])[];

/** Characters of one callsign. */
export const CALLSIGN_BYTES = 8;

/** All of an aircraft, absolute. */
export const ROW = [
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
  ['position_source', Uint8Array, 1],
  ['is_stale', Uint8Array, 1],
  ['validity', Uint8Array, 1],
  ['callsign', Uint8Array, CALLSIGN_BYTES],
] as const satisfies ColumnTable;

/** Block `moved`: what changes in flight. Longitude and latitude are differences. */
export const MOVED = [
  ['longitude', Int16Array, 1],
  ['latitude', Int16Array, 1],
  ['altitude', Int16Array, 1],
  ['velocity', Uint16Array, 1],
  ['true_track', Uint16Array, 1],
  ['vertical_rate', Int16Array, 1],
  ['geo_offset', Int8Array, 1],
  ['age', Uint8Array, 1],
] as const satisfies ColumnTable;

/** A typed array for each column of a table; a row has as many cells in it as the table says. */
export type Columns<Table extends ColumnTable> = {
  readonly [Column in Table[number] as Column[0]]: InstanceType<Column[1]>;
};
export type RowColumns = Columns<typeof ROW>;
export type MovedColumns = Columns<typeof MOVED>;

/** Slots are numbered from 0 and stay below this. */
export const MAX_SLOTS = 65_536;

/** Bytes of one row. */
export function rowBytes(table: ColumnTable): number {
  return table.reduce((sum, [, type, perRow]) => sum + type.BYTES_PER_ELEMENT * perRow, 0);
}

/** Views of `count` rows whose first column starts at `offset`, a multiple of 8. */
export function columnsAt<Table extends ColumnTable>(
  table: Table,
  buffer: ArrayBuffer,
  offset: number,
  count: number,
): Columns<Table> {
  const columns: Record<string, Cells> = {};
  let at = offset;
  for (const [name, type, perRow] of table) {
    columns[name] = new type(buffer, at, count * perRow);
    at += count * perRow * type.BYTES_PER_ELEMENT;
  }
  return columns as Columns<Table>;
}

/** Fresh, zeroed columns for `count` rows. */
export function createColumns<Table extends ColumnTable>(table: Table, count: number): Columns<Table> {
  return columnsAt(table, new ArrayBuffer(count * rowBytes(table)), 0, count);
}

/** Copies all rows, to columns that are as long or longer. */
export function copyColumns<Table extends ColumnTable>(
  table: Table,
  from: Columns<Table>,
  to: Columns<Table>,
): void {
  const source: Readonly<Record<string, Cells>> = from;
  const target: Readonly<Record<string, Cells>> = to;
  for (const [name] of table) target[name]?.set(source[name] ?? []);
}

/** Copies `count` aircraft, all columns: the row `fromRows[i]` to the row `toRows[i]`; without a list, the row `i`. */
export function copyRows(
  count: number,
  from: RowColumns,
  fromRows: ArrayLike<number> | null,
  to: RowColumns,
  toRows: ArrayLike<number> | null,
): void {
  for (const [name, , perRow] of ROW) {
    const source = bitsOf(from[name]);
    const target = bitsOf(to[name]);
    for (let i = 0; i < count; i++) {
      const at = (fromRows === null ? i : (fromRows[i] ?? 0)) * perRow;
      const put = (toRows === null ? i : (toRows[i] ?? 0)) * perRow;
      for (let k = 0; k < perRow; k++) target[put + k] = source[at + k] ?? 0;
    }
  }
}

/** The same cells without their sign: a loop over three types of arrays is ten times as fast as one over five. */
function bitsOf(cells: Cells): Uint8Array | Uint16Array | Uint32Array {
  const { buffer, byteOffset, length, BYTES_PER_ELEMENT: width } = cells;
  if (width === 4) return new Uint32Array(buffer, byteOffset, length);
  return width === 2
    ? new Uint16Array(buffer, byteOffset, length)
    : new Uint8Array(buffer, byteOffset, length);
}
