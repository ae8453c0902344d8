import { checkArgument, checkText } from '../../arguments.ts';
import { withColumn } from '../../schema/evolve.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { checkMapped, checkNotNamed, type ColumnPath, pathOf } from './columns.ts';
import { withSchema } from './metadata.ts';

/**
 * Renames a column. Files stay as they are: they hold the column by its physical name, so the table must map its
 * columns.
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
