import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { byArrival, type FileGroup, filesByPartition } from './groups.ts';
import { type OptimizeHooks, type OptimizeReport, rewriteGroups } from './rewrite-groups.ts';

const MINUTE_MS = 60_000;

/** When a writer's small files are compacted. */
export interface AutoCompactionPolicy {
  /** Small files that a partition must have. Default 50, as Spark (`autoCompact.minNumFiles`). */
  readonly minFiles?: number;
  /** The largest size of a new file. A file of half this size is no longer small. Default 128 MiB, as Spark. */
  readonly maxBytes?: number;
  /** Files younger than this stay, because programs that follow the table still read them. Ms, default 5 minutes. */
  readonly minAgeMs?: number;
}

const DEFAULT_POLICY: Required<AutoCompactionPolicy> = {
  minFiles: 50,
  maxBytes: 128 * 2 ** 20,
  minAgeMs: 5 * MINUTE_MS,
};

export type AutoCompactionOptions = AutoCompactionPolicy & OptimizeHooks;

/**
 * Compacts what a policy says is due. Meant for a writer, after its commits. When nothing is due, it only looks through
 * the list of live files.
 * @throws as `optimize`
 */
export async function autoCompact(
  live: LiveSnapshot,
  options: AutoCompactionOptions = {},
): Promise<OptimizeReport> {
  const snapshot = live.current;
  return rewriteGroups(live, {
    ...options,
    snapshot,
    groups: dueGroups(snapshot, options, live.context.clock()),
    targetBytes: options.maxBytes ?? DEFAULT_POLICY.maxBytes,
    order: null,
    parameters: { predicate: '[]', zOrderBy: '[]', auto: 'true' },
  });
}

/**
 * The groups that are due by a policy: at most one in each partition, of its smallest files. The largest file of a
 * group is at most as large as the others together, so sizes double from rewrite to rewrite, and each byte is rewritten
 * a logarithmic number of times on its way to the full size.
 */
function dueGroups(snapshot: Snapshot, policy: AutoCompactionPolicy, nowMs: number): FileGroup[] {
  const { minFiles, maxBytes, minAgeMs } = { ...DEFAULT_POLICY, ...policy };
  if (snapshot.fileCount < minFiles) return [];
  const groups: FileGroup[] = [];
  for (const files of filesByPartition(snapshot)) {
    const small = files.filter(
      ({ size, modificationTime }) => size < maxBytes / 2 && modificationTime <= nowMs - minAgeMs,
    );
    if (small.length < minFiles) continue;
    small.sort((a, b) => a.size - b.size);
    let bytes = 0;
    let count = 0;
    for (const [index, { size }] of small.entries()) {
      if (bytes + size > maxBytes) break;
      if (size <= bytes) count = index + 1;
      bytes += size;
    }
    if (count > 1) groups.push(small.slice(0, count).sort(byArrival));
  }
  return groups;
}
