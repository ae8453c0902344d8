import type { AddFile, Metadata } from '../../actions/actions.ts';
import type { TableContext } from '../../context/context.ts';
import { batchesOf, type RowSource } from '../../data-files/row-input.ts';
import { DeltaError } from '../../errors.ts';
import { checkRemovable } from '../../features/protocol.ts';
import { tableConfiguration } from '../../features/table-configuration.ts';
import { checkGivenSchema } from '../../schema/check-schema.ts';
import { mergeSchemas } from '../../schema/evolve.ts';
import { parseSchema, type StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { withSchema } from '../schema/metadata.ts';
import { partitionsOf } from './occupied-partitions.ts';
import { operate, type OperationOptions } from './operation.ts';
import { sumOf } from './rewrite.ts';

export interface OverwriteOptions extends OperationOptions {
  /** `all` (default): everything is replaced. `dynamic`: only the partitions that the rows fall into. */
  readonly partitions?: 'all' | 'dynamic';
  /** As for an append. */
  readonly mergeSchema?: StructType;
  /** The table's schema and partitioning from now on; with `partitions: 'all'` only. */
  readonly overwriteSchema?: { readonly schema: StructType; readonly partitionColumns?: readonly string[] };
}

/**
 * Replaces the rows of the table, or of the partitions that the new rows fall into.
 * @throws DeltaError append-only, invalid-argument, not-null-violated, invalid-schema, unsupported-feature, store-failed
 */
export async function overwriteRows(
  live: LiveSnapshot,
  rows: RowSource,
  options: OverwriteOptions = {},
): Promise<OperationResult> {
  const { context } = live;
  const isDynamic = options.partitions === 'dynamic';
  if (isDynamic && options.overwriteSchema) {
    throw new DeltaError('invalid-argument', 'A schema cannot be overwritten partition by partition.');
  }
  return operate(live, options, async (snapshot, files) => {
    checkRemovable(snapshot.metadata, context.store.url);
    const metadata = newMetadata(context, snapshot, options);
    if (metadata) files.retarget(tableConfiguration(snapshot.protocol, metadata, context.store.url));
    const schema = metadata ? parseSchema(metadata.schemaString) : snapshot.schema;
    for await (const batch of batchesOf(rows, schema)) await files.write(batch);
    const { appends } = await files.finish();
    const replaced = isDynamic ? partitionsOf(snapshot, appends) : null;
    const removes = replaced?.files ?? snapshot.files();
    return {
      spec: {
        operation: 'WRITE',
        operationParameters: {
          mode: 'Overwrite',
          partitionBy: JSON.stringify(metadata?.partitionColumns ?? snapshot.partitionColumns),
          ...(isDynamic ? { isDynamicPartitionOverwrite: 'true' } : {}),
          ...(options.overwriteSchema ? { canOverwriteSchema: 'true' } : {}),
        },
        reads: replaced?.predicate ?? 'whole-table',
        copiesRows: false,
      },
      removes,
      ...(metadata ? { metadata } : {}),
      metrics: () => replaceMetrics(appends, removes),
    };
  });
}

function newMetadata(context: TableContext, snapshot: Snapshot, options: OverwriteOptions): Metadata | null {
  const { mergeSchema, overwriteSchema } = options;
  if (overwriteSchema) {
    checkGivenSchema(overwriteSchema.schema);
    // A column that keeps its name and type keeps its metadata, including its column id.
    const fields = overwriteSchema.schema.fields.map((field) => {
      const known = snapshot.schema.fields.find(({ name }) => name === field.name);
      const isSame = known && JSON.stringify(known.type) === JSON.stringify(field.type);
      return isSame ? { ...field, metadata: { ...known.metadata, ...field.metadata } } : field;
    });
    const partitionColumns = overwriteSchema.partitionColumns ?? snapshot.partitionColumns;
    return withSchema(context, snapshot, { type: 'struct', fields }, partitionColumns);
  }
  const schema = mergeSchema ? mergeSchemas(snapshot.schema, mergeSchema) : snapshot.schema;
  return schema === snapshot.schema ? null : withSchema(context, snapshot, schema);
}

/** The metrics of an operation that replaces files. */
export function replaceMetrics(
  appends: readonly { readonly rows: number; readonly bytes: number }[],
  removes: readonly AddFile[],
): Readonly<Record<string, number>> {
  return {
    numFiles: appends.length,
    numOutputRows: sumOf(appends, ({ rows }) => rows),
    numOutputBytes: sumOf(appends, ({ bytes }) => bytes),
    numRemovedFiles: removes.length,
    numRemovedBytes: sumOf(removes, ({ size }) => size),
  };
}
