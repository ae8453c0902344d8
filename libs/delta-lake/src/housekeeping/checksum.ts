import { exactJson } from '../actions/exact-json.ts';
import { isOn } from '../features/table-properties.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/**
 * The version checksum: what the table amounts to, so that a reader need not replay to know it, and can check what
 * it replayed. `allFiles` is left out: it would make every commit as dear as the table is large.
 * Source: Delta protocol, "Version Checksum File".
 */
export function serializeChecksum(snapshot: Snapshot, txnId: string): string {
  const { metadata, protocol, state } = snapshot;
  return exactJson({
    txnId,
    tableSizeBytes: snapshot.bytes,
    numFiles: snapshot.fileCount,
    numMetadata: 1,
    numProtocol: 1,
    ...(isOn(metadata.configuration, 'delta.enableInCommitTimestamps')
      ? { inCommitTimestampOpt: snapshot.timestampMs }
      : {}),
    setTransactions: state.transactions.values(),
    domainMetadata: state.domains.values(),
    metadata,
    protocol,
  });
}
