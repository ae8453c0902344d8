import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Shown } from '../engine.ts';

/**
 * A cell of any type in a form for people and JSON: instants as ISO 8601, whole numbers of 64 bits and more as bigint,
 * decimals as numbers if that loses nothing, lists and structs by their parts, everything else as DuckDB writes it.
 */
export function shownValue(value: DuckDBValue): Shown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue)
    return isoInstant(value.micros) ?? String(value);
  if (value instanceof DuckDBDateValue)
    return isoInstant(BigInt(value.days) * 86_400_000_000n)?.slice(0, 10) ?? String(value);
  if (value instanceof DuckDBDecimalValue) return decimal(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map(shownValue);
  if (value instanceof DuckDBStructValue) return fields(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue)
    return value.entries.map(({ key, value: inner }) => ({ key: shownValue(key), value: shownValue(inner) }));
  if (value instanceof DuckDBUnionValue) return shownValue(value.value);
  return String(value);
}

const fields = (entries: readonly (readonly [string, DuckDBValue])[]): Shown =>
  Object.fromEntries(entries.map(([name, inner]) => [name, shownValue(inner)]));

function decimal(value: DuckDBDecimalValue): number | string {
  const text = String(value);
  const number = value.toDouble();
  return Number.isFinite(number) && number.toFixed(Math.min(value.scale, 100)) === text ? number : text;
}

/** An instant as ISO 8601; null outside the years 0 to 9999, as for infinity. */
function isoInstant(micros: bigint): string | null {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / 1000n));
  if (!(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999)) return null;
  const seconds = date.toISOString().slice(0, 19);
  return `${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(6, '0')}`}Z`;
}
