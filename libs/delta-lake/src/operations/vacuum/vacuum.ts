import type { TableContext } from '../../context/context.ts';
import { DeltaError } from '../../errors.ts';
import { checkWritable } from '../../features/protocol.ts';
import { DELETED_FILES, retentionMs, statedRetention } from '../../features/retention.ts';
import { leftoversOf } from '../../housekeeping/leftovers.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { deleteObject } from '../../storage/key.ts';
import type { ObjectEntry } from '../../storage/object-store.ts';
import { inParallel } from '../../storage/parallel.ts';
import { Transaction } from '../../transaction/transaction.ts';
import { CHANGE_FOLDER } from '../rows/change-feed.ts';
import { type DataFolder, listDataFolder } from './data-folder.ts';
import { neededFiles } from './needed-files.ts';
import { removedUpTo, versionBefore, writeLastVacuum } from './removed-files.ts';
import { commonTime } from './store-time.ts';
import { checkClear, uselessFiles } from './useless-files.ts';
import { youngUnnamed } from './young-files.ts';

const HOUR_MS = 3_600_000;
const PARALLEL_DELETES = 16;
/** Files that are deleted before the log is read again for commits of others. */
const DELETES_A_LOOK = 512;

export interface VacuumOptions {
  /** Removed files younger than this stay. Ms; default `delta.deletedFileRetentionDuration`. */
  readonly retentionMs?: number;
  /**
   * Accept a retention below `delta.deletedFileRetentionDuration`, and with it that files are deleted which readers of
   * older versions or open commits still need. Default false: such a retention is refused.
   */
  readonly allowShortRetention?: boolean;
  /** Report what would be deleted, and delete nothing. Default false. */
  readonly dryRun?: boolean;
  /**
   * `log`: only files that a commit still in the log removed; costs no listing of the data. `folder`: also what no
   * commit names, such as the files of failed writes and, after a day, what killed processes left unfinished, in the
   * log too. Default `folder`.
   */
  readonly scope?: 'log' | 'folder';
  /**
   * With `scope: 'folder'`: lists only these folders of the table, `['day=2026-11-24/']`, and deletes only in them.
   * Cheap enough to do often if you know which folders were written ({@link DeltaTable.recentFolders}). Default: all.
   */
  readonly folders?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Called after each deleted file. */
  readonly onProgress?: (done: { readonly deleted: number; readonly of: number }) => void;
}

