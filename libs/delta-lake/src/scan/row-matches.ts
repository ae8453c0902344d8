import { DeltaError } from '../errors.ts';
import type { Row } from '../parquet/codec.ts';
import { parseDate } from '../schema/instant.ts';
import { own } from '../schema/own.ts';
import { type DataType, decimalOf, type StructType } from '../schema/types.ts';
import { compareValues, plainDecimal, type Value } from '../schema/value.ts';
import { asksForValue, type ColumnCondition, type Predicate } from './predicate.ts';

/**
 * The exact test of rows by a predicate.
 * @throws DeltaError invalid-argument for an unknown column, and for a value that cannot be compared with its column's
 */
export function rowTest(predicate: Predicate, schema: StructType): (row: Row) => boolean {
  const tests = predicate.map((condition) => {
    if (!('anyOf' in condition)) return columnTest(condition, schema);
    const alternatives = condition.anyOf.map((inner) => rowTest(inner, schema));
    return (row: Row) => alternatives.some((test) => test(row));
  });
  return (row) => tests.every((test) => test(row));
}

/** The columns that a predicate speaks of. */
export function columnsOf(predicate: Predicate): ReadonlySet<string> {
  const names = predicate.flatMap((condition) =>
    'anyOf' in condition ? condition.anyOf.flatMap((inner) => [...columnsOf(inner)]) : [condition.column],
  );
  return new Set(names);
}

function columnTest(condition: ColumnCondition, schema: StructType): (row: Row) => boolean {
  const { column, equals, in: list, min, max, above, below, isNull } = condition;
  const field = schema.fields.find(({ name }) => name === column);
  if (!field) throw invalid(column, 'the table has no such column');
  const { type } = field;
  const asked = [equals, min, max, above, below].filter((value) => value !== undefined);
  for (const value of [...asked, ...(list ?? [])]) {
    if (!isComparable(type, value))
      throw invalid(
        column,
        `it is of type ${JSON.stringify(type)} and cannot be compared with ${show(value)}`,
      );
  }
  const holds = (value: Value, bound: Value | undefined, test: (order: number) => boolean): boolean => {
    if (bound === undefined) return true;
    if (Number.isNaN(value) || Number.isNaN(bound)) return false;
    const order = compareValues(type, value, bound);
    return order !== null && test(order);
  };
  const isEqual = (order: number): boolean => order === 0;
  return (row) => {
    const value = own(row, column) ?? null;
    if (value === null || isNull === true)
      return value === null && isNull === true && !asksForValue(condition);
    return (
      holds(value, equals, isEqual) &&
      holds(value, min, (order) => order >= 0) &&
      holds(value, max, (order) => order <= 0) &&
      holds(value, above, (order) => order > 0) &&
      holds(value, below, (order) => order < 0) &&
      (list === undefined || list.some((item) => holds(value, item, isEqual)))
    );
  };
}

/** Whether cells of the type have an order in which this value has a place. */
function isComparable(type: DataType, value: Value): boolean {
  switch (type) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'timestamp':
    case 'timestamp_ntz':
      return typeof value === 'bigint';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'date':
      return typeof value === 'string' && parseDate(value) !== null;
    default:
      return decimalOf(type) !== null && typeof value === 'string' && plainDecimal(value, 0) !== undefined;
  }
}

function invalid(column: string, why: string): DeltaError {
  return new DeltaError('invalid-argument', `The condition on "${column}" cannot be used: ${why}.`, {
    facts: { column },
  });
}

function show(value: Value): string {
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
}
