import type { SchemaElement } from 'hyparquet';
import { formatDate, MICROS_PER_DAY } from '../schema/instant.ts';
import { decimalOf } from '../schema/types.ts';
import { formatDecimal, plainDecimal, type Value } from '../schema/value.ts';
import { fromLegacyDays, fromLegacyMicros, type LegacyCalendar } from './legacy-calendar.ts';

type ScalarReader = (raw: NonNullable<unknown>) => Value;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * How to read a primitive Parquet column as a Delta type: of the same type, or of one that Delta lets widen to it
 * (integers to wider integers, to double and to decimals that hold them; float to double; date to timestamp_ntz;
 * decimals to wider ones). Null when the column is neither, or reading would lose something.
 * Source: Delta protocol, "Delta Data Type to Parquet Type Mappings" and "Type Widening".
 */
export function scalarReader(
  type: string,
  element: SchemaElement,
  calendar: LegacyCalendar | null,
): ScalarReader | null {
  const physical = element.type;
  const integer = integerReader(element);
  const isBytes = physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY';
  switch (type) {
    case 'void':
      return () => null;
    case 'boolean':
      return physical === 'BOOLEAN' ? (raw) => raw === true || raw === 1 : null;
    case 'byte':
    case 'short':
    case 'integer':
      return integer && physical === 'INT32' ? (raw) => Number(integer(raw)) : null;
    case 'long':
      return integer && ((raw) => BigInt(integer(raw)));
    case 'float':
      return physical === 'FLOAT' ? Number : null;
    case 'double':
      if (physical === 'DOUBLE' || physical === 'FLOAT') return Number;
      return integer && physical === 'INT32' ? (raw) => Number(integer(raw)) : null;
    case 'string':
      return isBytes && !isDecimal(element)
        ? (raw) => (typeof raw === 'string' ? raw : UTF8.decode(raw as Uint8Array))
        : null;
    case 'binary':
      return isBytes && !isDecimal(element)
        ? (raw) => (typeof raw === 'string' ? new TextEncoder().encode(raw) : (raw as Uint8Array))
        : null;
    case 'date':
      if (physical !== 'INT32' || isDecimal(element)) return null;
      return calendar?.dates === true
        ? (raw) => formatDate(fromLegacyDays(Number(raw)))
        : (raw) => formatDate(Number(raw));
    case 'timestamp': {
      if (!isInstant(element)) return null;
      const zone = (physical === 'INT96' ? calendar?.int96Zone : calendar?.int64Zone) ?? null;
      return zone === null
        ? (raw) => BigInt(raw as bigint)
        : (raw) => fromLegacyMicros(BigInt(raw as bigint), zone);
    }
    case 'timestamp_ntz':
      if (isDate(element)) {
        const day = calendar?.dates === true ? fromLegacyDays : Number;
        return (raw) => BigInt(day(Number(raw))) * MICROS_PER_DAY;
      }
      return isInstant(element) ? (raw) => BigInt(raw as bigint) : null;
    default: {
      const decimal = decimalOf(type);
      return decimal && decimalReader(decimal, element);
    }
  }
}

/** Reads a whole number; null when the column holds something else. Unsigned ones come as they are meant. */
function integerReader(element: SchemaElement): ((raw: NonNullable<unknown>) => number | bigint) | null {
  if (element.type !== 'INT32' && element.type !== 'INT64') return null;
  if (isDecimal(element) || isDate(element) || isAnnotatedInstant(element)) return null;
  if (!isUnsigned(element)) return (raw) => raw as number | bigint;
  return element.type === 'INT32'
    ? (raw) => Number(raw) >>> 0
    : (raw) => BigInt.asUintN(64, BigInt(raw as bigint));
}

/**
 * Reads a decimal, or an integer as one. The scale may only grow. The width of a file's integers says how many digits
 * they can have.
 */
function decimalReader(
  wanted: { readonly precision: number; readonly scale: number },
  element: SchemaElement,
): ScalarReader | null {
  const { scale } = wanted;
  if (!isDecimal(element)) {
    const integer = integerReader(element);
    if (!integer || digitsOf(element) > wanted.precision - scale) return null;
    return (raw) => formatDecimal(BigInt(integer(raw)) * 10n ** BigInt(scale), scale);
  }
  const stored = element.scale ?? (element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : 0);
  if (stored > scale) return null;
  return (raw) => {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : BigInt(raw as number | bigint);
    const text = formatDecimal(unscaled, stored);
    return stored === scale ? text : (plainDecimal(text, scale) ?? null);
  };
}

function digitsOf({ type, converted_type, logical_type }: SchemaElement): number {
  const bits =
    logical_type?.type === 'INTEGER'
      ? logical_type.bitWidth
      : Number(/^U?INT_(\d+)$/.exec(converted_type ?? '')?.[1] ?? (type === 'INT64' ? 64 : 32));
  return { 8: 3, 16: 5, 32: 10 }[bits] ?? 20;
}

function isUnsigned({ converted_type, logical_type }: SchemaElement): boolean {
  if (logical_type?.type === 'INTEGER') return !logical_type.isSigned;
  return converted_type?.startsWith('UINT_') === true;
}

function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
}

function isDate({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === 'DATE' || logical_type?.type === 'DATE';
}

function isAnnotatedInstant({ converted_type, logical_type }: SchemaElement): boolean {
  return logical_type?.type === 'TIMESTAMP' || converted_type?.startsWith('TIMESTAMP') === true;
}

/**
 * Whether a column holds instants. Every resolution arrives as microseconds; a plain INT64 is taken for microseconds.
 */
function isInstant(element: SchemaElement): boolean {
  return (element.type === 'INT64' && !isDecimal(element)) || element.type === 'INT96';
}

/** A two's-complement big-endian integer. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}
