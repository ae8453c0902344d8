import { compareCodePoints } from '../../schema/value.ts';

/** The smallest and the largest value of a column chunk, as its footer has them; null where they would not be sound. */
export interface Bounds {
  readonly min: string | number | bigint;
  readonly max: string | number | bigint;
}

/**
 * Bounds of numbers. NaN has no order, so a chunk with a NaN gets no bounds; zeros are widened to both signs.
 * Source: parquet.thrift, ColumnOrder.
 */
export function numberBounds(values: Int32Array | Float32Array | Float64Array, count: number): Bounds | null {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value !== value) return null;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return null;
  if (values instanceof Int32Array) return { min, max };
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max };
}

/** Bounds of 64-bit integers, compared by halves: a bigint for each would be garbage. */
export function longBounds(values: BigInt64Array, count: number): Bounds | null {
  if (count === 0) return null;
  const signed = new Int32Array(values.buffer, values.byteOffset, 2 * count);
  const unsigned = new Uint32Array(values.buffer, values.byteOffset, 2 * count);
  const isLess = (left: number, right: number): boolean => {
    const [a, b] = [signed[2 * left + 1] ?? 0, signed[2 * right + 1] ?? 0];
    return a < b || (a === b && (unsigned[2 * left] ?? 0) < (unsigned[2 * right] ?? 0));
  };
  let [least, greatest] = [0, 0];
  for (let i = 1; i < count; i++) {
    if (isLess(i, least)) least = i;
    else if (isLess(greatest, i)) greatest = i;
  }
  return { min: values[least] ?? 0n, max: values[greatest] ?? 0n };
}

/** Bounds of texts, in the order of their bytes. Byte strings get none: their order is rarely useful. */
export function textBounds(cells: ArrayLike<unknown>): Bounds | null {
  let [min, max]: [string | undefined, string | undefined] = [undefined, undefined];
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === null || cell === undefined) continue;
    if (typeof cell !== 'string') return null;
    if (min === undefined || compareCodePoints(cell, min) < 0) min = cell;
    if (max === undefined || compareCodePoints(cell, max) > 0) max = cell;
  }
  return min === undefined || max === undefined ? null : { min, max };
}
