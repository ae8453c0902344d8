import { decimalOf } from '../../src/schema/types.ts';
import type { Row, Snapshot } from '../../src/index.ts';
import type { PeerName } from './peers/peer.ts';

/**
 * Whether a peer writes the row as the protocol wants it. `known-defects.test.ts` holds the proof that it does not
 * write the others so, and fails as soon as it does.
 */
export function isWrittenRightly(
  peer: PeerName,
  table: Pick<Snapshot, 'schema' | 'partitionColumns'>,
  row: Row,
): boolean {
  if (peer !== 'delta-rs') return true;
  return table.schema.fields.every(({ name, type }) => {
    const value = row[name];
    if (typeof value !== 'string' || !table.partitionColumns.includes(name)) return true;
    return type === 'string' ? value !== '' : decimalOf(type) === null || !value.startsWith('-');
  });
}
