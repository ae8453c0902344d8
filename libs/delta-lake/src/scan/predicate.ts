import type { AddFile } from '../actions/actions.ts';
import { type ColumnMappingMode, physicalName } from '../schema/column-mapping.ts';
import { plainDecimal, compareValues, parsePartitionValue, type Value } from '../schema/value.ts';
import { parseInstant } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructType } from '../schema/types.ts';

/**
 * A conjunction of conditions on columns, for choosing files. `min` and `max` are inclusive; `in` is a list of
 * values. Null never satisfies a condition. Choosing is conservative: a file that may hold a matching row is chosen.
 */
export type Predicate = readonly {
  readonly column: string;
  readonly min?: Value;
  readonly max?: Value;
  readonly in?: readonly Value[];
}[];

interface Range {
  readonly min: Value;
  readonly max: Value;
}

/** What a table's columns are, and what they are called in its files. */
export interface TableColumns {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly columnMapping: ColumnMappingMode;
}

/** Whether `file` may hold a row that satisfies the predicate, by its partition values and statistics. */
export function mayMatch(file: AddFile, predicate: Predicate, table: TableColumns): boolean {
  return predicate.every((condition) => {
    const field = table.schema.fields.find(({ name }) => name === condition.column);
    if (!field) return true;
    const stored = physicalName(field, table.columnMapping);
    if (table.partitionColumns.includes(field.name)) {
      const value = parsePartitionValue(field.type, file.partitionValues[stored]);
      return value !== null && meets(field.type, { min: value, max: value }, condition);
    }
    if (isAllNull(file, stored)) return false;
    return meets(field.type, boundsOf(file, stored, field.type), condition);
  });
}

function meets(type: DataType, range: Range, condition: Predicate[number]): boolean {
  if (condition.min !== undefined && isBelow(type, range.max, condition.min)) return false;
  if (condition.max !== undefined && isBelow(type, condition.max, range.min)) return false;
  if (!condition.in) return true;
  return condition.in.some((value) => !isBelow(type, range.max, value) && !isBelow(type, value, range.min));
}

/** Certainly below; an unknown bound (null) is not certainly anything. */
function isBelow(type: DataType, left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const order = compareValues(type, left, right);
  return order !== null && order < 0;
}

function isAllNull(file: AddFile, column: string): boolean {
  const { stats } = file;
  return stats !== null && stats.numRecords !== null && stats.nullCount[column] === stats.numRecords;
}

/** The bounds of a top-level column, by its physical name, in a file's statistics; null where there is none. */
export function boundsOf(file: AddFile, column: string, type: DataType): Range {
  return {
    min: typedBound(type, file.stats?.minValues[column], 'min'),
    max: typedBound(type, file.stats?.maxValues[column], 'max'),
  };
}

function typedBound(type: DataType, json: unknown, side: 'min' | 'max'): Value {
  if (json === null || json === undefined) return null;
  switch (type) {
    case 'long':
      return typeof json === 'bigint' ? json : Number.isSafeInteger(json) ? BigInt(json as number) : null;
    case 'byte':
    case 'short':
    case 'integer':
    case 'double':
      return typeof json === 'number' ? json : null;
    case 'float':
      // The shortest text of a float is not the float: widened by one step of its precision, it stays a bound.
      return typeof json === 'number' ? widenFloat(json, side) : null;
    case 'string':
    case 'date':
      return typeof json === 'string' ? json : null;
    case 'timestamp':
    case 'timestamp_ntz': {
      const micros = typeof json === 'string' ? parseInstant(json) : null;
      // Writers cut bounds to milliseconds: a max may stand for up to 999 microseconds more.
      return micros === null ? null : side === 'max' ? micros + 999n : micros;
    }
    case 'boolean':
      return typeof json === 'boolean' ? json : null;
    default: {
      const decimal = decimalOf(type);
      // A decimal beyond 15 digits has lost some of them in JSON.parse: no bound rather than a wrong one.
      if (decimal === null || decimal.precision > 15) return null;
      return typeof json === 'number' || typeof json === 'string'
        ? (plainDecimal(String(json), decimal.scale) ?? null)
        : null;
    }
  }
}

function widenFloat(value: number, side: 'min' | 'max'): number {
  const step = Math.max(Math.abs(value) * 2 ** -23, 2 ** -149);
  return side === 'min' ? value - step : value + step;
}
