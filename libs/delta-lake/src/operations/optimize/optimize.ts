import { targetFileBytes } from '../../data-files/target-size.ts';
import { DeltaError } from '../../errors.ts';
import { checkPredicate } from '../../scan/check-predicate.ts';
import type { GivenPredicate } from '../../scan/predicate.ts';
import { columnsOf } from '../../scan/row-matches.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import { checkOrder, type Order } from '../sort/order.ts';
import { compactionGroups, partitionGroups } from './groups.ts';
import { type OptimizeHooks, type OptimizeReport, rewriteGroups } from './rewrite-groups.ts';

const DEFAULT_TARGET_BYTES = 128 * 2 ** 20;

export interface OptimizeOptions extends OptimizeHooks {
  /** Size that files should have. Bytes; default `delta.targetFileSize`, else 128 MiB. */
  readonly targetBytes?: number;
  /** Rewrites only partitions that may hold a matching row. On partition columns alone. */
  readonly predicate?: GivenPredicate;
  /** Rewrites whole partitions in this order. Without it, small files are compacted and rows keep their order. */
  readonly order?: Order;
}

/**
 * Rewrites data files so that there are fewer and better ones; no row changes, and readers of changes see none
 * (`dataChange` is false). Commits once per gigabyte and at the end. It does not disturb appends of others, nor they
 * it. If somebody else removes a file that it has rewritten, it drops that group.
 * @throws DeltaError invalid-argument; unsupported-feature, unsupported-protocol; internal when a `rewrite` lost rows
 */
export async function optimize(live: LiveSnapshot, options: OptimizeOptions = {}): Promise<OptimizeReport> {
  const snapshot = await live.exclusive(() => live.refresh());
  const { order } = options;
  const predicate = checkPredicate(options.predicate ?? [], snapshot);
  for (const column of columnsOf(predicate)) {
    if (!snapshot.partitionColumns.includes(column))
      throw new DeltaError(
        'invalid-argument',
        `Optimize can choose by partition columns alone, and "${column}" is not one.`,
      );
  }
  if (order) checkOrder(snapshot, order);
  const targetBytes = options.targetBytes ?? targetFileBytes(snapshot.configuration, DEFAULT_TARGET_BYTES);
  if (!Number.isSafeInteger(targetBytes) || targetBytes <= 0)
    throw new DeltaError(
      'invalid-argument',
      `The target size of optimize must be above 0 bytes, not ${targetBytes}.`,
    );
  const groups = order
    ? partitionGroups(snapshot, predicate)
    : compactionGroups(snapshot, targetBytes, predicate);
  const parameters = {
    predicate: JSON.stringify([...columnsOf(predicate)]),
    zOrderBy: JSON.stringify(order?.kind === 'z-order' ? order.columns : []),
    ...(order?.kind === 'sort' ? { sortBy: JSON.stringify(order.columns) } : {}),
    auto: 'false',
  };
  return rewriteGroups(live, { snapshot, groups, targetBytes, order: order ?? null, parameters, ...options });
}
