import { tableKey } from '../../actions/path.ts';
import type { TableContext } from '../../context/context.ts';
import { SAFE_AGE_MS } from '../../housekeeping/leftovers.ts';
import { readCommits } from '../../log/commits.ts';
import { listLog } from '../../log/listing.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { ObjectEntry } from '../../storage/object-store.ts';
import { pathsOf } from './needed-files.ts';

/** A store may date a later write a little earlier. */
const SLACK_MS = 60_000;

/**
 * Keys of files that a writer may be about to commit: they are younger than {@link SAFE_AGE_MS} and no commit names
 * them. Tombstones, or the commits since they were written, name the files that the table had and removed.
 */
export async function youngUnnamed(
  context: TableContext,
  snapshot: Snapshot,
  files: readonly ObjectEntry[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  const young = files.filter(({ modifiedAtMs }) => modifiedAtMs > nowMs - SAFE_AGE_MS);
  const unnamed = new Set(young.map(({ key }) => key));
  if (unnamed.size === 0) return unnamed;
  const { url } = context.store;
  const take = (paths: readonly string[]): void => {
    for (const path of paths) unnamed.delete(tableKey(url, path) ?? '');
  };
  for (const file of snapshot.state.tombstones.values()) take(pathsOf(file));
  if (unnamed.size === 0) return unnamed;
  const oldestMs = young.reduce((oldest, file) => Math.min(oldest, file.modifiedAtMs), nowMs) - SLACK_MS;
  const { commits, modifiedAtMs } = await listLog(context.store);
  const first = commits.find((version) => (modifiedAtMs.get(version) ?? 0) >= oldestMs);
  for await (const { removes, changeFiles } of readCommits(
    context.store,
    first ?? Infinity,
    snapshot.version,
  )) {
    take(removes.flatMap(pathsOf));
    take(changeFiles.map(({ path }) => path));
  }
  return unnamed;
}
