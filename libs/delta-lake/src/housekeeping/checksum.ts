import { exactJson } from '../actions/exact-json.ts';
import { isOn } from '../features/table-properties.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/**
 * The version checksum: totals of the table. A reader can take them without replay, or check its replay with them.
 * `allFiles` is left out: the cost of a commit would grow with the table.
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
