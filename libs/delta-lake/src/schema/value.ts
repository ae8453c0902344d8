import { checkArgument, invalidArgument, shown } from '../arguments.ts';
import { DeltaError } from '../errors.ts';
import { formatInstant, parseDate, parseInstant } from './instant.ts';
import { type DataType, decimalOf } from './types.ts';

/**
 * A cell, a partition value or a statistics bound. string, date (`YYYY-MM-DD`) and decimal (plain text) are
 * strings; byte, short, integer, float, double are numbers; long is a bigint; timestamp and timestamp_ntz are
 * bigint microseconds since the epoch; binary is bytes; an array is an array; a map is an array of [key, value];
 * a struct is an object.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** What may be given for a cell: a `Date` for a timestamp (for a day, midnight UTC), a `Map` for a map, besides a {@link Value}. */
export type CellInput = Value | Date | ReadonlyMap<unknown, unknown>;

/**
 * A partition value as the log holds it. Null and the empty string are both null. Source: Delta protocol, "Partition
 * Value Serialization"; timestamps are written in the ISO-8601 UTC form, bytes as UTF-8 text, as Delta Spark, delta-rs
 * and the kernel do.
 * @throws DeltaError invalid-argument when the value is not of the type, or cannot be text: half of a surrogate pair,
 * or bytes that are not UTF-8
 */
export function serializePartitionValue(type: DataType, value: Value): string | null {
  if (value === null || value === '') return null;
  if (value instanceof Uint8Array && value.length === 0) return null;
  switch (type) {
    case 'timestamp':
      if (typeof value === 'bigint') return `${formatInstant(value)}Z`;
      break;
    case 'timestamp_ntz':
      if (typeof value === 'bigint') return formatInstant(value, 6, ' ');
      break;
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      break;
    case 'date':
      if (typeof value === 'string' && parseDate(value) !== null) return value;
      break;
    case 'binary':
      if (value instanceof Uint8Array) return textOfBytes(value);
      break;
    case 'string':
      if (typeof value === 'string' && value.isWellFormed()) return value;
      break;
    default:
      if (typeof value === 'number' || typeof value === 'bigint') return String(value);
      if (typeof value === 'string') {
        const decimal = decimalOf(type);
        const text = decimal ? plainDecimal(value, decimal.scale) : undefined;
        if (text !== undefined) return text;
      }
  }
  throw invalidArgument(`A partition value of type ${JSON.stringify(type)} cannot be ${shown(value)}`);
}

function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new DeltaError(
      'invalid-argument',
      `A partition value of type binary is written as text, and the bytes ${Buffer.from(bytes.subarray(0, 40)).toString('hex')} are not UTF-8. Partition by another column, or by these bytes as hexadecimal text.`,
      { cause },
    );
  }
}

/**
 * The typed value of a partition value in the log; the other direction of {@link serializePartitionValue}.
 * Timestamps are also read in the form `YYYY-MM-DD HH:MM:SS[.ffffff]`, as UTC.
 * @throws DeltaError corrupt-log when the text is not of the type.
 */
export function parsePartitionValue(type: DataType, text: string | null | undefined): Value {
  if (text === null || text === undefined || text === '') return null;
  checkArgument('parsePartitionValue', 'the text', text, 'text');
  const value = parseScalar(type, text);
  if (value === undefined) {
    throw new DeltaError(
      'corrupt-log',
      `The partition value "${text}" is not of type ${JSON.stringify(type)}.`,
    );
  }
  return value;
}

function parseScalar(type: DataType, text: string): Value | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'boolean':
      return text.toLowerCase() === 'true' ? true : text.toLowerCase() === 'false' ? false : undefined;
    case 'date':
      return parseDate(text) === null ? undefined : text;
    case 'timestamp':
    case 'timestamp_ntz':
      return parseInstant(text) ?? undefined;
    case 'long':
      return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
    case 'byte':
    case 'short':
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    case 'float': {
      const number = parseFloatText(text);
      return number === undefined ? undefined : Math.fround(number);
    }
    case 'double':
      return parseFloatText(text);
    case 'binary':
      return text.isWellFormed() ? new TextEncoder().encode(text) : undefined;
    case 'void':
      return null;
    default: {
      const decimal = decimalOf(type);
      return decimal === null ? undefined : plainDecimal(text, decimal.scale);
    }
  }
}

function parseFloatText(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/**
 * Decimal text with exactly `scale` decimals, no exponent, no plus sign, zero without a sign; undefined when the text
 * is not a number.
 */
export function plainDecimal(text: string, scale: number): string | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!match || (match[2] === '' && !match[3])) return undefined;
  const fraction = match[3] ?? '';
  const exponent = Number(match[4] ?? 0);
  // Larger than any decimal: its digits alone would fill the memory.
  if (Math.abs(exponent) > 1000) return undefined;
  const shift = exponent - fraction.length + scale;
  const digits = BigInt(`${match[2] ?? ''}${fraction}`);
  const unscaled = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return formatDecimal(match[1] === '-' ? -unscaled : unscaled, scale);
}

/** Plain text of an unscaled decimal: `formatDecimal(-1230n, 2)` is `-12.30`. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * Order of two values of one type as Spark orders them: numbers by size (NaN above all), strings by code point, dates
 * and decimals by their value, bytes as unsigned numbers. Null when the values cannot be compared; a caller must then
 * assume nothing.
 */
export function compareValues(type: DataType, left: Value, right: Value): number | null {
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'number' && typeof right === 'number') {
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left - right;
  }
  if (isNumeric(left) && isNumeric(right)) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right);
  if (typeof left !== 'string' || typeof right !== 'string') return null;
  if (type === 'date') {
    const [a, b] = [parseDate(left), parseDate(right)];
    return a === null || b === null ? null : a - b;
  }
  const decimal = decimalOf(type);
  if (decimal !== null) {
    const scale = 38;
    const [a, b] = [plainDecimal(left, scale), plainDecimal(right, scale)];
    if (a === undefined || b === undefined) return null;
    const difference = BigInt(a.replace('.', '')) - BigInt(b.replace('.', ''));
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return compareCodePoints(left, right);
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));
}

/** Order by code point, which is the order of the UTF-8 bytes (JavaScript's own is by UTF-16 unit). */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [left.charCodeAt(i), right.charCodeAt(i)];
    if (a === b) continue;
    // A surrogate stands for a code point above every unit that is none.
    const [aSurrogate, bSurrogate] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff];
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}
