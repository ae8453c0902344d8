import type { AddFile, CommitInfo } from '../actions/actions.ts';
import { LoggedFile } from '../actions/logged-file.ts';
import { encodePath, fileKey, relativePath } from '../actions/path.ts';
import { checkWritable, isAppendOnly } from '../actions/protocol.ts';
import { type Action, removeOf } from '../actions/serialize.ts';
import { serializeStatistics } from '../actions/statistics.ts';
import type { TableContext } from '../context.ts';
import { DeltaError } from '../errors.ts';
import { serializePartitionValue } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { DataFile, Draft } from './transaction.ts';

/** What `engineInfo` of our commits says. */
export const ENGINE_INFO = 'contrail-delta-lake/0.1.0';

/**
 * The actions of a draft, `commitInfo` first.
 * @throws DeltaError when the table must not be written, or not so: see `Transaction.commit`.
 */
export function composeActions(context: TableContext, draft: Draft, txnId: string): readonly Action[] {
  const { snapshot, spec } = draft;
  const table = context.store.url;
  const now = context.clock();
  const dataChange = spec.dataChange ?? true;
  checkWritable(snapshot.protocol, snapshot.metadata, snapshot.schema, table);
  if (dataChange && draft.removes.size > 0 && isAppendOnly(snapshot.metadata)) {
    throw new DeltaError('append-only', `Cannot remove files of ${table}: delta.appendOnly is true.`, {
      facts: { table },
    });
  }
  const adds = new Map<string, AddFile>();
  for (const file of draft.appends) {
    const add = addOf(context, snapshot, file, dataChange, now);
    const key = fileKey(add);
    if (adds.has(key) || draft.removes.has(key)) {
      throw new DeltaError(
        'invalid-argument',
        `The file ${file.path} occurs twice in one commit to ${table}.`,
      );
    }
    adds.set(key, add);
  }
  return [
    { commitInfo: commitInfo(draft, txnId, now) },
    ...[...draft.appIds].map(([appId, version]) => ({ txn: { appId, version, lastUpdated: now } })),
    ...[...draft.removes.values()].map((file) => ({ remove: removeOf(file, now, dataChange) })),
    ...[...adds.values()].map((add) => ({ add })),
  ];
}

function addOf(
  context: TableContext,
  snapshot: Snapshot,
  file: DataFile,
  dataChange: boolean,
  now: number,
): AddFile {
  checkNotNull(context, snapshot, file);
  if (![file.bytes, file.rows].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new DeltaError(
      'invalid-argument',
      `The file ${file.path} has ${file.bytes} bytes and ${file.rows} rows.`,
    );
  }
  const partitionValues: Record<string, string | null> = {};
  for (const column of snapshot.partitionColumns) {
    const value = file.partition[column];
    const type = snapshot.schema.fields.find(({ name }) => name === column)?.type;
    if (value === undefined || type === undefined) {
      throw new DeltaError(
        'invalid-argument',
        `The file ${file.path} has no value for the partition column "${column}".`,
      );
    }
    partitionValues[column] = serializePartitionValue(type, value);
  }
  return new LoggedFile({
    path: encodePath(relativePath(context.store.url, file.path)),
    size: file.bytes,
    modificationTime: Math.floor(file.modifiedAtMs ?? now),
    dataChange,
    partitionValues,
    statsText: serializeStatistics(snapshot, file.rows, file.statistics),
  });
}

/** NOT NULL, by what the writer counted: a column that it did not count may hold a null. */
function checkNotNull(context: TableContext, snapshot: Snapshot, file: DataFile): void {
  if (file.rows === 0) return;
  for (const { name, nullable } of snapshot.schema.fields) {
    if (nullable) continue;
    const partition = file.partition[name];
    const holds = snapshot.partitionColumns.includes(name)
      ? partition !== null && partition !== undefined && partition !== ''
      : file.statistics[name]?.nulls === 0;
    if (holds) continue;
    throw new DeltaError(
      'not-null-violated',
      `The column "${name}" of ${context.store.url} is NOT NULL, and ${file.path} holds nulls in it or does not say.`,
      { facts: { column: name, path: file.path } },
    );
  }
}

function commitInfo(draft: Draft, txnId: string, now: number): CommitInfo {
  const { spec, appends, removes } = draft;
  const counted: Record<string, number> = {
    numFiles: appends.length,
    numOutputRows: appends.reduce((sum, file) => sum + file.rows, 0),
    numOutputBytes: appends.reduce((sum, file) => sum + file.bytes, 0),
    ...(removes.size > 0
      ? {
          numRemovedFiles: removes.size,
          numRemovedBytes: [...removes.values()].reduce((sum, file) => sum + file.size, 0),
        }
      : {}),
  };
  const metrics = Object.entries({ ...counted, ...draft.operationMetrics }).map(([name, value]) => [
    name,
    String(value),
  ]);
  return {
    timestamp: now,
    operation: spec.operation,
    operationParameters: spec.operationParameters ?? {},
    readVersion: draft.snapshot.version,
    isolationLevel: 'Serializable',
    isBlindAppend: removes.size === 0 && spec.reads === undefined && (spec.dataChange ?? true),
    operationMetrics: Object.fromEntries(metrics) as Record<string, string>,
    ...(draft.userMetadata === null ? {} : { userMetadata: draft.userMetadata }),
    engineInfo: ENGINE_INFO,
    txnId,
  };
}
