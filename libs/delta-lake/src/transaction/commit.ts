import type { AddFile, Commit } from '../actions/actions.ts';
import { parseCommit } from '../actions/parse.ts';
import { DeltaError, hasCode } from '../errors.ts';
import { type HousekeepingReport, startHousekeeping } from '../housekeeping/housekeeping.ts';
import { readCommit, readCommits, readTail } from '../log/commits.ts';
import { commitKey } from '../log/names.ts';
import type { Predicate } from '../scan/predicate.ts';
import type { LiveSnapshot } from '../snapshot/live-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { missingAdditions } from './added-files.ts';
import { pauseAfterLoss } from './back-off.ts';
import { composer } from './compose.ts';
import { type ConflictReason, type Dependencies, judge, type Verdict } from './conflict.ts';
import type { CommitOptions, Draft } from './draft.ts';

export type CommitResult =
  | {
      readonly kind: 'committed';
      readonly version: number;
      readonly snapshot: Snapshot;
      /**
       * The checksum and, when it is due, the checkpoint, written after the commit. Never rejects: a failed step is
       * reported, and the commit stands. Need not be awaited; `DeltaTable.settled` awaits all of them.
       */
      readonly housekeeping: Promise<HousekeepingReport>;
    }
  /** The table already has this version, or a later one, of the application id: nothing was written. */
  | { readonly kind: 'already-committed'; readonly version: number }
  /**
   * Others committed first, and it matters: reload and redo. Nothing was written. `version` is the newest of the table.
   */
  | {
      readonly kind: 'conflict';
      readonly reason: ConflictReason;
      readonly version: number;
      readonly message: string;
    };

const DEFAULT_RETRIES = 1000;
/** Missing files that a message names. */
const NAMED = 5;

/**
 * The commit loop.
 *
 *     compose ─> judge what came since the read ─> put N if absent ─created─> committed
 *                 ▲            │ conflict / already-committed     │
 *                 └── retry ───┼──── pause ◀─ exists ─────────────┘
 *                              ▼
 *                           answered, nothing written
 *
 * Invariants: a version is created by put-if-absent or not at all; nothing is put before every commit since the read
 * version was judged; the body is made again for each N, because timestamps and row ids depend on what came before;
 * after a put with an unclear outcome, N is read back and its `txnId` compared.
 */
export async function commitDraft(
  live: LiveSnapshot,
  draft: Draft,
  options: CommitOptions,
): Promise<CommitResult> {
  const { context } = live;
  const { store } = context;
  const txnId = context.newId();
  const compose = composer(context, draft, txnId);
  const ours: Dependencies = {
    // The transaction has checked it: it holds no Date any more.
    reads: (draft.spec.reads as 'whole-table' | Predicate | undefined) ?? null,
    removes: draft.removes,
    appIds: draft.appIds,
    domains: draft.domains,
  };

  return live.exclusive(async () => {
    if (live.isStale) await live.refresh();
    const done = checkIdentity(live.current, draft);
    if (done) return done;
    let verdict = await judgeSince(live, draft, ours);
    for (let attempt = 0; ; attempt++) {
      if (verdict.kind === 'already-committed')
        return { kind: 'already-committed', version: live.current.version };
      if (verdict.kind === 'conflict')
        return checkIdentity(live.current, draft) ?? { ...verdict, version: live.current.version };
      const gone = checkFiles(live.current, draft) ?? (await checkAdditions(live, draft));
      if (gone) return gone;
      if (attempt > (options.retries ?? DEFAULT_RETRIES)) {
        return conflict(
          'retries-exhausted',
          live.current.version,
          `Other writers committed first ${attempt} times in a row.`,
        );
      }
      options.signal?.throwIfAborted();
      const version = live.current.version + 1;
      const body = compose(live.current);
      const startedMs = context.clock();
      const outcome = await put(store, version, body);
      if (outcome.kind === 'taken') {
        // Pause before reading what others committed, so that it is fresh when the next attempt begins.
        const pauseMs = pauseAfterLoss(attempt + 1, context.clock() - startedMs, context.random());
        if (pauseMs > 0) await context.wait(pauseMs, options.signal);
      }
      // A client that repeats a request on its own can answer "exists" for our own write, and a write that timed out
      // may have happened. Read the version back, together with what came after it.
      const winners = outcome.kind === 'created' ? [] : await readTail(store, version - 1);
      const isOurs = outcome.kind === 'created' || winners[0]?.commitInfo?.txnId === txnId;
      if (isOurs) {
        const snapshot = live.advance([parseCommit(store.url, version, body)]);
        return {
          kind: 'committed',
          version,
          snapshot,
          housekeeping: startHousekeeping(live, snapshot, txnId),
        };
      }
      if (winners.length === 0) throw outcome.failure;
      verdict = judgeWinners(live, ours, winners);
    }
  });
}

