import { isOn } from '../../features/table-properties.ts';
import { checkArgument, checkText } from '../../arguments.ts';
import { DeltaError } from '../../errors.ts';
import { withColumn } from '../../schema/evolve.ts';
import { isWidening } from '../../schema/type-widening.ts';
import { serializeSchema, type StructField, type StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import { alter } from './alter.ts';
import { withSchema } from './metadata.ts';
import type { OperationResult } from '../rows/operation.ts';

/** A column: its name, or its path into structs. */
export type ColumnPath = string | readonly string[];

/**
 * Calls a column by another name. Files stay: they know it by its physical name, so the table has to map its columns.
 * Source: Delta protocol, "Column Mapping".
 * @throws DeltaError invalid-argument where there is no such column or columns are not mapped; invalid-schema where the name
 * is taken
 */
export async function renameColumn(
  live: LiveSnapshot,
  column: ColumnPath,
  name: string,
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('renameColumn', 'the column', column, 'path');
  checkText('the new name', name);
  const path = pathOf(column);
  return alter(live, options, (snapshot) => {
    const [top] = path;
    const before = path.at(-1);
    checkMapped(snapshot, live.context.store.url);
    checkNotNamed(snapshot, path);
    const schema = withColumn(snapshot.schema, path, (field) => ({ ...field, name }));
    if (before === name) return null;
    const partitionColumns = snapshot.partitionColumns.map((other) =>
      path.length === 1 && other === top ? name : other,
    );
    return {
      operation: 'RENAME COLUMN',
      operationParameters: {
        oldColumnPath: path.join('.'),
        newColumnPath: [...path.slice(0, -1), name].join('.'),
      },
      metadata: withSchema(live.context, snapshot, schema, partitionColumns),
    };
  });
}

/**
 * Takes columns out of the table. Files stay as they are, and older versions show the columns; a later column of the same name
 * is another one.
 * @throws DeltaError invalid-argument where there is no such column, columns are not mapped, the column is one of the
 * partition, or nothing would be left
 */
export async function dropColumns(
  live: LiveSnapshot,
  columns: readonly ColumnPath[],
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('dropColumns', 'the columns', columns, 'list');
  for (const column of columns) checkArgument('dropColumns', 'a column', column, 'path');
  const paths = columns.map(pathOf);
  return alter(live, options, (snapshot) => {
    checkMapped(snapshot, live.context.store.url);
    let { schema } = snapshot;
    for (const path of paths) {
      checkNotNamed(snapshot, path);
      if (path.length === 1 && snapshot.partitionColumns.includes(path[0] ?? ''))
        throw refused(path, 'the table is partitioned by it');
      schema = withColumn(schema, path, () => null);
      if (isEmptied(schema, path)) throw refused(path, 'nothing would be left beside it');
    }
    if (paths.length === 0) return null;
    return {
      operation: 'DROP COLUMNS',
      operationParameters: { columns: JSON.stringify(paths.map((path) => path.join('.'))) },
      metadata: withSchema(live.context, snapshot, schema),
    };
  });
}

/**
 * Gives a column a type that holds all values of the one it has, such as `long` for `integer`. Files stay; readers widen what
 * they read of them. The table says that it may be: `delta.enableTypeWidening`.
 * Source: Delta protocol, "Type Widening".
 * @throws DeltaError invalid-argument where there is no such column, the table does not allow it, the type would lose something,
 * or the column is one of the partition
 */
export async function widenColumn(
  live: LiveSnapshot,
  column: ColumnPath,
  type: string,
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('widenColumn', 'the column', column, 'path');
  checkArgument('widenColumn', 'the type', type, 'text');
  const path = pathOf(column);
  return alter(live, options, (snapshot) => {
    if (!isOn(snapshot.configuration, 'delta.enableTypeWidening'))
      throw refused(path, 'the table does not allow it: set delta.enableTypeWidening to true');
    if (path.length === 1 && snapshot.partitionColumns.includes(path[0] ?? ''))
      throw refused(path, 'the table is partitioned by it');
    const schema = withColumn(snapshot.schema, path, (field) => widened(field, type, path));
    if (serializeSchema(schema) === serializeSchema(snapshot.schema)) return null;
    return {
      operation: 'CHANGE COLUMN',
      operationParameters: { column: JSON.stringify({ name: path.join('.'), type }) },
      metadata: withSchema(live.context, snapshot, schema),
    };
  });
}

function widened(field: StructField, type: string, path: readonly string[]): StructField {
  if (field.type === type) return field;
  if (!isWidening(field.type, type))
    throw refused(path, `not every ${JSON.stringify(field.type)} is a ${type}`);
  const before = field.metadata['delta.typeChanges'];
  const changes = [
    ...(Array.isArray(before) ? (before as readonly unknown[]) : []),
    { fromType: field.type, toType: type },
  ];
  return { ...field, type, metadata: { ...field.metadata, 'delta.typeChanges': changes } };
}

const pathOf = (column: ColumnPath): readonly string[] => (typeof column === 'string' ? [column] : column);

function checkMapped({ columnMapping }: Snapshot, table: string): void {
  if (columnMapping !== 'none') return;
  throw new DeltaError(
    'invalid-argument',
    `The files of ${table} know columns by the names in the schema. Give it the feature columnMapping (addFeatures) and set delta.columnMapping.mode to name; then columns can be renamed and dropped.`,
    { facts: { table } },
  );
}

/** Statistics are kept of columns by their names. */
function checkNotNamed({ configuration }: Snapshot, path: readonly string[]): void {
  const property = 'delta.dataSkippingStatsColumns';
  if ((configuration[property] ?? '').trim() !== '')
    throw refused(path, `${property} may name it: unset that first`);
}

function isEmptied(schema: StructType, path: readonly string[]): boolean {
  if (path.length <= 1) return schema.fields.length === 0;
  const field = schema.fields.find(({ name }) => name === path[0]);
  return isEmptied(field?.type as StructType, path.slice(1));
}

function refused(path: readonly string[], why: string): DeltaError {
  const column = path.join('.');
  return new DeltaError('invalid-argument', `The column "${column}" stays as it is: ${why}.`, {
    facts: { column },
  });
}
