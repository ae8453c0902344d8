import type { AddFile } from '../actions/actions.ts';
import { fileKey } from '../actions/path.ts';
import type { TableContext } from '../context/context.ts';
import { locate } from '../context/data-file.ts';
import { deletionVectorPath } from '../deletion-vector/read.ts';
import { DeltaError } from '../errors.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { snapshotAt, versionAt } from '../snapshot/time-travel.ts';
import { inParallel } from '../storage/parallel.ts';
import { Transaction } from '../transaction/transaction.ts';

const PARALLEL_HEADS = 16;
/** Missing files that a message names; `facts.missing` has all of them. */
const NAMED = 5;

/** What a restore did, by Delta Spark's names. Sizes are bytes. */
export interface RestoreMetrics {
  readonly numRestoredFiles: number;
  readonly numRemovedFiles: number;
  readonly restoredFilesSize: number;
  readonly removedFilesSize: number;
  readonly tableSizeAfterRestore: number;
  readonly numOfFilesAfterRestore: number;
}

export type RestoreResult =
  | {
      readonly kind: 'restored';
      /** The new version. */
      readonly version: number;
      /** The version whose content the table has again. */
      readonly restoredVersion: number;
      readonly metrics: RestoreMetrics;
    }
  /** The table is the same as at that version: nothing was committed. */
  | { readonly kind: 'unchanged'; readonly version: number; readonly restoredVersion: number }
  /** Others changed the table in between: nothing was committed. Restore again. */
  | { readonly kind: 'conflict'; readonly version: number; readonly message: string };

/**
 * Makes the table what it was at an earlier version. One commit removes the files added since, adds the files removed
 * since, and sets schema and properties back. Three things stay: the history, the protocol (readers may need its
 * features for files of any version) and the application ids, so that a stream does not write its batches twice.
 * @throws DeltaError no-such-version; missing-file when files of that version are gone, naming them;
 * unsupported-feature, unsupported-protocol, append-only
 */
export async function restore(
  live: LiveSnapshot,
  to: { readonly version: number } | { readonly timestampMs: number },
): Promise<RestoreResult> {
  const { context } = live;
  const current = await live.exclusive(() => live.refresh());
  const version = 'version' in to ? to.version : await versionAt(context, current, to.timestampMs);
  const target = await snapshotAt(context, version);
  const gone = missingFrom(target, current);
  const come = missingFrom(current, target);
  await checkThere(context, gone, version);
  const metadata = { ...target.metadata, id: current.metadata.id };
  const isSame = JSON.stringify(metadata) === JSON.stringify(current.metadata);
  if (gone.length === 0 && come.length === 0 && isSame)
    return { kind: 'unchanged', version: current.version, restoredVersion: version };
  const metrics: RestoreMetrics = {
    numRestoredFiles: gone.length,
    numRemovedFiles: come.length,
    restoredFilesSize: gone.reduce((sum, { size }) => sum + size, 0),
    removedFilesSize: come.reduce((sum, { size }) => sum + size, 0),
    tableSizeAfterRestore: target.bytes,
    numOfFilesAfterRestore: target.fileCount,
  };
  const spec = {
    operation: 'RESTORE',
    operationParameters:
      'version' in to ? { version: String(version) } : { timestamp: new Date(to.timestampMs).toISOString() },
    reads: 'whole-table',
    // The restored rows are the old rows, unchanged.
    copiesRows: false,
  } as const;
  const transaction = new Transaction(live, current, spec)
    .remove(come)
    .restore(gone)
    .setOperationMetrics({ ...metrics });
  if (!isSame) transaction.setMetadata(metadata);
  const result = await transaction.commit();
  if (result.kind === 'committed')
    return { kind: 'restored', version: result.version, restoredVersion: version, metrics };
  const message = result.kind === 'conflict' ? result.message : 'The version was committed before.';
  return { kind: 'conflict', version: result.version, message };
}

/** The files of a snapshot that another one does not have. */
function missingFrom(snapshot: Snapshot, other: Snapshot): AddFile[] {
  return snapshot.files().filter((file) => other.state.files.get(fileKey(file)) === undefined);
}

async function checkThere(context: TableContext, files: readonly AddFile[], version: number): Promise<void> {
  const missing: string[] = [];
  const look = async (path: string): Promise<void> => {
    const { store, key } = locate(context, path);
    if ((await store.head(key)) === null) missing.push(path);
  };
  const paths = files.flatMap(({ path, deletionVector }) =>
    deletionVector && deletionVector.storageType !== 'i'
      ? [path, deletionVectorPath(deletionVector)]
      : [path],
  );
  await inParallel(new Set(paths), PARALLEL_HEADS, look);
  if (missing.length === 0) return;
  missing.sort();
  const rest = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw new DeltaError(
    'missing-file',
    `Cannot restore ${context.store.url} to version ${version}: ${missing.length} of its files are gone, deleted by vacuum: ${missing.slice(0, NAMED).join(', ')}${rest}.`,
    { facts: { table: context.store.url, version, missing } },
  );
}