/** Creates the version. The caller throws `failure` if it turns out that the version was not created. */
async function put(
  store: ObjectStore,
  version: number,
  body: string,
): Promise<{ readonly kind: 'created' } | { readonly kind: 'taken' | 'unclear'; readonly failure: unknown }> {
  try {
    // The commit point: once the store has made this name, the version is durable and readers see it.
    if ((await store.putIfAbsent(commitKey(version), body)) === 'created') return { kind: 'created' };
  } catch (failure) {
    return { kind: 'unclear', failure };
  }
  const message = `Cannot commit version ${version} of ${store.url}: the store said that it exists, and then that it does not.`;
  const failure = new DeltaError('store-failed', message, { facts: { table: store.url, version } });
  return { kind: 'taken', failure };
}

/** Judges what this table object has already seen since the transaction's read version. */
async function judgeSince(live: LiveSnapshot, draft: Draft, ours: Dependencies): Promise<Verdict> {
  const { current, context } = live;
  const first = draft.snapshot.version + 1;
  try {
    for await (const winner of readCommits(context.store, first, current.version)) {
      const verdict = judgeOne(current, ours, winner);
      if (verdict.kind !== 'none') return verdict;
    }
  } catch (error) {
    if (!hasCode(error, 'corrupt-log') || (await readCommit(context.store, first)) !== null) throw error;
    const message = `Version ${first}, which was committed in between, is no longer in the log.`;
    return { kind: 'conflict', reason: 'commits-gone', message };
  }
  return { kind: 'none' };
}

/** Judges the commits that won the race, and takes them into the snapshot in any case. */
function judgeWinners(live: LiveSnapshot, ours: Dependencies, winners: readonly Commit[]): Verdict {
  const before = live.current;
  live.advance(winners);
  const verdicts = winners.map((winner) => judgeOne(before, ours, winner));
  return verdicts.find(({ kind }) => kind !== 'none') ?? { kind: 'none' };
}

function judgeOne(snapshot: Snapshot, ours: Dependencies, winner: Commit): Verdict {
  return judge(ours, winner, {
    schema: snapshot.schema,
    partitionColumns: snapshot.partitionColumns,
    columnMapping: snapshot.columnMapping,
    fileOf: (key: string): AddFile | undefined => snapshot.state.files.get(key),
  });
}

/** Checks the application ids against the table itself, whatever the commits since the read say. */
function checkIdentity(current: Snapshot, draft: Draft): CommitResult | null {
  for (const [appId, version] of draft.appIds) {
    const known = current.exactTransactionVersion(appId);
    if (known !== null && known >= version) return { kind: 'already-committed', version: current.version };
  }
  return null;
}

/** Checks that the files to remove are in the table. */
function checkFiles(current: Snapshot, draft: Draft): CommitResult | null {
  for (const [key, file] of draft.removes) {
    if (current.state.files.get(key)) continue;
    return conflict(
      'concurrent-delete-delete',
      current.version,
      `The file ${file.path} is no longer in the table.`,
    );
  }
  return null;
}

/** Checks that the files to add exist. */
async function checkAdditions(
  { context, current }: LiveSnapshot,
  draft: Draft,
): Promise<CommitResult | null> {
  const missing = await missingAdditions(context, draft);
  if (missing.length === 0) return null;
  return conflict(
    'added-files-gone',
    current.version,
    `${missing.length} of the files to add do not exist: ${missing.slice(0, NAMED).join(', ')}. They were deleted before the commit, or never written.`,
  );
}

function conflict(reason: ConflictReason, version: number, message: string): CommitResult {
  return { kind: 'conflict', reason, version, message };
}