/** What a vacuum deleted, or with `dryRun` would delete. */
export interface VacuumReport {
  readonly version: number;
  /** Epoch ms: files that were removed or written at this time or later stay. */
  readonly cutoffMs: number;
  /** Keys relative to the table's root, sorted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly bytes: number;
}

/**
 * Deletes files that no version within the retention needs. These stay: live files; files that a tombstone younger than
 * the retention names; their deletion vectors; files that are younger themselves; for a day, whatever the retention,
 * files that no commit names (their writer may be about to commit them); names that begin with `_` or `.` (except
 * `_change_data` and partition folders); folders that are tables themselves; and everything outside the table's folder,
 * whatever the log says. Two commits, `VACUUM START` and `VACUUM END`, record it in the history, unless there is
 * nothing to delete.
 *
 * A snapshot that is read after the listing decides what to delete, and newer ones are read while files are deleted, so
 * that a file which becomes part of the table in between stays. Files are compared as places, however their names are
 * spelled ({@link uselessFiles}). Source: Delta Spark, VacuumCommand; Delta protocol, "vacuumProtocolCheck".
 * @throws DeltaError invalid-argument for a retention that is refused; unreadable-property; unclear-files, with nothing
 * deleted, if files that the table needs are missing, or may be the ones that would be deleted; unsupported-feature,
 * unsupported-protocol
 */
export async function vacuum(live: LiveSnapshot, options: VacuumOptions = {}): Promise<VacuumReport> {
  const { context } = live;
  const before = await live.exclusive(() => live.refresh());
  checkWritable(before.protocol, before.metadata, context.store.url);
  const isListed = options.scope !== 'log';
  const cutoffMs = Math.max(0, context.clock() - retentionOf(context, before, options));
  const expired = await versionBefore(context, before, cutoffMs);
  const candidates = isListed
    ? await olderInFolder(context, before, cutoffMs, options.folders)
    : { files: await removedUpTo(context, expired, options.signal), mayHave: null };
  const snapshot = await live.exclusive(() => live.refresh());
  checkWritable(snapshot.protocol, snapshot.metadata, context.store.url);
  const useless = await chosen(context, snapshot, candidates, cutoffMs, isListed);
  const ripe = isListed ? await withoutYoung(context, snapshot, useless, options) : useless;
  const leftovers = isListed ? await leftoversBelow(context, options.folders) : [];
  const doomed = [...ripe, ...leftovers].sort(byKey);
  const report: VacuumReport = {
    version: snapshot.version,
    cutoffMs,
    files: doomed.map(({ key, bytes }) => ({ path: key, bytes })),
    bytes: doomed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  if (options.dryRun === true) return report;
  const deleted = doomed.length > 0 ? await deleteAll(live, { ...report, doomed, options }) : [];
  // Files removed in other folders were not looked at.
  if (expired !== null && options.folders === undefined) await writeLastVacuum(context.store, expired);
  return {
    ...report,
    files: deleted.map(({ key, bytes }) => ({ path: key, bytes })),
    bytes: deleted.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const byKey = (a: ObjectEntry, b: ObjectEntry): number => (a.key < b.key ? -1 : 1);

/** The candidates that nobody needs. @throws DeltaError unclear-files */
async function chosen(
  context: TableContext,
  snapshot: Snapshot,
  candidates: DataFolder,
  cutoffMs: number,
  isListed: boolean,
): Promise<readonly ObjectEntry[]> {
  const hasChanges = candidates.files.some(({ key }) => key.startsWith(CHANGE_FOLDER));
  const needed = await neededFiles(context, snapshot, cutoffMs, { hasChanges });
  const { files, missing, lookalike } = await uselessFiles(
    context,
    needed,
    candidates.files,
    candidates.mayHave,
  );
  checkClear(context.store.url, isListed ? { missing, lookalike } : { lookalike });
  return files;
}

/** Files without those that somebody may be about to commit. */
async function withoutYoung(
  context: TableContext,
  snapshot: Snapshot,
  files: readonly ObjectEntry[],
  { dryRun = false }: VacuumOptions,
): Promise<readonly ObjectEntry[]> {
  if (files.length === 0) return files;
  // Reading the clock of the store costs a write.
  const now = dryRun ? context.clock() : await commonTime(context);
  const young = await youngUnnamed(context, snapshot, files, now);
  return files.filter(({ key }) => !young.has(key));
}

/**
 * Deletes between two commits that record it. A snapshot with the first of them is checked before the first file is
 * deleted, and again whenever others have committed. So a writer that adds an old file to the table again is seen,
 * except within the moment in which a few hundred files are deleted; therefore a commit checks that its files exist.
 */
async function deleteAll(
  live: LiveSnapshot,
  work: VacuumReport & { readonly doomed: readonly ObjectEntry[]; readonly options: VacuumOptions },
): Promise<readonly ObjectEntry[]> {
  const { context } = live;
  const { options, cutoffMs } = work;
  let seen = work.version;
  const parameters = startParameters(live.current, options);
  await tell(live, 'VACUUM START', parameters, {
    numFilesToDelete: work.doomed.length,
    sizeOfDataToDelete: work.bytes,
  });
  // Its own commit needs no check.
  if (live.current.version === seen + 1) seen += 1;
  const deleted: ObjectEntry[] = [];
  for (let rest = work.doomed; rest.length > 0; rest = rest.slice(DELETES_A_LOOK)) {
    const { version } = await live.exclusive(() => live.refresh());
    if (version !== seen) {
      const needed = await neededFiles(context, live.current, cutoffMs);
      const { files } = await uselessFiles(context, needed, rest);
      rest = files;
      seen = live.current.version;
    }
    const remove = async (file: ObjectEntry): Promise<void> => {
      await deleteObject(context.store, file.key);
      deleted.push(file);
      options.onProgress?.({ deleted: deleted.length, of: work.doomed.length });
    };
    await inParallel(rest.slice(0, DELETES_A_LOOK), PARALLEL_DELETES, remove, options.signal);
  }
  const metrics = { numDeletedFiles: deleted.length, numVacuumedDirectories: 0 };
  await tell(live, 'VACUUM END', { status: 'COMPLETED' }, metrics);
  return deleted.sort(byKey);
}

function retentionOf(context: TableContext, { configuration }: Snapshot, options: VacuumOptions): number {
  const table = context.store.url;
  const { retentionMs: asked, allowShortRetention = false } = options;
  if (asked !== undefined && (!Number.isFinite(asked) || asked < 0))
    throw new DeltaError(
      'invalid-argument',
      `The retention must be a number of milliseconds, 0 or more, not ${asked}.`,
    );
  // A caller that gives a retention and accepts a short one does not need the table's own.
  if (asked !== undefined && allowShortRetention) return asked;
  const least = retentionMs(configuration, DELETED_FILES, table);
  if (asked !== undefined && asked < least) {
    throw new DeltaError(
      'invalid-argument',
      `Vacuum of ${table} refused: ${asked / HOUR_MS} hours is less than the ${least / HOUR_MS} hours that the table keeps removed files (delta.deletedFileRetentionDuration), so readers of older versions and writers with open commits may lose files. Allow a short retention if there are no such readers and writers.`,
      { facts: { table, retentionMs: asked, leastMs: least } },
    );
  }
  return asked ?? least;
}

/** The files of the table's folder that are older than the cutoff. */
function olderInFolder(
  context: TableContext,
  snapshot: Snapshot,
  cutoffMs: number,
  folders?: readonly string[],
): Promise<DataFolder> {
  const isOlder = ({ modifiedAtMs }: ObjectEntry): boolean => modifiedAtMs < cutoffMs;
  return listDataFolder(context.store, snapshot.partitionColumns, isOlder, folders?.map(asPrefix));
}

async function leftoversBelow(
  context: TableContext,
  folders: readonly string[] = [''],
): Promise<ObjectEntry[]> {
  const left = await Promise.all(folders.map((folder) => leftoversOf(context, asPrefix(folder))));
  return left.flat();
}

const asPrefix = (folder: string): string => (folder === '' || folder.endsWith('/') ? folder : `${folder}/`);

function startParameters(
  { configuration }: Snapshot,
  options: VacuumOptions,
): Readonly<Record<string, string>> {
  const stated = statedRetention(configuration, DELETED_FILES);
  return {
    retentionCheckEnabled: String(options.allowShortRetention !== true),
    ...(stated === null ? {} : { defaultRetentionMillis: String(stated) }),
    ...(options.retentionMs === undefined ? {} : { specifiedRetentionMillis: String(options.retentionMs) }),
  };
}

/** Makes a commit without actions, for the history. */
async function tell(
  live: LiveSnapshot,
  operation: string,
  operationParameters: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, number>>,
): Promise<void> {
  const transaction = new Transaction(live, live.current, {
    operation,
    operationParameters,
    dataChange: false,
  });
  await transaction.setOperationMetrics(metrics).commit();
}
