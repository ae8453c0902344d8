import { checkArgument } from '../../arguments.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { FileGroup } from './groups.ts';
import { type OptimizeHooks, type OptimizeReport, rewriteGroups } from './rewrite-groups.ts';

export interface CompactOptions extends OptimizeHooks {
  /** Size that files should have. Bytes. */
  readonly targetBytes: number;
}

/**
 * Rewrites groups of files that the caller chooses from the newest snapshot that this object knows. Each group lies in
 * one partition. Otherwise as `autoCompact`.
 * @throws as `optimize`
 */
export async function compact(
  live: LiveSnapshot,
  choose: (snapshot: Snapshot) => readonly FileGroup[],
  options: CompactOptions,
): Promise<OptimizeReport> {
  checkArgument('compact', 'what chooses the files', choose, 'function');
  const snapshot = live.current;
  const groups = choose(snapshot);
  checkArgument('compact', 'the groups that were chosen', groups, 'list');
  return rewriteGroups(live, {
    ...options,
    snapshot,
    groups,
    order: null,
    parameters: { predicate: '[]', zOrderBy: '[]', auto: 'true' },
  });
}
