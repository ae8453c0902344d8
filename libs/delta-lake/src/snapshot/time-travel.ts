import type { TableContext } from '../context/context.ts';
import { readCommit } from '../log/commits.ts';
import { listLog, type LogListing } from '../log/listing.ts';
import { loadState, noSuchVersion } from './load.ts';
import { Snapshot } from './snapshot.ts';

/** The first version whose commit carries its own time, and that time. */
export interface InCommitTimestamps {
  readonly fromVersion: number;
  /** Epoch ms. */
  readonly fromMs: number;
}

/**
 * From which version on the commits of a table carry their own time; null if they do not. The preview of the feature
 * had other names. Source: Delta protocol, "In-Commit Timestamps".
 */
export function inCommitTimestamps({ protocol, configuration }: Snapshot): InCommitTimestamps | null {
  for (const suffix of ['', '-preview']) {
    const property = (name: string): string | undefined => configuration[`delta.${name}${suffix}`];
    if (protocol.writerFeatures?.includes(`inCommitTimestamp${suffix}`) !== true) continue;
    if (property('enableInCommitTimestamps')?.toLowerCase() !== 'true') continue;
    return {
      fromVersion: Number(property('inCommitTimestampEnablementVersion') ?? 0),
      fromMs: Number(property('inCommitTimestampEnablementTimestamp') ?? -Infinity),
    };
  }
  return null;
}

/** The table at a version. @throws DeltaError no-such-version; corrupt-log, unsupported-protocol, unsupported-feature */
export async function snapshotAt(context: TableContext, version: number): Promise<Snapshot> {
  if (!Number.isSafeInteger(version) || version < 0)
    throw noSuchVersion(context.store.url, version, 'versions count from 0');
  return new Snapshot(context, await loadState(context, version));
}

/**
 * The newest version that was committed at or before an instant. The time of a commit is its in-commit timestamp.
 * Commits without one have the modification time of their file, raised if an earlier commit's is later. Source: Delta
 * protocol, "In-Commit Timestamps"; Delta Spark, DeltaHistoryManager.
 * @throws DeltaError no-such-version when the oldest commit in the log is later
 */
export async function versionAt(
  context: TableContext,
  newest: Snapshot,
  timestampMs: number,
): Promise<number> {
  const listing = await listLog(context.store);
  const own = inCommitTimestamps(newest);
  const isOwn = own !== null && timestampMs >= own.fromMs;
  const found = isOwn
    ? await byCommit(context, listing, own.fromVersion, timestampMs)
    : byFile(listing, own?.fromVersion ?? Infinity, timestampMs);
  if (found !== undefined) return found;
  throw noSuchVersion(
    context.store.url,
    listing.commits[0] ?? newest.version,
    `the oldest commit in the log is later than ${new Date(timestampMs).toISOString()}`,
  );
}

/** Times grow with versions: a binary search reads few commits. */
async function byCommit(
  context: TableContext,
  listing: LogListing,
  fromVersion: number,
  timestampMs: number,
): Promise<number | undefined> {
  const versions = listing.commits.filter((version) => version >= fromVersion);
  let [low, high] = [0, versions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const version = versions[middle] ?? fromVersion;
    const commit = await readCommit(context.store, version);
    const time = commit?.commitInfo?.inCommitTimestamp ?? listing.modifiedAtMs.get(version) ?? 0;
    if (time <= timestampMs) low = middle + 1;
    else high = middle;
  }
  return versions[low - 1];
}

function byFile(listing: LogListing, beforeVersion: number, timestampMs: number): number | undefined {
  let time = -Infinity;
  let found: number | undefined;
  for (const version of listing.commits) {
    if (version >= beforeVersion) break;
    time = Math.max(time + 1, listing.modifiedAtMs.get(version) ?? 0);
    if (time <= timestampMs) found = version;
  }
  return found;
}
