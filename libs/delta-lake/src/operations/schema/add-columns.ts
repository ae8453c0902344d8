import { mergeSchemas } from '../../schema/evolve.ts';
import type { StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { withSchema } from './metadata.ts';

/**
 * Adds columns, at the top level or in existing structs (give the struct with the new fields alone). Existing rows have
 * null in them, so new columns are always nullable.
 * @throws DeltaError invalid-schema where the table has such a column with another type, unsupported-feature
 */
export async function addColumns(
  live: LiveSnapshot,
  columns: StructType,
  options: CommitOptions = {},
): Promise<OperationResult> {
  return alter(live, options, (snapshot) => {
    const schema = mergeSchemas(snapshot.schema, columns);
    if (schema === snapshot.schema) return null;
    const added = columns.fields.map((column) => ({ column }));
    return {
      operation: 'ADD COLUMNS',
      operationParameters: { columns: JSON.stringify(added) },
      metadata: withSchema(live.context, snapshot, schema),
    };
  });
}
