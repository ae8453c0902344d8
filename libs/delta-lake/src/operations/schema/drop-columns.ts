import { checkArgument } from '../../arguments.ts';
import { withColumn } from '../../schema/evolve.ts';
import type { StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import type { OperationResult } from '../operation-result.ts';
import { alter } from './alter.ts';
import { checkMapped, checkNotNamed, type ColumnPath, pathOf, refused } from './columns.ts';
import { withSchema } from './metadata.ts';

/**
 * Drops columns of the table. Files stay as they are, and older versions still show the columns. A later column of the
 * same name is a new one.
 * @throws DeltaError invalid-argument if there is no such column, columns are not mapped, it is a partition column, or
 * no column would be left
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
      if (isEmptied(schema, path)) throw refused(path, 'it is the only column left');
    }
    if (paths.length === 0) return null;
    return {
      operation: 'DROP COLUMNS',
      operationParameters: { columns: JSON.stringify(paths.map((path) => path.join('.'))) },
      metadata: withSchema(live.context, snapshot, schema),
    };
  });
}

function isEmptied(schema: StructType, path: readonly string[]): boolean {
  if (path.length <= 1) return schema.fields.length === 0;
  const field = schema.fields.find(({ name }) => name === path[0]);
  return isEmptied(field?.type as StructType, path.slice(1));
}
