import { DeltaError } from '../../errors.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** A column: its name, or its path into structs. */
export type ColumnPath = string | readonly string[];

/** The path of a column. */
export const pathOf = (column: ColumnPath): readonly string[] =>
  typeof column === 'string' ? [column] : column;

/**
 * Makes sure that the table maps its columns, so that a file does not depend on the names in the schema.
 * @throws DeltaError invalid-argument
 */
export function checkMapped({ columnMapping }: Snapshot, table: string): void {
  if (columnMapping !== 'none') return;
  throw new DeltaError(
    'invalid-argument',
    `The files of ${table} hold the columns by their names in the schema. Add the feature columnMapping (addFeatures) and set delta.columnMapping.mode to name; then columns can be renamed and dropped.`,
    { facts: { table } },
  );
}

/**
 * Makes sure that no property can name the column: such a property chooses by name which columns have statistics.
 * @throws DeltaError invalid-argument
 */
export function checkNotNamed({ configuration }: Snapshot, path: readonly string[]): void {
  const property = 'delta.dataSkippingStatsColumns';
  if ((configuration[property] ?? '').trim() !== '')
    throw refused(path, `the property ${property} may name it; unset that first`);
}

/** The refusal to change a column. */
export function refused(path: readonly string[], why: string): DeltaError {
  const column = path.join('.');
  return new DeltaError('invalid-argument', `The column "${column}" stays as it is: ${why}.`, {
    facts: { column },
  });
}
