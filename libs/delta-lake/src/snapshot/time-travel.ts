import type { TableContext } from '../context.ts';
import { DeltaError } from '../errors.ts';
import { readCommit } from '../log/commits.ts';
import { listLog } from '../log/listing.ts';
import { noSuchVersion } from './load.ts';

/**
 * The newest version that was committed at or before an instant. The time of a commit is its in-commit timestamp,
 * else the modification time of its file, raised where an earlier commit's is later.
 * Source: Delta protocol, "In-Commit Timestamps"; Delta Spark, DeltaHistoryManager.
 * @throws DeltaError no-such-version when the oldest commit in the log is later, not-a-table
 */
export async function versionAt(context: TableContext, timestampMs: number): Promise<number> {
  const { store } = context;
  const listing = await listLog(store);
  const [oldest] = listing.commits;
  const newest = listing.commits.at(-1);
  if (oldest === undefined || newest === undefined) {
    throw new DeltaError('not-a-table', `There is no Delta table at ${store.url}.`, {
      facts: { table: store.url },
    });
  }
  const timeOf = new Map<number, number>();
  if ((await inCommitTimestamp(context, newest)) !== null) {
    // Times grow with versions: a binary search reads few commits. Those from before the feature have none.
    let [low, high] = [0, listing.commits.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const version = listing.commits[middle] ?? newest;
      const time = (await inCommitTimestamp(context, version)) ?? listing.modifiedAtMs.get(version) ?? 0;
      if (time <= timestampMs) low = middle + 1;
      else high = middle;
    }
    const found = listing.commits[low - 1];
    if (found !== undefined) return found;
    throw noSuchVersion(
      store.url,
      oldest,
      `the oldest commit in the log is later than ${new Date(timestampMs).toISOString()}`,
    );
  }
  let time = -Infinity;
  let found: number | null = null;
  for (const version of listing.commits) {
    time = Math.max(time + 1, listing.modifiedAtMs.get(version) ?? 0);
    timeOf.set(version, time);
    if (time <= timestampMs) found = version;
  }
  if (found !== null) return found;
  throw noSuchVersion(
    store.url,
    oldest,
    `the oldest commit in the log is later than ${new Date(timestampMs).toISOString()}`,
  );
}

async function inCommitTimestamp(context: TableContext, version: number): Promise<number | null> {
  return (await readCommit(context.store, version))?.commitInfo?.inCommitTimestamp ?? null;
}
