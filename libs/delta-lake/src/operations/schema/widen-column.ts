import { checkArgument } from '../../arguments.ts';
import { isOn } from '../../features/table-properties.ts';
import { withColumn } from '../../schema/evolve.ts';
import { isWidening } from '../../schema/type-widening.ts';
import { serializeSchema, type StructField } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { type ColumnPath, pathOf, refused } from './columns.ts';
import { withSchema } from './metadata.ts';

/**
 * Gives a column a type that holds all values of its present one, such as `long` for `integer`. Files stay, and readers
 * widen the values. The table must allow it: `delta.enableTypeWidening`.
 * Source: Delta protocol, "Type Widening".
 * @throws DeltaError invalid-argument if there is no such column, the table does not allow it, a value would not fit,
 * or it is a partition column
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
    throw refused(path, `not every ${JSON.stringify(field.type)} fits into a ${type}`);
  const before = field.metadata['delta.typeChanges'];
  const changes = [
    ...(Array.isArray(before) ? (before as readonly unknown[]) : []),
    { fromType: field.type, toType: type },
  ];
  return { ...field, type, metadata: { ...field.metadata, 'delta.typeChanges': changes } };
}
