import type { Snapshot } from '@contrail/delta-lake';

/** Newest time_position by the statistics of the files, epoch seconds; null if no file says. */
export function newestTimePosition(snapshot: Pick<Snapshot, 'files'>): bigint | null {
  let newest: bigint | null = null;
  for (const file of snapshot.files()) {
    const bound = file.stats?.maxValues['time_position'];
    if (typeof bound !== 'number' && typeof bound !== 'bigint') continue;
    if (newest === null || BigInt(bound) > newest) newest = BigInt(bound);
  }
  return newest;
}
