import type { AddFile, CommitInfo, RemoveFile, TransactionIdentifier } from '../actions/actions.ts';
import { invalidArgument, shown } from '../arguments.ts';
import { readCommit } from '../log/commits.ts';
import { commitKey } from '../log/names.ts';
import { statedTime } from '../replay/stated-time.ts';
import { readAhead } from '../scan/read-ahead.ts';
import { noSuchVersion } from '../snapshot/load.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Commits that are read ahead: one after the other, an object store would take a second for ten. */
const COMMITS_AHEAD = 15;

/** One line of the history. */
export interface CommitSummary {
  readonly version: number;
  /**
   * Epoch ms: the commit's in-commit timestamp, else the time that its writer noted ({@link statedTime}), else the
   * file's.
   */
  readonly timestampMs: number;
  readonly operation: string | null;
  readonly operationParameters: Readonly<Record<string, unknown>>;
  readonly operationMetrics: Readonly<Record<string, unknown>>;
  readonly engineInfo: string | null;
  readonly userMetadata: string | null;
  readonly isBlindAppend: boolean | null;
}

/** What one commit did. */
export interface Changes {
  readonly version: number;
  readonly adds: readonly AddFile[];
  readonly removes: readonly RemoveFile[];
  readonly transactions: readonly TransactionIdentifier[];
  readonly commitInfo: CommitInfo | null;
}

/** The commits up to `newest` that are still in the log, newest first, at most `limit`. */
export async function* historyOf(
  store: ObjectStore,
  newest: number,
  limit: number = Infinity,
): AsyncGenerator<CommitSummary> {
  if (typeof limit !== 'number' || !(limit >= 0))
    throw invalidArgument(`The "limit" of history must be a count, not ${shown(limit)}`);
  const last = Math.max(0, newest - Math.floor(limit) + 1);
  for await (const summary of readAhead(versions(newest, last), COMMITS_AHEAD, (version) =>
    summaryOf(store, version),
  )) {
    // Log cleanup has deleted this commit, and so all older ones.
    if (!summary) return;
    yield summary;
  }
}

function* versions(newest: number, last: number): Generator<number> {
  for (let version = newest; version >= last; version--) yield version;
}

async function summaryOf(store: ObjectStore, version: number): Promise<CommitSummary | null> {
  const commit = await readCommit(store, version);
  if (!commit) return null;
  const info = commit.commitInfo;
  const noted = info?.inCommitTimestamp ?? statedTime(info?.timestamp);
  return {
    version,
    timestampMs: noted ?? (await store.head(commitKey(version)))?.modifiedAtMs ?? 0,
    operation: info?.operation ?? null,
    operationParameters: info?.operationParameters ?? {},
    operationMetrics: info?.operationMetrics ?? {},
    engineInfo: info?.engineInfo ?? null,
    userMetadata: info?.userMetadata ?? null,
    isBlindAppend: info?.isBlindAppend ?? null,
  };
}

/**
 * What the commit `version` did.
 * @throws DeltaError no-such-version when it is not, or no longer, in the log
 */
export async function changesOf(store: ObjectStore, version: number): Promise<Changes> {
  const isVersion = Number.isSafeInteger(version) && version >= 0;
  const commit = isVersion ? await readCommit(store, version) : null;
  if (!commit) throw noSuchVersion(store.url, version, 'its commit is not in the log');
  const { adds, removes, transactions, commitInfo } = commit;
  return { version, adds, removes, transactions, commitInfo };
}

/** When the commit `version` was written and how large it is, as one text; null when it is not, or no longer, in the log. */
export async function commitStampOf(store: ObjectStore, version: number): Promise<string | null> {
  const isVersion = Number.isSafeInteger(version) && version >= 0;
  const found = isVersion ? await store.head(commitKey(version)) : null;
  return found === null ? null : `${found.modifiedAtMs}/${found.bytes}`;
}
