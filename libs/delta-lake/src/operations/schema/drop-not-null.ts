import { checkArgument } from '../../arguments.ts';
import { withColumn } from '../../schema/evolve.ts';
import { serializeSchema } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { type ColumnPath, pathOf } from './columns.ts';
import { checkKept } from './metadata.ts';

/**
 * Lets a column be null; its path leads into structs.
 * @throws DeltaError invalid-argument when there is no such column, unsupported-feature
 */
export async function dropNotNull(
  live: LiveSnapshot,
  column: ColumnPath,
  options: CommitOptions = {},
): Promise<OperationResult> {
  checkArgument('dropNotNull', 'the column', column, 'path');
  const path = pathOf(column);
  return alter(live, options, (snapshot) => {
    const relaxed = withColumn(snapshot.schema, path, (field) => ({ ...field, nullable: true }));
    const schemaString = serializeSchema(relaxed);
    if (schemaString === serializeSchema(snapshot.schema)) return null;
    checkKept(snapshot);
    return {
      operation: 'CHANGE COLUMN',
      operationParameters: { column: JSON.stringify({ name: path.join('.'), nullable: true }) },
      metadata: { ...snapshot.metadata, schemaString },
    };
  });
}
