import type { AddFile, Commit } from '../actions/actions.ts';
import { fileKey } from '../actions/path.ts';
import { DeltaError } from '../errors.ts';
import type { TableColumns } from '../features/table-configuration.ts';
import { mayMatch, type Predicate } from '../scan/predicate.ts';

/** Why a commit could not be made on top of what others committed first. */
export const CONFLICT_REASONS = [
  /** The winner changed the protocol: open the table again. */
  'protocol-changed',
  /** The winner changed schema, partitioning or properties. */
  'metadata-changed',
  /** The winner set another version of our application id: read it again, and redo or drop the batch. */
  'concurrent-transaction',
  /** The winner added files that our reads would have seen. */
  'concurrent-append',
  /** The winner removed a file that we read. */
  'concurrent-delete-read',
  /** The winner removed a file that we remove. */
  'concurrent-delete-delete',
  /** The winner set a domain that we set. */
  'concurrent-domain',
  /** Commits since the transaction's snapshot are no longer in the log, so it is unknown what they did. */
  'commits-gone',
  /** Files to be added do not exist: a vacuum deleted them, or they were never written. Write them again. */
  'added-files-gone',
  /** Other writers committed first as often as `retries` allows. */
  'retries-exhausted',
] as const;
export type ConflictReason = (typeof CONFLICT_REASONS)[number];

/** What a transaction depends on. */
export interface Dependencies {
  /** Absent: a blind append. */
  readonly reads: 'whole-table' | Predicate | null;
  readonly removes: ReadonlyMap<string, AddFile>;
  readonly appIds: ReadonlyMap<string, number | bigint>;
  readonly domains: ReadonlyMap<string, string | null>;
}

export type Verdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'already-committed' }
  | { readonly kind: 'conflict'; readonly reason: ConflictReason; readonly message: string };

const NONE: Verdict = { kind: 'none' };

/**
 * Judges one commit that won the race, under Serializable isolation. Source: Delta Spark, ConflictChecker; rules in its
 * order. The application id is checked first: a batch that is already in the table is not a conflict, whatever else
 * happened.
 */
export function judge(
  ours: Dependencies,
  winner: Commit,
  table: TableColumns & { fileOf(key: string): AddFile | undefined },
): Verdict {
  const conflict = (reason: ConflictReason, what: string): Verdict => ({
    kind: 'conflict',
    reason,
    message: `Version ${winner.version}, which was committed in between, ${what}.`,
  });
  for (const { appId, version } of winner.transactions) {
    const own = ours.appIds.get(appId);
    if (own === undefined) continue;
    if (version >= own) return { kind: 'already-committed' };
    return conflict('concurrent-transaction', `set "${appId}" to ${version} while we set it to ${own}`);
  }
  if (winner.protocol) return conflict('protocol-changed', 'changed the protocol');
  if (winner.metadata) return conflict('metadata-changed', 'changed the metadata');
  const { reads } = ours;
  if (reads !== null) {
    const predicate = reads === 'whole-table' ? [] : reads;
    const appended = winner.adds.find((file) => file.dataChange && mayMatch(file, predicate, table));
    if (appended)
      return conflict('concurrent-append', `added ${appended.path}, which this transaction would have read`);
  }
  for (const removed of winner.removes) {
    const key = fileKey(removed);
    if (ours.removes.has(key)) return conflict('concurrent-delete-delete', `removed ${removed.path} too`);
    if (reads === null) continue;
    const file = table.fileOf(key);
    if (reads === 'whole-table' || !file || mayMatch(file, reads, table)) {
      return conflict('concurrent-delete-read', `removed ${removed.path}, which this transaction has read`);
    }
  }
  const domain = winner.domains.find((set) => ours.domains.has(set.domain));
  if (domain) return conflict('concurrent-domain', `set the domain "${domain.domain}" too`);
  return NONE;
}

/**
 * The error that an operation throws when its transaction answers `conflict`. Nothing of it is in the table, and the
 * caller decides whether to do it again.
 */
export function conflictError(
  operation: string,
  table: string,
  conflict: { readonly version: number; readonly message: string; readonly reason?: ConflictReason },
): DeltaError {
  const { version, message, reason } = conflict;
  return new DeltaError(
    'conflict',
    `${operation} of ${table} changed nothing: ${message} The table is at version ${version}; do it again if it still makes sense.`,
    { facts: { table, version, ...(reason ? { reason } : {}) } },
  );
}
