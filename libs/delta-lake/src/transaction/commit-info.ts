import type { CommitInfo } from '../actions/actions.ts';
import type { Draft } from './draft.ts';

/** What `engineInfo` of our commits says. */
export const ENGINE_INFO = 'contrail-delta-lake/0.1.0';

/** Provenance of a draft's commit, with the metrics that can be counted here. Source: Delta Spark, DeltaOperations. */
export function commitInfoOf(
  draft: Draft,
  txnId: string,
  times: { readonly nowMs: number; readonly inCommitTimestamp: number | null },
): CommitInfo {
  const { spec } = draft;
  return {
    // First, so that a program that needs only the time need not parse the rest.
    ...(times.inCommitTimestamp === null ? {} : { inCommitTimestamp: times.inCommitTimestamp }),
    timestamp: times.nowMs,
    operation: spec.operation,
    operationParameters: spec.operationParameters ?? {},
    readVersion: draft.snapshot.version,
    // A rewrite that changes no row conflicts only with writers that change the same files.
    isolationLevel: (spec.dataChange ?? true) ? 'Serializable' : 'SnapshotIsolation',
    isBlindAppend: isBlindAppend(draft),
    operationMetrics: metricsOf(draft),
    ...(draft.userMetadata === null ? {} : { userMetadata: draft.userMetadata }),
    engineInfo: ENGINE_INFO,
    txnId,
  };
}

/** Whether it only adds rows and depends on nothing that the table holds. */
function isBlindAppend({ spec, removes, metadata, protocol }: Draft): boolean {
  return (
    removes.size === 0 && spec.reads === undefined && (spec.dataChange ?? true) && !metadata && !protocol
  );
}

/** Operations whose metrics all have names of their own. */
const OWN_METRICS: ReadonlySet<string> = new Set(['DELETE', 'UPDATE', 'MERGE']);

function metricsOf(draft: Draft): Readonly<Record<string, string>> {
  const { operation, dataChange = true } = draft.spec;
  const counted = dataChange && !OWN_METRICS.has(operation) ? countedMetrics(draft) : {};
  const metrics = Object.entries({ ...counted, ...draft.operationMetrics });
  return Object.fromEntries(metrics.map(([name, value]) => [name, String(value)]));
}

function countedMetrics({ appends, removes }: Draft): Record<string, number> {
  const counted: Record<string, number> = {
    numFiles: appends.length,
    numOutputRows: appends.reduce((sum, file) => sum + file.rows, 0),
    numOutputBytes: appends.reduce((sum, file) => sum + file.bytes, 0),
  };
  if (removes.size > 0) {
    counted['numRemovedFiles'] = removes.size;
    counted['numRemovedBytes'] = [...removes.values()].reduce((sum, file) => sum + file.size, 0);
  }
  return counted;
}
