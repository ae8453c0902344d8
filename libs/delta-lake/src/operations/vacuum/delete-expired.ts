import type { RemoveFile } from '../../actions/actions.ts';
import { isAbsolutePath, tableKey } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { checkWritable } from '../../features/protocol.ts';
import { DELETED_FILES, retentionMs as statedRetentionMs } from '../../features/retention.ts';
import { isLogKey } from '../../log/names.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { deleteObject } from '../../storage/key.ts';
import { inParallel } from '../../storage/parallel.ts';
import { EARLIEST_MS, neededFiles } from './needed-files.ts';
import { checkClear, uselessFiles } from './useless-files.ts';

const PARALLEL_DELETES = 16;

export interface ExpiryOptions {
  /** Removed files younger than this stay. Ms; default `delta.deletedFileRetentionDuration`. */
  readonly retentionMs?: number;
  /**
   * If the table has more than `files` removed files, the oldest are deleted before their time, but none that was
   * removed less than `leastMs` ago.
   */
  readonly beyond?: { readonly files: number; readonly leastMs: number };
  /** At most so many files are deleted, those that were removed first. Default: all that may go. */
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a call of {@link deleteExpired} did. */
export interface ExpiryReport {
  /** Files that the call deleted or found deleted. */
  readonly deleted: number;
  /** Removed files that remain for now. */
  readonly kept: number;
  /** False when the limit ended the call: the next one goes on. */
  readonly isComplete: boolean;
}

/**
 * Deletes files that the table has removed, going by its tombstones alone: it lists nothing, reads no old commits and
 * makes no commit. Meant for a writer to call now and then. It deletes files in the table's folder with a plain name
 * and no deletion vector, such as a stream of appends and replacements leaves; `vacuum` finds the rest, and what no
 * commit ever named. A tombstone older than `delta.deletedFileRetentionDuration` may be gone, and only vacuum then
 * finds its file, so give a shorter retention.
 * @throws DeltaError unreadable-property, unclear-files; unsupported-feature, unsupported-protocol; what the store throws
 */
export async function deleteExpired(live: LiveSnapshot, options: ExpiryOptions = {}): Promise<ExpiryReport> {
  const { context } = live;
  const snapshot = await live.exclusive(() => live.refresh());
  checkWritable(snapshot.protocol, snapshot.metadata, context.store.url);
  const doneBeforeMs = live.deletedBeforeMs ?? EARLIEST_MS;
  const removed = snapshot.state.tombstones
    .values()
    .filter(({ deletionTimestamp }) => deletionTimestamp >= doneBeforeMs);
  const cutoffMs = cutoffOf(context, snapshot, removed, options);
  const expired = removed
    .filter(({ deletionTimestamp }) => deletionTimestamp < cutoffMs)
    .sort((a, b) => a.deletionTimestamp - b.deletionTimestamp);
  const due = expired.slice(0, options.limit);
  const keys = due.length === 0 ? [] : await keysToDelete(context, snapshot, due, cutoffMs);
  const remove = (key: string): Promise<void> => deleteObject(context.store, key);
  await inParallel(keys, PARALLEL_DELETES, remove, options.signal);
  const doneNowMs = expired[due.length]?.deletionTimestamp ?? cutoffMs;
  live.deletedBeforeMs = Math.max(live.deletedBeforeMs ?? EARLIEST_MS, doneNowMs);
  return {
    deleted: keys.length,
    kept: removed.length - due.length,
    isComplete: due.length === expired.length,
  };
}

function cutoffOf(
  context: TableContext,
  snapshot: Snapshot,
  removed: readonly RemoveFile[],
  { retentionMs, beyond }: ExpiryOptions,
): number {
  const now = context.clock();
  const wished =
    now - (retentionMs ?? statedRetentionMs(snapshot.configuration, DELETED_FILES, context.store.url));
  if (beyond === undefined || removed.length <= beyond.files) return wished;
  const times = removed.map(({ deletionTimestamp }) => deletionTimestamp).sort((a, b) => a - b);
  const oldestWithin = times.at(-beyond.files) ?? Infinity;
  return Math.max(wished, Math.min(oldestWithin, now - beyond.leastMs));
}

/** Keys of expired files, without those that are in the table again or were removed again later. */
async function keysToDelete(
  context: TableContext,
  snapshot: Snapshot,
  expired: readonly RemoveFile[],
  cutoffMs: number,
): Promise<readonly string[]> {
  const { url } = context.store;
  const keys = new Set<string>();
  for (const { path, deletionVector } of expired) {
    if (deletionVector !== undefined || isAbsolutePath(path) || path.split('/').includes('..')) continue;
    const key = tableKey(url, path);
    if (key !== null && !isLogKey(key)) keys.add(key);
  }
  const candidates = Array.from(keys, (key) => ({ key }));
  const needed = await neededFiles(context, snapshot, cutoffMs);
  const { files, lookalike } = await uselessFiles(context, needed, candidates);
  checkClear(url, { lookalike });
  return files.map(({ key }) => key);
}
