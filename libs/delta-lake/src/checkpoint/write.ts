import { addJson } from '../actions/serialize.ts';
import type { TableContext } from '../context.ts';
import { checkpointKey } from '../log/names.ts';
import type { Row } from '../parquet/codec.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { writeLastCheckpoint } from './last-checkpoint.ts';
import { DELETED_FILES, durationMs } from './retention.ts';
import { actionRow } from './rows.ts';
import { CHECKPOINT_SCHEMA } from './schema.ts';

/**
 * Writes the V1 checkpoint of a snapshot and points `_last_checkpoint` to it. Tombstones older than
 * `delta.deletedFileRetentionDuration` are left out. Two writers of one version write the same content, and the
 * object is replaced whole, so neither disturbs a reader.
 */
export async function writeCheckpoint(context: TableContext, snapshot: Snapshot): Promise<void> {
  const { state, configuration } = snapshot;
  const keepFrom = context.clock() - durationMs(configuration, DELETED_FILES);
  const rows: Row[] = [
    actionRow('protocol', snapshot.protocol),
    actionRow('metaData', snapshot.metadata),
    ...state.transactions.values().map((transaction) => actionRow('txn', transaction)),
    ...state.domains.values().map((domain) => actionRow('domainMetadata', domain)),
    ...state.tombstones
      .values()
      .filter((file) => file.deletionTimestamp > keepFrom)
      // In a checkpoint every action stands for a state, not for a change of the data.
      .map((file) => actionRow('remove', { ...file, dataChange: false })),
  ];
  for (const file of state.files.values())
    rows.push(actionRow('add', { ...addJson(file), dataChange: false }));
  const body = await context.parquet.write(rows, CHECKPOINT_SCHEMA);
  await context.store.put(checkpointKey(snapshot.version), body);
  // From here readers may start at this version.
  await writeLastCheckpoint(context.store, {
    version: snapshot.version,
    size: rows.length,
    sizeInBytes: body.byteLength,
    numOfAddFiles: snapshot.fileCount,
  });
}
