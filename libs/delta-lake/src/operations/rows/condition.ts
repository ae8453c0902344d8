import type { AddFile } from '../../actions/actions.ts';
import { invalidArgument, shown } from '../../arguments.ts';
import type { Row } from '../../parquet/codec.ts';
import { checkPredicate } from '../../scan/check-predicate.ts';
import type { Condition, GivenPredicate, Predicate } from '../../scan/predicate.ts';
import { columnsOf, rowTest } from '../../scan/row-matches.ts';
import type { Value } from '../../schema/value.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/**
 * Which rows an operation is about: a predicate or a function of a row. A predicate also chooses the files to read and
 * keeps conflicts with other writers rare; a function reads the whole table.
 */
export type Where = GivenPredicate | ((row: Row) => boolean);

/** A {@link Where}, made ready for one snapshot. */
export interface RowCondition {
  readonly test: (row: Row) => boolean;
  /** The columns that `test` looks at; null: any. */
  readonly columns: readonly string[] | null;
  /** Whether the partition values alone decide, so that all rows of a file match or none. */
  readonly isOnPartitions: boolean;
  /** For the transaction. */
  readonly reads: 'whole-table' | Predicate;
  /** For the history. */
  readonly text: string;
  /** The files that may hold a matching row. */
  readonly files: readonly AddFile[];
}

/**
 * Makes a condition ready.
 * @throws DeltaError invalid-argument for a predicate that does not fit the table's columns
 */
export function conditionOf(where: Where, snapshot: Snapshot): RowCondition {
  const table = snapshot.table;
  if (typeof where === 'function') {
    return {
      test: (row) => answerOf(where(row), table),
      columns: null,
      isOnPartitions: false,
      reads: 'whole-table',
      text: 'a function of the row',
      files: snapshot.files(),
    };
  }
  const predicate = checkPredicate(where, snapshot);
  const test = rowTest(predicate, snapshot.schema);
  const columns = [...columnsOf(predicate)];
  const isOnPartitions = columns.every((column) => snapshot.partitionColumns.includes(column));
  const candidates = snapshot.files(predicate);
  return {
    test,
    columns,
    isOnPartitions,
    reads: predicate.length === 0 ? 'whole-table' : predicate,
    text: textOf(predicate),
    files: isOnPartitions ? candidates.filter((file) => test(snapshot.partitionValues(file))) : candidates,
  };
}

/** Refuses a promise or undefined: either would count as the same answer for every row. */
function answerOf(answer: unknown, table: string): boolean {
  if (typeof answer === 'boolean') return answer;
  throw invalidArgument(
    `The condition on ${table} is a function, which must return true or false for a row, and returned ${answer instanceof Promise ? 'a promise' : shown(answer)}`,
    { table },
  );
}

/** A predicate as people read it in the history, in the manner of SQL. */
export function textOf(predicate: Predicate): string {
  if (predicate.length === 0) return 'true';
  return predicate.map(conditionText).join(' AND ');
}

function conditionText(condition: Condition): string {
  if ('anyOf' in condition) return `(${condition.anyOf.map((inner) => `(${textOf(inner)})`).join(' OR ')})`;
  const { equals, in: list, min, max, above, below, isNull } = condition;
  const column = `\`${condition.column.replaceAll('`', '``')}\``;
  const bounds: readonly (readonly [string, Value | undefined])[] = [
    ['=', equals],
    ['>=', min],
    ['<=', max],
    ['>', above],
    ['<', below],
  ];
  const parts = bounds.flatMap(([sign, value]) =>
    value === undefined ? [] : [`${column} ${sign} ${literal(value)}`],
  );
  if (list) parts.push(`${column} IN (${list.map(literal).join(', ')})`);
  if (isNull !== undefined) parts.push(`${column} IS ${isNull ? '' : 'NOT '}NULL`);
  return parts.join(' AND ');
}

function literal(value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
