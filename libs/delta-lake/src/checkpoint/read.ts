import { ActionCollector } from '../actions/parse.ts';
import type { TableContext } from '../context.ts';
import { DeltaError, hasCode, unsupportedFeature } from '../errors.ts';
import type { CheckpointFiles } from '../log/listing.ts';
import { emptyState, replay, type TableState } from '../snapshot/state.ts';
import { sourceOf } from '../parquet/source.ts';
import { rowAction } from './rows.ts';
import { CHECKPOINT_SCHEMA } from './schema.ts';

/**
 * The state that a checkpoint holds, all its parts together.
 * @throws DeltaError unsupported-feature (v2Checkpoint), corrupt-log, object-not-found
 */
export async function readCheckpoint(context: TableContext, files: CheckpointFiles): Promise<TableState> {
  const { store, parquet } = context;
  if (files.kind === 'v2') throw unsupportedFeature('v2Checkpoint', 'read', store.url);
  let state = emptyState();
  for (const key of files.keys) {
    try {
      for await (const rows of parquet.read(await sourceOf(store, key), CHECKPOINT_SCHEMA)) {
        const collector = new ActionCollector();
        for (const row of rows) collector.take(rowAction(row));
        state = replay(state, [collector.commit(files.version)]);
      }
    } catch (error) {
      if (!hasCode(error, 'corrupt-file') && !hasCode(error, 'corrupt-log')) throw error;
      throw new DeltaError(
        'corrupt-log',
        `The checkpoint ${key} of ${store.url} cannot be read: ${error.message}`,
        {
          cause: error,
          facts: { table: store.url, version: files.version, path: key },
        },
      );
    }
  }
  if (!state.protocol || !state.metadata) {
    throw new DeltaError(
      'corrupt-log',
      `Checkpoint ${files.version} of ${store.url} lacks protocol or metaData.`,
      {
        facts: { table: store.url, version: files.version },
      },
    );
  }
  return state;
}
