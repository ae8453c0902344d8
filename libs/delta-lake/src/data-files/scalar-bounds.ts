import { unsupportedFeature } from '../errors.ts';
import { formatDate, parseDate } from '../schema/instant.ts';
import { decimalOf } from '../schema/types.ts';
import { compareCodePoints, formatDecimal, type Value } from '../schema/value.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';

type Cells = readonly (Value | undefined)[];

/** Checks the cells of a primitive column for their type and keeps the smallest and the largest. */
export interface ScalarBounds {
  /** Takes the cells from an index on, skipping nulls; answers about how many bytes they occupy in memory. */
  take(cells: Cells, from: number): number;
  statistics(): Omit<ColumnStatistics, 'nulls'>;
}

/** Called with a cell that is not of the type; throws. */
export type Refuse = (value: Value) => never;

const NUMBER_BYTES = 8;
const BIGINT_BYTES = 24;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Bounds of a primitive type. A NaN makes the bounds NaN, which are then left out. Each type has a loop of its own, so
 * that the JIT sees one kind of value in it.
 * @throws DeltaError unsupported-feature for a type that this library does not know
 */
export function scalarBounds(type: string, refuse: Refuse): ScalarBounds {
  switch (type) {
    case 'byte':
      return integerBounds(0x7f, refuse);
    case 'short':
      return integerBounds(0x7fff, refuse);
    case 'integer':
      return integerBounds(0x7fff_ffff, refuse);
    case 'long':
    case 'timestamp':
    case 'timestamp_ntz':
      return longBounds(refuse);
    case 'float':
      return floatBounds(Math.fround, refuse);
    case 'double':
      return floatBounds((value) => value, refuse);
    case 'string':
      return stringBounds(refuse);
    case 'date':
      return dateBounds(refuse);
    case 'boolean':
      return unbounded((value) => (typeof value === 'boolean' ? NUMBER_BYTES : null), refuse);
    case 'binary':
      return unbounded((value) => (value instanceof Uint8Array ? 64 + value.byteLength : null), refuse);
    case 'void':
      return unbounded(() => null, refuse);
    default: {
      const decimal = decimalOf(type);
      if (!decimal) throw unsupportedFeature(`type ${type}`, 'write', 'the table');
      return decimalBounds(decimal.precision, decimal.scale, refuse);
    }
  }
}

function unbounded(bytesOf: (value: NonNullable<Value>) => number | null, refuse: Refuse): ScalarBounds {
  return {
    take(cells, from) {
      let bytes = 0;
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value !== null && value !== undefined) bytes += bytesOf(value) ?? refuse(value);
      }
      return bytes;
    },
    statistics: () => ({}),
  };
}

function integerBounds(limit: number, refuse: Refuse): ScalarBounds {
  let [min, max] = [Infinity, -Infinity];
  return {
    take(cells, from) {
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined) continue;
        if (typeof value !== 'number' || !Number.isInteger(value) || value > limit || value < -limit - 1)
          refuse(value);
        if (value < min) min = value;
        if (value > max) max = value;
      }
      return NUMBER_BYTES * (cells.length - from);
    },
    statistics: () => (min <= max ? { min, max } : {}),
  };
}

/** int64: bigints, or numbers that count exactly. */
function longBounds(refuse: Refuse): ScalarBounds {
  let [min, max]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  return {
    take(cells, from) {
      // Neighbours are often equal.
      let previous: Value | undefined;
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined || value === previous) continue;
        previous = value;
        const long = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
        if (typeof long !== 'bigint') refuse(value);
        // Only a new bound can leave the range of the type.
        if (min === undefined || long < min) {
          if (long < -INT64_MAX - 1n) refuse(value);
          min = long;
        }
        if (max === undefined || long > max) {
          if (long > INT64_MAX) refuse(value);
          max = long;
        }
      }
      return BIGINT_BYTES * (cells.length - from);
    },
    statistics: () => (min === undefined || max === undefined ? {} : { min, max }),
  };
}

function floatBounds(stored: (value: number) => number, refuse: Refuse): ScalarBounds {
  let [min, max, isNotANumber] = [Infinity, -Infinity, false];
  return {
    take(cells, from) {
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined) continue;
        if (typeof value !== 'number') refuse(value);
        if (value !== value) isNotANumber = true;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      return NUMBER_BYTES * (cells.length - from);
    },
    statistics() {
      if (isNotANumber) return { min: Number.NaN, max: Number.NaN };
      // Rounding to the stored precision keeps order, so the bounds of the rounded are the rounded bounds.
      return min <= max ? { min: stored(min), max: stored(max) } : {};
    },
  };
}

function stringBounds(refuse: Refuse): ScalarBounds {
  let [min, max]: [string | undefined, string | undefined] = [undefined, undefined];
  return {
    take(cells, from) {
      let bytes = 0;
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined) continue;
        // Half of a surrogate pair has no UTF-8 form: it would be stored as another text.
        if (typeof value !== 'string' || !value.isWellFormed()) refuse(value);
        bytes += 24 + 2 * value.length;
        if (min === undefined || compareCodePoints(value, min) < 0) min = value;
        if (max === undefined || compareCodePoints(value, max) > 0) max = value;
      }
      return bytes;
    },
    statistics: () => (min === undefined || max === undefined ? {} : { min, max }),
  };
}

function dateBounds(refuse: Refuse): ScalarBounds {
  let [min, max] = [Infinity, -Infinity];
  return {
    take(cells, from) {
      // Neighbours are often of one day.
      let previous: Value | undefined;
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined || value === previous) continue;
        const days = typeof value === 'string' ? parseDate(value) : null;
        // 2026-02-31 does not exist: it would be stored as another date.
        if (days === null || formatDate(days) !== value) refuse(value);
        previous = value;
        if (days < min) min = days;
        if (days > max) max = days;
      }
      return BIGINT_BYTES * (cells.length - from);
    },
    statistics: () => (min <= max ? { min: formatDate(min), max: formatDate(max) } : {}),
  };
}

function decimalBounds(precision: number, scale: number, refuse: Refuse): ScalarBounds {
  const limit = 10n ** BigInt(precision);
  let [min, max]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  return {
    take(cells, from) {
      for (let i = from; i < cells.length; i++) {
        const value = cells[i];
        if (value === null || value === undefined) continue;
        const unscaled = typeof value === 'string' ? exactUnscaled(value, scale) : null;
        if (unscaled === null || unscaled >= limit || unscaled <= -limit) refuse(value);
        if (min === undefined || unscaled < min) min = unscaled;
        if (max === undefined || unscaled > max) max = unscaled;
      }
      return 2 * BIGINT_BYTES * (cells.length - from);
    },
    statistics: () =>
      min === undefined || max === undefined
        ? {}
        : { min: formatDecimal(min, scale), max: formatDecimal(max, scale) },
  };
}

/** The unscaled value of plain decimal text; null when the text is not a decimal or the scale would cut off digits. */
function exactUnscaled(text: string, scale: number): bigint | null {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return null;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return fraction.length > scale ? null : BigInt(`${match[1]}${fraction.padEnd(scale, '0')}`);
}
