import { invalidArgument, shown } from '../arguments.ts';
import { fromDate } from '../schema/from-date.ts';
import { formatDate, parseDate } from '../schema/instant.ts';
import { type DataType, decimalOf, type StructField, type StructType } from '../schema/types.ts';
import { plainDecimal, type Value } from '../schema/value.ts';
import type { ColumnCondition, Condition, Predicate } from './predicate.ts';

const OPERATORS = ['equals', 'in', 'min', 'max', 'above', 'below', 'isNull'] as const;
type Operator = (typeof OPERATORS)[number];

/** What checking a predicate needs of a table: its columns, and its name for messages. */
export interface CheckedTable {
  readonly schema: StructType;
  readonly table: string;
}

/**
 * Checks a predicate that a caller gave: everything in it must be known, and each value must be comparable with its
 * column. An unknown part is never ignored, because fewer conditions select more rows, and the caller may be deleting
 * them.
 * @throws DeltaError invalid-argument
 */
export function checkPredicate(given: unknown, table: CheckedTable): Predicate {
  if (!Array.isArray(given)) {
    throw invalidArgument(
      `A predicate on ${table.table} must be a list of conditions, [{ column: …, equals: … }], not ${shown(given)}`,
      { table: table.table },
    );
  }
  return Array.from(given, (condition: unknown) => checkCondition(condition, table));
}

function checkCondition(given: unknown, table: CheckedTable): Condition {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidArgument(
      `A condition on ${table.table} must be { column, … } or { anyOf: [predicate, …] }, not ${shown(given)}`,
      { table: table.table },
    );
  }
  // Without a prototype, so that a part called `__proto__` is one like any other.
  const parts = Object.create(null) as Record<string, unknown>;
  for (const name in given) parts[name] = (given as Readonly<Record<string, unknown>>)[name];
  if ('anyOf' in parts) return alternativesOf(parts, table);
  const { column, ...operators } = parts;
  const field = table.schema.fields.find(({ name }) => name === column);
  if (!field) {
    const names = table.schema.fields.map(({ name }) => name).join(', ');
    const what =
      typeof column === 'string' ? `the column "${column}", which` : `the column ${shown(column)}, which`;
    throw invalidArgument(`A condition names ${what} ${table.table} does not have; it has ${names}`, {
      table: table.table,
      column,
    });
  }
  return conditionOn(field, operators, table);
}

function alternativesOf(parts: Readonly<Record<string, unknown>>, table: CheckedTable): Condition {
  const { anyOf, ...rest } = parts;
  const [other] = Object.keys(rest);
  if (other !== undefined) {
    throw invalidArgument(
      `A condition on ${table.table} has "${other}" beside "anyOf"; make it a condition of its own`,
      { table: table.table },
    );
  }
  if (!Array.isArray(anyOf)) {
    throw invalidArgument(
      `"anyOf" of a condition on ${table.table} must be a list of predicates, not ${shown(anyOf)}`,
      {
        table: table.table,
      },
    );
  }
  return { anyOf: Array.from(anyOf, (inner: unknown) => checkPredicate(inner, table)) };
}

function conditionOn(
  field: StructField,
  operators: Readonly<Record<string, unknown>>,
  table: CheckedTable,
): ColumnCondition {
  const refuse = (why: string): never => {
    throw invalidArgument(`The condition on "${field.name}" of ${table.table} cannot be used: ${why}`, {
      table: table.table,
      column: field.name,
    });
  };
  const names = Object.keys(operators);
  if (names.length === 0)
    refuse('it asks for nothing. Say what the value must be; { isNull: false } accepts any value');
  const known: Partial<Record<Operator, unknown>> = {};
  for (const name of names) {
    const operator = OPERATORS.find((candidate) => candidate === name);
    if (!operator) return refuse(`"${name}" is not an operator; the operators are ${OPERATORS.join(', ')}`);
    const value = operators[name];
    if (value === undefined) refuse(`"${name}" is undefined. Leave it out, or give it a value`);
    if (operator === 'isNull' && typeof value !== 'boolean')
      refuse(`"isNull" must be true or false, not ${shown(value)}`);
    if (operator === 'in' && !Array.isArray(value))
      refuse(`"in" must be a list of values, not ${shown(value)}`);
    known[operator] =
      operator === 'isNull'
        ? value
        : operator === 'in'
          ? Array.from(value as readonly unknown[], (item) => operandOf(field.type, item, refuse))
          : operandOf(field.type, value, refuse);
  }
  return { column: field.name, ...known } as ColumnCondition;
}

/** A value that cells of the type are compared with. */
function operandOf(type: DataType, value: unknown, refuse: (why: string) => never): Value {
  if (value === null) refuse('null equals nothing. Ask for { isNull: true }');
  if (Number.isNaN(value)) refuse('NaN equals nothing');
  const operand = comparable(type, value);
  if (operand !== undefined) return operand;
  const name = typeof type === 'string' ? type : type.type;
  const wanted = WANTED[name] ?? (decimalOf(type) ? 'text such as "12.50"' : undefined);
  return refuse(
    wanted === undefined
      ? `values of type ${name} have no order; only { isNull } can be asked`
      : `it is of type ${name} and can be compared with ${wanted}, not with ${shown(value)}`,
  );
}

const WANTED: Readonly<Record<string, string>> = {
  byte: 'numbers',
  short: 'numbers',
  integer: 'numbers',
  long: 'bigints, or numbers that are exact (up to 2^53)',
  float: 'numbers',
  double: 'numbers',
  timestamp: 'a Date, or a bigint of microseconds since 1970',
  timestamp_ntz: 'a bigint of microseconds since 1970',
  boolean: 'true or false',
  string: 'well-formed text',
  binary: 'a Uint8Array',
  date: 'an existing day, "YYYY-MM-DD", or a Date at midnight UTC',
};

function comparable(type: DataType, value: unknown): Value | undefined {
  switch (type) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'float':
    case 'double':
      return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
    case 'long':
      // A whole number beyond 2^53 may differ from what the caller wrote.
      if (typeof value === 'number')
        return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
      return typeof value === 'bigint' ? value : undefined;
    case 'timestamp':
      if (value instanceof Date) return fromDate(type, value);
      return typeof value === 'bigint' ? value : undefined;
    case 'timestamp_ntz':
      return typeof value === 'bigint' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'string':
      return typeof value === 'string' && value.isWellFormed() ? value : undefined;
    case 'binary':
      return value instanceof Uint8Array ? value : undefined;
    case 'date': {
      if (value instanceof Date) return fromDate(type, value);
      const days = typeof value === 'string' ? parseDate(value) : null;
      return days !== null && formatDate(days) === value ? value : undefined;
    }
    default:
      return decimalOf(type) !== null && typeof value === 'string' && plainDecimal(value, 0) !== undefined
        ? value
        : undefined;
  }
}
