import type { Row } from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import type { StructType } from '../schema/types.ts';
import { compareValues, type Value } from '../schema/value.ts';
import { asksForValue, type ColumnCondition, type Predicate } from './predicate.ts';

/** The exact test of rows by a predicate that passed `checkPredicate`. */
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
  const type = field?.type ?? 'void';
  const holds = (value: Value, bound: Value | undefined, test: (order: number) => boolean): boolean => {
    if (bound === undefined) return true;
    if (Number.isNaN(value) || Number.isNaN(bound)) return false;
    const order = compareValues(type, value, bound);
    return order !== null && test(order);
  };
  const isEqual = (order: number): boolean => order === 0;
  return (row) => {
    const value = ownValue(row, column) ?? null;
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
