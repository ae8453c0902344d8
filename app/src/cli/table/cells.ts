import { type DataType, formatInstant, type StructType, type Value } from '@contrail/delta-lake';

/**
 * Cells in a form for people, for every format but the canonical one: instants in ISO 8601 and UTC, bytes as
 * hexadecimal text, maps with text keys as objects, NaN and infinities by their names. Longs keep every digit.
 */
export function shownRow(schema: StructType): (row: Readonly<Record<string, Value>>) => unknown[] {
  return (row) =>
    schema.fields.map(({ name, type }) => shownCell(type, Object.hasOwn(row, name) ? row[name] : null));
}

/** One cell. */
export function shownCell(type: DataType, value: Value | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (typeof type === 'string') return shownScalar(type, value);
  if (type.type === 'struct') {
    const record = value as Readonly<Record<string, Value>>;
    return Object.fromEntries(
      type.fields.map((field) => [field.name, shownCell(field.type, record[field.name])]),
    );
  }
  const items = value as readonly Value[];
  if (type.type === 'array') return items.map((item) => shownCell(type.elementType, item));
  const pairs = (items as readonly (readonly [Value, Value])[]).map(
    ([key, item]) => [shownCell(type.keyType, key), shownCell(type.valueType, item)] as const,
  );
  return pairs.every(([key]) => typeof key === 'string')
    ? Object.fromEntries(pairs as readonly (readonly [string, unknown])[])
    : pairs;
}

function shownScalar(type: string, value: NonNullable<Value>): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'bigint' || !type.startsWith('timestamp')) return value;
  return `${formatInstant(value).replace(/\.?0+$/, '')}${type === 'timestamp' ? 'Z' : ''}`;
}

/** The first instant after the year 9999, epoch ms. */
const TOO_LATE_MS = 253_402_300_800_000;

/**
 * When something was committed: ISO 8601 in UTC. An impossible time, for example microseconds that a writer took for
 * milliseconds, is shown as a number.
 */
export function shownTime(ms: number): string {
  return ms > 0 && ms < TOO_LATE_MS ? new Date(ms).toISOString() : ms === 0 ? 'unknown' : String(ms);
}
