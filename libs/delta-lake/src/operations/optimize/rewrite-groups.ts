import type { AddFile } from '../../actions/actions.ts';
import { fileKey } from '../../actions/path.ts';
import { checkWritable } from '../../features/protocol.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { CommitResult } from '../../transaction/commit.ts';
import type { DataFile } from '../../transaction/draft.ts';
import { Transaction } from '../../transaction/transaction.ts';
import type { Order } from '../sort/order.ts';
import { discardFiles } from '../vacuum/discard.ts';
import type { FileGroup } from './groups.ts';
import { type OptimizeMetrics, optimizeMetrics } from './metrics.ts';
import { checkRows, type Rewrite, rewriteRows } from './rewrite.ts';

/** Rewritten bytes after which the files that are ready are committed, so that a crash costs no more than these. */
const COMMIT_BYTES = 2 ** 30;

/** How files are rewritten, however they were chosen. */
export interface OptimizeHooks {
  /** Writes the new files; the library's own reader and writer when absent. */
  readonly rewrite?: Rewrite;
  readonly signal?: AbortSignal | undefined;
  /** Called after each group of files. */
  readonly onProgress?: (done: { readonly groups: number; readonly of: number }) => void;
}

export interface OptimizeReport {
  /** The newest version that it committed; null when there was nothing to do. */
  readonly version: number | null;
  /** Of all its commits together. */
  readonly metrics: OptimizeMetrics;
  /** Groups that were dropped because others had changed their files in between. */
  readonly lostGroups: number;
}

/** Which files are rewritten, and into what. */
export interface GroupWork extends OptimizeHooks {
  readonly snapshot: Snapshot;
  readonly groups: readonly FileGroup[];
  readonly targetBytes: number;
  readonly order: Order | null;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A group and the files that take its place. */
interface Replacement {
  readonly files: FileGroup;
  readonly written: readonly DataFile[];
}

/** Rewrites groups of files and commits them, once per gigabyte and at the end. @throws as `optimize` */
export async function rewriteGroups(live: LiveSnapshot, work: GroupWork): Promise<OptimizeReport> {
  const { snapshot, groups, targetBytes, order, signal } = work;
  const { context } = live;
  if (groups.length > 0) checkWritable(snapshot.protocol, snapshot.metadata, context.store.url);
  const rewrite = work.rewrite ?? rewriteRows(context);
  const committed: Replacement[] = [];
  let ready: Replacement[] = [];
  let bytes = 0;
  let version: number | null = null;
  try {
    for (const [index, files] of groups.entries()) {
      signal?.throwIfAborted();
      const written = await rewrite({ snapshot, files, targetBytes, order, signal });
      ready.push({ files, written });
      checkRows(context.store.url, files, written);
      bytes += files.reduce((sum, { size }) => sum + size, 0);
      if (bytes >= COMMIT_BYTES || index === groups.length - 1) {
        const due = ready;
        // From here these files may be part of the table even after a failure: do not delete them.
        [ready, bytes] = [[], 0];
        const result = await commitReplacements(live, work, due);
        committed.push(...result.replacements);
        version = result.version ?? version;
      }
      work.onProgress?.({ groups: index + 1, of: groups.length });
    }
  } catch (error) {
    await discard(live, ready);
    throw error;
  }
  return {
    version,
    metrics: metricsOf(committed),
    lostGroups: groups.length - committed.length,
  };
}

/**
 * Commits all groups that can be committed. A group whose files others have removed is dropped and its new files are
 * deleted.
 */
async function commitReplacements(
  live: LiveSnapshot,
  { snapshot, parameters, signal }: GroupWork,
  ready: readonly Replacement[],
): Promise<{ readonly version: number | null; readonly replacements: readonly Replacement[] }> {
  let replacements = ready;
  for (;;) {
    const result = await commitOnce(live, parameters, replacements, signal);
    if (result.kind === 'committed') return { version: result.version, replacements };
    const { current } = live;
    const isGivenUp =
      result.kind === 'conflict' &&
      (result.reason === 'retries-exhausted' || result.reason === 'added-files-gone');
    const isSameLayout =
      current.metadata.schemaString === snapshot.metadata.schemaString &&
      current.metadata.partitionColumns.join() === snapshot.metadata.partitionColumns.join();
    const whole = replacements.filter(({ files }) => !isGivenUp && isSameLayout && isLive(current, files));
    await discard(
      live,
      replacements.filter((replacement) => !whole.includes(replacement)),
    );
    if (whole.length === 0) return { version: null, replacements: [] };
    replacements = whole;
  }
}

function commitOnce(
  live: LiveSnapshot,
  operationParameters: Readonly<Record<string, string>>,
  replacements: readonly Replacement[],
  signal: AbortSignal | undefined,
): Promise<CommitResult> {
  const spec = { operation: 'OPTIMIZE', operationParameters, dataChange: false };
  return new Transaction(live, live.current, spec)
    .remove(replacements.flatMap(({ files }) => files))
    .append(replacements.flatMap(({ written }) => written))
    .setOperationMetrics({ ...metricsOf(replacements) })
    .commit({ signal });
}

/** Deletes files that will not become part of the table. */
async function discard(live: LiveSnapshot, replacements: readonly Replacement[]): Promise<void> {
  const paths = replacements.flatMap(({ written }) => written.map(({ path }) => path));
  await discardFiles(live.context, live.current, paths);
}

function isLive(snapshot: Snapshot, files: readonly AddFile[]): boolean {
  return files.every((file) => snapshot.state.files.get(fileKey(file)) !== undefined);
}

function metricsOf(replacements: readonly Replacement[]): OptimizeMetrics {
  return optimizeMetrics(
    replacements.flatMap(({ files }) => files),
    replacements.flatMap(({ written }) => written),
  );
}
