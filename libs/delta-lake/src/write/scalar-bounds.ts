import type { ColumnStatistics } from '../actions/statistics.ts';
import { unsupportedFeature } from '../errors.ts';
import { formatDate, parseDate } from '../schema/instant.ts';
import { decimalOf } from '../schema/types.ts';
import { compareCodePoints, formatDecimal, type Value } from '../schema/value.ts';

/** Smallest and largest value of a primitive column. */
export interface ScalarBounds {
  /** About how many bytes the value occupies in memory; null when it is not of the type. */
  take(value: NonNullable<Value>): number | null;
  statistics(): Omit<ColumnStatistics, 'nulls'>;
}

const NUMBER_BYTES = 8;
const BIGINT_BYTES = 24;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Bounds of a primitive type. A NaN makes the bounds NaN, which nobody writes down.
 * @throws DeltaError unsupported-feature for a type that this library does not know
 */
export function scalarBounds(type: string): ScalarBounds {
  switch (type) {
    case 'byte':
      return integerBounds(0x7f);
    case 'short':
      return integerBounds(0x7fff);
    case 'integer':
      return integerBounds(0x7fff_ffff);
    case 'long':
    case 'timestamp':
    case 'timestamp_ntz':
      return longBounds();
    case 'float':
      return floatBounds(Math.fround);
    case 'double':
      return floatBounds((value) => value);
    case 'string':
      return stringBounds();
    case 'date':
      return dateBounds();
    case 'boolean':
      return { take: (value) => (typeof value === 'boolean' ? NUMBER_BYTES : null), statistics: noBounds };
    case 'binary':
      return {
        take: (value) => (value instanceof Uint8Array ? 64 + value.byteLength : null),
        statistics: noBounds,
      };
    case 'void':
      return { take: () => null, statistics: noBounds };
    default: {
      const decimal = decimalOf(type);
      if (!decimal) throw unsupportedFeature(`type ${type}`, 'write', 'the table');
      return decimalBounds(decimal.precision, decimal.scale);
    }
  }
}

const noBounds = (): Omit<ColumnStatistics, 'nulls'> => ({});

function integerBounds(limit: number): ScalarBounds {
  let [min, max] = [Infinity, -Infinity];
  return {
    take(value) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value > limit || value < -limit - 1)
        return null;
      if (value < min) min = value;
      if (value > max) max = value;
      return NUMBER_BYTES;
    },
    statistics: () => (min <= max ? { min, max } : {}),
  };
}

/** int64: bigints, or numbers that count exactly. */
function longBounds(): ScalarBounds {
  let [min, max]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  return {
    take(value) {
      if (typeof value === 'number' && Number.isSafeInteger(value)) value = BigInt(value);
      if (typeof value !== 'bigint') return null;
      // Only a new bound can leave the range of the type.
      if (min === undefined || value < min) {
        if (value < -INT64_MAX - 1n) return null;
        min = value;
      }
      if (max === undefined || value > max) {
        if (value > INT64_MAX) return null;
        max = value;
      }
      return BIGINT_BYTES;
    },
    statistics: () => (min === undefined || max === undefined ? {} : { min, max }),
  };
}

function floatBounds(stored: (value: number) => number): ScalarBounds {
  let [min, max, isNotANumber] = [Infinity, -Infinity, false];
  return {
    take(value) {
      if (typeof value !== 'number') return null;
      if (value !== value) isNotANumber = true;
      if (value < min) min = value;
      if (value > max) max = value;
      return NUMBER_BYTES;
    },
    statistics() {
      if (isNotANumber) return { min: Number.NaN, max: Number.NaN };
      // Rounding to the stored precision keeps order, so the bounds of the rounded are the rounded bounds.
      return min <= max ? { min: stored(min), max: stored(max) } : {};
    },
  };
}

function stringBounds(): ScalarBounds {
  let [min, max]: [string | undefined, string | undefined] = [undefined, undefined];
  return {
    take(value) {
      // Half a surrogate pair has no UTF-8 form: it would be stored as another text.
      if (typeof value !== 'string' || !value.isWellFormed()) return null;
      if (min === undefined || compareCodePoints(value, min) < 0) min = value;
      if (max === undefined || compareCodePoints(value, max) > 0) max = value;
      return 24 + 2 * value.length;
    },
    statistics: () => (min === undefined || max === undefined ? {} : { min, max }),
  };
}

function dateBounds(): ScalarBounds {
  let [min, max] = [Infinity, -Infinity];
  let previous = '';
  return {
    take(value) {
      // Neighbours are often of one day.
      if (value === previous) return BIGINT_BYTES;
      const days = typeof value === 'string' ? parseDate(value) : null;
      // 2026-02-31 is no date: it would be stored as another one.
      if (days === null || formatDate(days) !== value) return null;
      previous = value;
      if (days < min) min = days;
      if (days > max) max = days;
      return BIGINT_BYTES;
    },
    statistics: () => (min <= max ? { min: formatDate(min), max: formatDate(max) } : {}),
  };
}

function decimalBounds(precision: number, scale: number): ScalarBounds {
  const limit = 10n ** BigInt(precision);
  let [min, max]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  return {
    take(value) {
      const unscaled = typeof value === 'string' ? exactUnscaled(value, scale) : null;
      if (unscaled === null || unscaled >= limit || unscaled <= -limit) return null;
      if (min === undefined || unscaled < min) min = unscaled;
      if (max === undefined || unscaled > max) max = unscaled;
      return 2 * BIGINT_BYTES;
    },
    statistics: () =>
      min === undefined || max === undefined
        ? {}
        : { min: formatDecimal(min, scale), max: formatDecimal(max, scale) },
  };
}

/** The unscaled value of plain decimal text; null when it is none, or has digits that the scale would cut off. */
function exactUnscaled(text: string, scale: number): bigint | null {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return null;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return fraction.length > scale ? null : BigInt(`${match[1]}${fraction.padEnd(scale, '0')}`);
}
