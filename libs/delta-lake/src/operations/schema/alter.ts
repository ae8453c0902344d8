import type { Metadata, Protocol } from '../../actions/actions.ts';
import { checkNewRows, checkWritable } from '../../features/protocol.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { conflictError } from '../../transaction/conflict.ts';
import type { CommitOptions } from '../../transaction/draft.ts';
import { Transaction } from '../../transaction/transaction.ts';
import type { OperationResult } from '../operation-result.ts';

/** What changes, and how the history tells it. */
export interface Alteration {
  readonly operation: string;
  readonly operationParameters: Readonly<Record<string, string>>;
  readonly metadata?: Metadata;
  readonly protocol?: Protocol;
}

/** Commits a change of metadata or protocol; null: there is nothing to change. */
export async function alter(
  live: LiveSnapshot,
  options: CommitOptions,
  change: (snapshot: Snapshot) => Alteration | null,
): Promise<OperationResult> {
  const snapshot = await live.exclusive(() => live.refresh());
  checkWritable(snapshot.protocol, snapshot.metadata, live.context.store.url);
  checkNewRows(snapshot.metadata, snapshot.schema, live.context.store.url);
  const alteration = change(snapshot);
  if (!alteration) return { kind: 'unchanged', version: snapshot.version };
  const { metadata, protocol, ...spec } = alteration;
  const transaction = new Transaction(live, snapshot, spec);
  if (metadata) transaction.setMetadata(metadata);
  if (protocol) transaction.setProtocol(protocol);
  const result = await transaction.commit(options);
  if (result.kind === 'conflict') throw conflictError(spec.operation, live.context.store.url, result);
  return result.kind === 'committed' ? { ...result, metrics: {} } : result;
}
