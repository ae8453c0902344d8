import type { AddFile } from '../actions/actions.ts';
import type { TableColumns } from '../features/table-configuration.ts';
import { ownValue } from '../records.ts';
import { physicalName } from '../schema/column-mapping.ts';
import { parseInstant } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructField } from '../schema/types.ts';
import { plainDecimal, compareValues, parsePartitionValue, type Value } from '../schema/value.ts';

/**
 * A conjunction of conditions. It chooses files (conservatively: a file that may hold a matching row is chosen) and rows
 * (exactly). Null and NaN satisfy no condition but `isNull`.
 */
export type Predicate = PredicateOn<Value>;
export type Condition = ConditionOn<Value>;
export type ColumnCondition = ColumnConditionOn<Value>;

/** A {@link Predicate} as a caller gives it: an instant may be a Date, as may midnight UTC for a day. */
export type GivenPredicate = PredicateOn<Value | Date>;
export type GivenCondition = ConditionOn<Value | Date>;
export type GivenColumnCondition = ColumnConditionOn<Value | Date>;

type PredicateOn<V> = readonly ConditionOn<V>[];

/** A condition on one column, or the alternative of several predicates. */
type ConditionOn<V> = ColumnConditionOn<V> | { readonly anyOf: readonly PredicateOn<V>[] };

/** Every part that is given must hold. */
interface ColumnConditionOn<V> {
  /** At the top level. */
  readonly column: string;
  readonly equals?: V;
  readonly in?: readonly V[];
  /** Inclusive. */
  readonly min?: V;
  /** Inclusive. */
  readonly max?: V;
  /** Exclusive: the value lies above it. */
  readonly above?: V;
  /** Exclusive: the value lies below it. */
  readonly below?: V;
  /** True: the value is null; no other part of the condition can then hold. False: the value is not null. */
  readonly isNull?: boolean;
}

interface Range {
  readonly min: Value;
  readonly max: Value;
}

/** Whether `file` may hold a row that satisfies the predicate, by its partition values and statistics. */
export function mayMatch(file: AddFile, predicate: Predicate, table: TableColumns): boolean {
  return predicate.every((condition) => {
    if ('anyOf' in condition) return condition.anyOf.some((inner) => mayMatch(file, inner, table));
    const field = table.schema.fields.find(({ name }) => name === condition.column);
    if (!field) return true;
    const stored = physicalName(field, table.columnMapping);
    if (table.partitionColumns.includes(field.name)) {
      const value = parsePartitionValue(field.type, ownValue(file.partitionValues, stored));
      if (value === null) return condition.isNull === true && !asksForValue(condition);
      return condition.isNull !== true && meets(field.type, { min: value, max: value }, condition);
    }
    if (condition.isNull === true) return nullCount(file, stored) !== 0 && !asksForValue(condition);
    if (isAllNull(file, stored)) return false;
    return meets(field.type, boundsOf(file, stored, boundType(field)), condition);
  });
}

/** Whether a condition says more than that the column is, or is not, null. */
export function asksForValue({ equals, in: list, min, max, above, below }: ColumnCondition): boolean {
  return [equals, list, min, max, above, below].some((asked) => asked !== undefined);
}

function meets(type: DataType, range: Range, condition: ColumnCondition): boolean {
  const { equals, in: list, min, max, above, below } = condition;
  if (min !== undefined && isBelow(type, range.max, min)) return false;
  if (max !== undefined && isBelow(type, max, range.min)) return false;
  if (above !== undefined && isAtMost(type, range.max, above)) return false;
  if (below !== undefined && isAtMost(type, below, range.min)) return false;
  const mayBe = (value: Value): boolean =>
    !isBelow(type, range.max, value) && !isBelow(type, value, range.min);
  if (equals !== undefined && !mayBe(equals)) return false;
  return list === undefined || list.some(mayBe);
}

/** Whether it is certainly below; with an unknown bound (null) nothing is certain. */
function isBelow(type: DataType, left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const order = compareValues(type, left, right);
  return order !== null && order < 0;
}

/** Whether it is certainly below or equal. */
function isAtMost(type: DataType, left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  const order = compareValues(type, left, right);
  return order !== null && order <= 0;
}

/** The null count of a column, by its physical name; undefined if the statistics do not say. */
function nullCount(file: AddFile, column: string): unknown {
  return file.stats && ownValue(file.stats.nullCount, column);
}

function isAllNull(file: AddFile, column: string): boolean {
  const rows = file.stats?.numRecords ?? null;
  return rows !== null && nullCount(file, column) === rows;
}

/** The bounds of a top-level column, by its physical name, in a file's statistics; null for an unknown bound. */
export function boundsOf(file: AddFile, column: string, type: DataType): Range {
  return {
    min: typedBound(type, file.stats && ownValue(file.stats.minValues, column), 'min'),
    max: typedBound(type, file.stats && ownValue(file.stats.maxValues, column), 'max'),
  };
}

/**
 * The type of a column's bounds in the log. A float that became a double has bounds of both types, and bounds of floats
 * are less exact than the values.
 */
export function boundType(field: StructField): DataType {
  const changes = field.metadata['delta.typeChanges'];
  const isWidened = Array.isArray(changes) && JSON.stringify(changes).includes('"float"');
  return field.type === 'double' && isWidened ? 'float' : field.type;
}

/** A bound of the statistics, widened by whatever its writer may have cut off; null if it is not usable. */
export function typedBound(type: DataType, json: unknown, side: 'min' | 'max'): Value {
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
      // The shortest text of a float is not the exact float: widen it by one step of its precision.
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
