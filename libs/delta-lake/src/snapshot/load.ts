import { FileTexts } from '../actions/file-texts.ts';
import { notePointerLost, readLastCheckpoint } from '../checkpoint/last-checkpoint.ts';
import { readCheckpoint } from '../checkpoint/read.ts';
import type { TableContext } from '../context/context.ts';
import { DeltaError } from '../errors.ts';
import { isOn } from '../features/table-properties.ts';
import { readCommit, readCommitBatches } from '../log/commits.ts';
import { type CheckpointFiles, listLog, type LogListing } from '../log/listing.ts';
import { emptyState, replay, type TableState } from '../replay/state.ts';

/**
 * Replays the log up to `version`, or to its end: the newest checkpoint that can be read, then the commits after it.
 * `_last_checkpoint` only says where the listing may begin; if it is missing, stale or corrupt, the listing is longer.
 * @throws DeltaError not-a-table, no-such-version, corrupt-log
 */
export async function loadState(context: TableContext, version?: number): Promise<TableState> {
  const hint = await readLastCheckpoint(context.store);
  if (hint !== null && (version === undefined || hint <= version)) {
    const listing = await listLog(context.store, hint);
    if (listing.checkpoints.some((checkpoint) => checkpoint.version === hint)) {
      const state = await loadFrom(context, listing, version).catch((error: unknown) => {
        // A checkpoint that cannot be read is skipped: an older one and the commits after it say the same.
        if (error instanceof DeltaError && error.kind === 'corrupt') return null;
        throw error;
      });
      if (state) return state;
    }
    if (version === undefined) notePointerLost(context);
  }
  return loadFrom(context, await listLog(context.store), version);
}

async function loadFrom(context: TableContext, listing: LogListing, version?: number): Promise<TableState> {
  const { store } = context;
  const table = store.url;
  const newest = Math.max(listing.commits.at(-1) ?? -1, listing.checkpoints.at(-1)?.version ?? -1);
  if (newest < 0) {
    throw new DeltaError(
      'not-a-table',
      `There is no Delta table at ${table}: its _delta_log holds no commit.`,
      {
        facts: { table },
      },
    );
  }
  const target = version ?? newest;
  if (target > newest) throw noSuchVersion(table, target, `the newest is ${newest}`);
  const candidates = listing.checkpoints.filter((checkpoint) => checkpoint.version <= target).reverse();
  let failure: unknown = null;
  for (const checkpoint of [...candidates, null]) {
    const first = (checkpoint?.version ?? -1) + 1;
    if (!hasCommits(listing, first, target)) {
      failure ??= missingCommits(table, listing, target, first);
      continue;
    }
    const texts = new FileTexts();
    const base = checkpoint === null ? emptyState() : await tryCheckpoint(context, checkpoint, texts);
    if (base instanceof DeltaError) {
      failure ??= base;
      continue;
    }
    let state = base;
    for await (const commits of readCommitBatches(store, first, target, {
      bytesOf: listing.commitBytes,
      texts,
    }))
      state = replay(state, commits, { spend: true });
    if (state.timestampMs > 0) return state;
    return { ...state, timestampMs: await timeOf(context, state, listing.modifiedAtMs.get(target) ?? 0) };
  }
  throw failure;
}

/**
 * When a version was committed that was loaded from a checkpoint: the checkpoint has no commitInfo, but its commit is
 * kept.
 */
async function timeOf(context: TableContext, state: TableState, modifiedAtMs: number): Promise<number> {
  if (!isOn(state.metadata?.configuration ?? {}, 'delta.enableInCommitTimestamps')) return modifiedAtMs;
  const commit = await readCommit(context.store, state.version);
  return commit?.commitInfo?.inCommitTimestamp ?? modifiedAtMs;
}

async function tryCheckpoint(
  context: TableContext,
  files: CheckpointFiles,
  texts: FileTexts,
): Promise<TableState | DeltaError> {
  try {
    return await readCheckpoint(context, files, texts);
  } catch (error) {
    if (error instanceof DeltaError && error.kind !== 'unavailable') return error;
    throw error;
  }
}

function hasCommits(listing: LogListing, from: number, to: number): boolean {
  if (from > to) return true;
  // Commits are sorted and distinct: they are all there when the last is as far from the first as they are many.
  const first = listing.commits.indexOf(from);
  return first !== -1 && listing.commits[first + to - from] === to;
}

function missingCommits(table: string, listing: LogListing, target: number, first: number): DeltaError {
  const oldest = listing.commits[0];
  // Cleanup deletes the oldest commits, up to a checkpoint that replaces them; any other gap is damage.
  const isBeforeNewerCheckpoint = listing.checkpoints.some(({ version }) => version > target);
  if (oldest !== undefined && oldest > first && (isBeforeNewerCheckpoint || target < oldest)) {
    return noSuchVersion(table, target, `the log was cleaned up, its oldest commit is ${oldest}`);
  }
  return new DeltaError(
    'corrupt-log',
    `Cannot read version ${target} of ${table}: at least one of the commits ${first} to ${target} is missing.`,
    { facts: { table, version: target } },
  );
}

/** A version that is not, or no longer, in the log. */
export function noSuchVersion(table: string, version: number, why: string): DeltaError {
  return new DeltaError('no-such-version', `There is no version ${String(version)} of ${table}: ${why}.`, {
    facts: { table, version },
  });
}
