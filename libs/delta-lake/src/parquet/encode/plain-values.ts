import type { SchemaElement } from 'hyparquet';
import { type Bounds, longBounds, numberBounds, textBounds } from './bounds.ts';
import { PackedTexts } from './packed-texts.ts';

/**
 * The values of a column chunk in Parquet's PLAIN encoding, nulls left out.
 * Source: Parquet, "Encodings", PLAIN.
 */
export interface PlainValues {
  readonly count: number;
  /** Bytes of all values; for texts an estimate. */
  readonly size: number;
  /** The bytes of the values `[from, to)`. */
  bytes(from: number, to: number): Uint8Array;
  /** Groups equal values; null if there are more than `limit` different ones, or grouping does not pay for the type. */
  distinct(limit: number): Distinct | null;
  /** Bounds of all values; null if there is no value or no order. */
  bounds(): Bounds | null;
}

/** The different values, in order of appearance, and for each value which of them it is. */
export interface Distinct {
  readonly values: PlainValues;
  readonly indexes: Int32Array;
}

type Cells = ArrayLike<unknown>;
type FixedWidth =
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>;

/** Packs the cells of a leaf column, which are of its physical type or null. A long may be a safe integer. */
export function plainValues({ type, type_length }: SchemaElement, cells: Cells): PlainValues {
  switch (type) {
    case 'BOOLEAN':
      return booleans(cells);
    case 'INT32':
      return numbers(cells, new Int32Array(cells.length));
    case 'FLOAT':
      return numbers(cells, new Float32Array(cells.length));
    case 'DOUBLE':
      return numbers(cells, new Float64Array(cells.length));
    case 'INT64':
      return longs(cells);
    case 'BYTE_ARRAY':
      return byteArrays(cells);
    case 'FIXED_LEN_BYTE_ARRAY':
      return bigEndian(cells, type_length ?? 0);
    case 'INT96':
    case undefined:
      break;
  }
  throw new RangeError(`Cannot write a column as ${type}.`);
}

function booleans(cells: Cells): PlainValues {
  const values = new Uint8Array(cells.length);
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== null && cell !== undefined) values[count++] = cell === true ? 1 : 0;
  }
  return {
    count,
    size: count / 8,
    bytes(from, to) {
      const bits = new Uint8Array((to - from + 7) >> 3);
      for (let i = from; i < to; i++) {
        const bit = i - from;
        bits[bit >> 3] = (bits[bit >> 3] ?? 0) | ((values[i] ?? 0) << (bit & 7));
      }
      return bits;
    },
    distinct: () => null,
    bounds: () => null,
  };
}

function numbers(cells: Cells, values: Exclude<FixedWidth, BigInt64Array>): PlainValues {
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== null && cell !== undefined) values[count++] = cell as number;
  }
  return fixedWidth(values, count);
}

function longs(cells: Cells): PlainValues {
  const values = new BigInt64Array(cells.length);
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === null || cell === undefined) continue;
    values[count++] = typeof cell === 'bigint' ? cell : BigInt(cell as number);
  }
  return fixedWidth(values, count);
}

/** Values of 4 or 8 bytes; little-endian, as every machine is that Node runs on. */
function fixedWidth(values: FixedWidth, count: number): PlainValues {
  const width = values.BYTES_PER_ELEMENT;
  return {
    count,
    size: count * width,
    bytes: (from, to) => new Uint8Array(values.buffer, from * width, (to - from) * width),
    distinct: (limit) => distinctWords(values, count, limit),
    bounds: () => (values instanceof BigInt64Array ? longBounds(values, count) : numberBounds(values, count)),
  };
}

/** Groups by bits, so that -0 and 0, and NaNs of different payloads, stay apart. Open addressing by words. */
function distinctWords(values: FixedWidth, count: number, limit: number): Distinct | null {
  const words = new Int32Array(values.buffer);
  const perValue = values.BYTES_PER_ELEMENT / 4;
  const mask = 2 ** Math.ceil(Math.log2(2 * limit + 2)) - 1;
  const slots = new Int32Array(mask + 1);
  const found = new Int32Array(limit * perValue);
  const indexes = new Int32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const low = words[i * perValue] ?? 0;
    const high = perValue === 2 ? (words[2 * i + 1] ?? 0) : 0;
    let hash = Math.imul(low, 0x9e37_79b1) ^ Math.imul(high, 0x85eb_ca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    for (;;) {
      const index = (slots[slot] ?? 0) - 1;
      if (index < 0) {
        if (size === limit) return null;
        found[size * perValue] = low;
        if (perValue === 2) found[2 * size + 1] = high;
        indexes[i] = size++;
        slots[slot] = size;
        break;
      }
      if (found[index * perValue] === low && (perValue === 1 || found[2 * index + 1] === high)) {
        indexes[i] = index;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  const Values = values.constructor as new (buffer: ArrayBuffer) => FixedWidth;
  return { values: fixedWidth(new Values(found.buffer), size), indexes };
}

/** Texts or bytes, each after its length. They are packed only if no dictionary replaces them. */
function byteArrays(cells: Cells): PlainValues {
  let count = 0;
  let size = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string | Uint8Array | null | undefined;
    if (cell === null || cell === undefined) continue;
    count++;
    size += 4 + cell.length;
  }
  let packed: PackedTexts | null = null;
  return {
    count,
    size,
    bytes(from, to) {
      packed ??= new PackedTexts(cells, count, size);
      return packed.bytes(from, to);
    },
    distinct: (limit) => distinctCells(cells, count, limit),
    bounds: () => textBounds(cells),
  };
}

function distinctCells(cells: Cells, count: number, limit: number): Distinct | null {
  const known = new Map<unknown, number>();
  const found: unknown[] = [];
  const indexes = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string | Uint8Array | null | undefined;
    if (cell === null || cell === undefined) continue;
    const key = typeof cell === 'string' ? cell : Buffer.from(cell).toString('latin1');
    let index = known.get(key);
    if (index === undefined) {
      if (found.length === limit) return null;
      index = found.push(cell) - 1;
      known.set(key, index);
    }
    indexes[at++] = index;
  }
  return { values: byteArrays(found), indexes };
}

/** Unscaled decimals as signed big-endian numbers of a fixed length. */
function bigEndian(cells: Cells, length: number): PlainValues {
  const values = new Uint8Array(cells.length * length);
  let count = 0;
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === null || cells[i] === undefined) continue;
    let rest = BigInt.asUintN(8 * length, cells[i] as bigint);
    for (let byte = length - 1; byte >= 0; byte--, rest >>= 8n) {
      values[count * length + byte] = Number(rest & 0xffn);
    }
    count++;
  }
  return {
    count,
    size: count * length,
    bytes: (from, to) => values.subarray(from * length, to * length),
    distinct: () => null,
    bounds: () => null,
  };
}
