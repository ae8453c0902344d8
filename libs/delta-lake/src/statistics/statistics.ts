import type { TableLayout } from '../features/table-configuration.ts';
import { ownValue } from '../records.ts';
import { type ColumnMappingMode, physicalName } from '../schema/column-mapping.ts';
import { formatInstant } from '../schema/instant.ts';
import { decimalOf } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import { type IndexedColumn, indexedColumns } from './indexed-columns.ts';

/** What a writer knows of one column of a file. Bounds hold for every row; leave them out when unsure. */
export interface ColumnStatistics {
  /** Rows in which the column is null, or a struct around it is. */
  readonly nulls: number;
  readonly min?: Value;
  readonly max?: Value;
  /** Of a struct: its fields. */
  readonly fields?: Readonly<Record<string, ColumnStatistics>>;
}

/** Code points of a string bound, as Spark has it (`delta.dataSkippingStringPrefixLength`). */
const STRING_PREFIX = 32;

/**
 * The `stats` text of a file, as Spark writes it: for the leaf columns that {@link indexedColumns} names, under their
 * physical names; nested as the schema is; strings cut to 32 code points, the max raised so that it stays an upper bound; timestamps as
 * ISO-8601 with milliseconds, the max rounded up; no bounds for booleans, binary, arrays, maps and for NaN or infinite
 * values. Source: Delta protocol, "Per-file Statistics".
 */
export function serializeStatistics(
  table: TableLayout,
  rows: number,
  columns: Readonly<Record<string, ColumnStatistics>>,
): string {
  const texts = structTexts(indexedColumns(table), columns, rows, table.columnMapping);
  return `{"numRecords":${rows},"minValues":{${texts.mins}},"maxValues":{${texts.maxs}},"nullCount":{${texts.nulls}}}`;
}

interface Texts {
  readonly mins: string;
  readonly maxs: string;
  readonly nulls: string;
}

function structTexts(
  indexed: readonly IndexedColumn[],
  columns: Readonly<Record<string, ColumnStatistics>>,
  rows: number,
  columnMapping: ColumnMappingMode,
): Texts {
  const [mins, maxs, nulls]: [string[], string[], string[]] = [[], [], []];
  for (const { field, fields } of indexed) {
    const column = ownValue(columns, field.name);
    if (!column) continue;
    const key = JSON.stringify(physicalName(field, columnMapping));
    if (fields) {
      const inner = structTexts(fields, column.fields ?? {}, rows, columnMapping);
      if (inner.mins !== '') mins.push(`${key}:{${inner.mins}}`);
      if (inner.maxs !== '') maxs.push(`${key}:{${inner.maxs}}`);
      if (inner.nulls !== '') nulls.push(`${key}:{${inner.nulls}}`);
      continue;
    }
    nulls.push(`${key}:${column.nulls}`);
    if (typeof field.type !== 'string' || column.nulls === rows) continue;
    // A NaN may hide behind one bound alone: if one bound is not finite, both are left out.
    if ([column.min, column.max].some((bound) => typeof bound === 'number' && !Number.isFinite(bound)))
      continue;
    const min = column.min === undefined ? null : boundText(field.type, column.min, 'min');
    const max = column.max === undefined ? null : boundText(field.type, column.max, 'max');
    if (min !== null) mins.push(`${key}:${min}`);
    if (max !== null) maxs.push(`${key}:${max}`);
  }
  return { mins: mins.join(), maxs: maxs.join(), nulls: nulls.join() };
}

/** JSON text of a bound, or null when the type has none or the value cannot be one. */
function boundText(type: string, value: Value, side: 'min' | 'max'): string | null {
  switch (type) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'float':
    case 'double':
      return typeof value === 'number' ? JSON.stringify(value) : null;
    case 'long':
      return typeof value === 'bigint' || Number.isSafeInteger(value)
        ? String(value as bigint | number)
        : null;
    case 'date':
      return typeof value === 'string' ? JSON.stringify(value) : null;
    case 'timestamp':
      return typeof value === 'bigint' ? `"${formatInstant(toMillis(value, side), 3)}Z"` : null;
    case 'timestamp_ntz':
      return typeof value === 'bigint' ? `"${formatInstant(toMillis(value, side), 3)}"` : null;
    case 'string': {
      const bound = typeof value === 'string' ? stringBound(value, side) : null;
      return bound === null ? null : JSON.stringify(bound);
    }
    default:
      return decimalOf(type) !== null && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
        ? value
        : null;
  }
}

function toMillis(micros: bigint, side: 'min' | 'max'): bigint {
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  if (rest === 0n) return micros;
  return side === 'min' ? micros - rest : micros - rest + 1000n;
}

/**
 * A bound of at most 32 code points: the min is a prefix; the max is a prefix with its last code point raised (code
 * points that cannot be raised are dropped). Null if there is no such text, or the text is not well-formed.
 */
export function stringBound(text: string, side: 'min' | 'max'): string | null {
  if (!text.isWellFormed()) return null;
  // Most strings are short, and a string has at most as many code points as UTF-16 units.
  if (text.length <= STRING_PREFIX) return text;
  const points = Array.from(text);
  if (points.length <= STRING_PREFIX) return text;
  const prefix = points.slice(0, STRING_PREFIX);
  if (side === 'min') return prefix.join('');
  for (let i = prefix.length - 1; i >= 0; i--) {
    const code = prefix[i]?.codePointAt(0) ?? 0;
    if (code === 0x10ffff) continue;
    const raised = code === 0xd7ff ? 0xe000 : code + 1;
    return prefix.slice(0, i).join('') + String.fromCodePoint(raised);
  }
  return null;
}
