import { batchesOf, type RowSource } from '../../data-files/row-input.ts';
import { tableConfiguration } from '../../features/table-configuration.ts';
import { mergeSchemas } from '../../schema/evolve.ts';
import type { StructType } from '../../schema/types.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { OperationResult } from '../operation-result.ts';
import { withSchema } from '../schema/metadata.ts';
import { operate, type OperationOptions } from './operation.ts';
import { sumOf } from './rewrite.ts';

export interface AppendOptions extends OperationOptions {
  /** The columns of the rows. Columns that the table lacks, at any depth, are added to it in the same version. */
  readonly mergeSchema?: StructType;
}

/**
 * Appends rows. A blind append: it conflicts with nothing but a change of protocol or metadata.
 * @throws DeltaError invalid-argument, not-null-violated, invalid-schema, unsupported-feature, store-failed
 */
export async function appendRows(
  live: LiveSnapshot,
  rows: RowSource,
  options: AppendOptions = {},
): Promise<OperationResult> {
  const { context } = live;
  return operate(live, options, async (snapshot, files) => {
    const schema = options.mergeSchema ? mergeSchemas(snapshot.schema, options.mergeSchema) : snapshot.schema;
    const metadata = schema === snapshot.schema ? null : withSchema(context, snapshot, schema);
    if (metadata) files.retarget(tableConfiguration(snapshot.protocol, metadata, context.store.url));
    for await (const batch of batchesOf(rows, schema)) await files.write(batch);
    return {
      spec: {
        operation: 'WRITE',
        operationParameters: { mode: 'Append', partitionBy: JSON.stringify(snapshot.partitionColumns) },
      },
      ...(metadata ? { metadata } : {}),
      metrics: ({ appends }) => ({
        numFiles: appends.length,
        numOutputRows: sumOf(appends, (file) => file.rows),
        numOutputBytes: sumOf(appends, ({ bytes }) => bytes),
      }),
    };
  });
}
