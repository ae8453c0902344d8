import { setImmediate } from 'node:timers/promises';
import type { AddFile } from '../actions/actions.ts';
import { faultOf } from '../actions/faults.ts';
import type { TableContext } from '../context/context.ts';
import { DeltaError } from '../errors.ts';
import { DELETED_FILES, keptSince } from '../features/retention.ts';
import type { TableConfiguration } from '../features/table-configuration.ts';
import { featuresOf } from '../features/table-features.ts';
import { isOn } from '../features/table-properties.ts';
import { checkpointKey } from '../log/names.ts';
import { putEncoded } from '../parquet/codec.ts';
import type { TableState } from '../replay/state.ts';
import type { StructType } from '../schema/types.ts';
import { CHECKPOINT_SCHEMA, V2_SCHEMA } from './columns/schema.ts';
import { ActionFileWriter } from './columns/write.ts';
import { writeLastCheckpoint } from './last-checkpoint.ts';
import { structuredStatistics } from './structured-statistics.ts';

/** Rows of a row group. A whole column of it is encoded at once, and a commit that comes in between waits that long. */
const PORTION_ROWS = 4_000;

/** What a checkpoint holds; a snapshot has it. */
export interface CheckpointedTable extends TableConfiguration {
  readonly state: TableState;
}

/** An action by its kind. */
type ActionRow = Readonly<Record<string, object>>;

/**
 * Writes the checkpoint of a snapshot and points `_last_checkpoint` to it: V2 content if `delta.checkpointPolicy` is
 * `v2`, else V1. The name is the classic one, which readers of both kinds find. Statistics are text and columns as
 * `delta.checkpoint.writeStatsAsJson` (true when absent) and `…AsStruct` (false) say. Tombstones older than
 * `delta.deletedFileRetentionDuration` are left out. Two writers of one version write the same content, and the object
 * is replaced whole, so neither disturbs a reader. It is encoded a column at a time, and `turn` is awaited in between.
 */
export async function writeCheckpoint(
  context: TableContext,
  table: CheckpointedTable,
  turn: () => Promise<void> = setImmediate,
): Promise<void> {
  const { version, files } = table.state;
  const layout = layoutOf(table);
  const writer = new ActionFileWriter(layout.schema);
  let size = 0;
  for (const actions of portions(context, table, layout)) {
    await writer.write(actions, turn);
    size += actions.length;
  }
  const file = await writer.finish();
  await putEncoded(context.store, checkpointKey(version), file);
  // From here readers may start at this version.
  await writeLastCheckpoint(context.store, {
    version,
    size,
    sizeInBytes: file.bytes,
    numOfAddFiles: files.size,
  });
}

interface Layout {
  readonly schema: StructType;
  readonly isV2: boolean;
  readonly addRow: (file: AddFile) => ActionRow;
}

function layoutOf(table: CheckpointedTable): Layout {
  const { configuration, protocol } = table;
  const isV2 = configuration['delta.checkpointPolicy'] === 'v2' && featuresOf(protocol).has('v2Checkpoint');
  const isText = configuration['delta.checkpoint.writeStatsAsJson']?.toLowerCase() !== 'false';
  const columns = isOn(configuration, 'delta.checkpoint.writeStatsAsStruct')
    ? structuredStatistics(table)
    : null;
  const base = isV2 ? V2_SCHEMA : CHECKPOINT_SCHEMA;
  const fields = base.fields.map((field) => {
    if (field.name !== 'add' || typeof field.type === 'string' || field.type.type !== 'struct') return field;
    const kept = field.type.fields.filter(({ name }) => isText || name !== 'stats');
    return { ...field, type: { type: 'struct' as const, fields: [...kept, ...(columns?.fields ?? [])] } };
  });
  return {
    schema: { type: 'struct', fields },
    isV2,
    addRow: (file) => ({
      add: {
        path: file.path,
        partitionValues: file.partitionValues,
        size: file.size,
        modificationTime: file.modificationTime,
        // In a checkpoint every action describes a state, not a change of the data.
        dataChange: false,
        tags: file.tags,
        deletionVector: file.deletionVector,
        baseRowId: file.baseRowId,
        defaultRowCommitVersion: file.defaultRowCommitVersion,
        clusteringProvider: file.clusteringProvider,
        stats: isText ? file.statsText : null,
        ...columns?.valuesOf(file),
      },
    }),
  };
}

function* portions(
  context: TableContext,
  table: CheckpointedTable,
  layout: Layout,
): Generator<readonly ActionRow[]> {
  const { state, configuration } = table;
  const keepFrom = keptSince(configuration, DELETED_FILES, context.clock());
  // A checkpoint without the unreadable action would hide it for good.
  const fault = [...state.transactions.values(), ...state.domains.values()]
    .map(faultOf)
    .find((found) => found !== null);
  if (fault !== undefined)
    throw new DeltaError('corrupt-log', `A checkpoint of ${context.store.url} cannot be written: ${fault}.`);
  let rows: ActionRow[] = [
    ...(layout.isV2 ? [{ checkpointMetadata: { version: state.version } }] : []),
    { protocol: table.protocol },
    { metaData: table.metadata },
    ...state.transactions.values().map((txn) => ({ txn })),
    ...state.domains.values().map((domainMetadata) => ({ domainMetadata })),
  ];
  // Take both maps now: the table changes between portions, and looking at an older version costs a copy.
  const [tombstones, files] = [state.tombstones.values(), state.files.values()];
  for (const file of tombstones) {
    if (file.deletionTimestamp > keepFrom) rows.push({ remove: { ...file, dataChange: false } });
    if (rows.length >= PORTION_ROWS) {
      yield rows;
      rows = [];
    }
  }
  for (const file of files) {
    rows.push(layout.addRow(file));
    if (rows.length >= PORTION_ROWS) {
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}
