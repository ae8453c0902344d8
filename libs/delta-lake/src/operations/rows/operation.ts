import type { AddFile, Metadata } from '../../actions/actions.ts';
import { DataFileWriter } from '../../data-files/data-files.ts';
import { DeltaError } from '../../errors.ts';
import { checkNewRows, checkWritable } from '../../features/protocol.ts';
import type { TableLayout } from '../../features/table-configuration.ts';
import { isOn } from '../../features/table-properties.ts';
import type { Row } from '../../parquet/codec.ts';
import type { LiveSnapshot } from '../../snapshot/live-snapshot.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { conflictError } from '../../transaction/conflict.ts';
import type { CommitOptions, DataFile, TransactionSpec } from '../../transaction/draft.ts';
import { checkIdentity, Transaction } from '../../transaction/transaction.ts';
import type { OperationResult } from '../operation-result.ts';
import { CHANGE_FOLDER, changeRow, type ChangeType, changeTarget } from './change-feed.ts';

/** What every operation that writes rows takes. */
export interface OperationOptions extends CommitOptions {
  /** Makes the operation idempotent: it happens only while the table's version for `appId` is below `version`. */
  readonly transaction?: { readonly appId: string; readonly version: number | bigint };
  /** Free text for the history. */
  readonly userMetadata?: string;
  /** Where a file ends and the next begins, about; `delta.targetFileSize` or 64 MiB when absent. */
  readonly targetBytes?: number;
}

/** What an operation has decided. */
export interface Plan {
  readonly spec: TransactionSpec;
  readonly removes?: readonly AddFile[];
  readonly metadata?: Metadata;
  /** The metrics, once the files are there. */
  readonly metrics: (written: {
    readonly appends: readonly DataFile[];
    readonly changes: readonly DataFile[];
  }) => Readonly<Record<string, number>>;
}

/** The files that an operation writes: data, and the rows that changed where the table keeps a change data feed. */
export class OperationFiles {
  readonly #live: LiveSnapshot;
  readonly #options: OperationOptions;
  #target: TableLayout;
  #data: DataFileWriter | null = null;
  #changes: DataFileWriter | null = null;

  constructor(live: LiveSnapshot, target: TableLayout, options: OperationOptions) {
    this.#live = live;
    this.#target = target;
    this.#options = options;
  }

  /** Sets the configuration that the table will have; call it before the first row. */
  retarget(target: TableLayout): void {
    this.#target = target;
  }

  async write(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    this.#data ??= new DataFileWriter(this.#live.context, this.#target, this.#options);
    await this.#data.write(rows);
  }

  /** Notes changed rows. Without effect if the table keeps no change data feed. */
  async writeChanges(type: ChangeType, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0 || !isOn(this.#target.configuration, 'delta.enableChangeDataFeed')) return;
    const options = { ...this.#options, folder: CHANGE_FOLDER };
    this.#changes ??= new DataFileWriter(this.#live.context, changeTarget(this.#target), options);
    await this.#changes.write(rows.map((row) => changeRow(type, row)));
  }

  async finish(): Promise<{ readonly appends: readonly DataFile[]; readonly changes: readonly DataFile[] }> {
    return { appends: (await this.#data?.finish()) ?? [], changes: (await this.#changes?.finish()) ?? [] };
  }

  async abandon(): Promise<void> {
    await Promise.all([this.#data?.abandon(), this.#changes?.abandon()]);
  }
}

function commitOptionsOf({ signal, retries }: CommitOptions): CommitOptions {
  return { signal, retries };
}

/**
 * Runs an operation: brings the snapshot up to date, lets `decide` read and write files, and commits. Its files are
 * deleted unless they became part of the table, or may have. `kept`: all rows that it writes were in the table,
 * unchanged.
 * @throws DeltaError as `Transaction.commit`, conflict, and what `decide` throws
 */
export async function operate(
  live: LiveSnapshot,
  options: OperationOptions,
  decide: (snapshot: Snapshot, files: OperationFiles) => Promise<Plan | null>,
  rows: 'new' | 'kept' = 'new',
): Promise<OperationResult> {
  const snapshot = await live.exclusive(() => live.refresh());
  const { transaction: identity } = options;
  if (
    identity &&
    (snapshot.exactTransactionVersion(identity.appId) ?? -1) >=
      checkIdentity(identity.appId, identity.version)
  )
    return { kind: 'already-committed', version: snapshot.version };
  checkWritable(snapshot.protocol, snapshot.metadata, live.context.store.url);
  if (rows === 'new') checkNewRows(snapshot.metadata, snapshot.schema, live.context.store.url);
  const files = new OperationFiles(live, snapshot, options);
  let isCommitting = false;
  try {
    const plan = await decide(snapshot, files);
    const written = await files.finish();
    const isEmpty = !plan || (written.appends.length + (plan.removes?.length ?? 0) === 0 && !plan.metadata);
    if (isEmpty && !identity) return { kind: 'unchanged', version: snapshot.version };
    const metrics = plan?.metrics(written) ?? {};
    const transaction = new Transaction(live, snapshot, plan?.spec ?? { operation: 'WRITE' });
    transaction
      .remove(plan?.removes ?? [])
      .append(written.appends)
      .appendChanges(written.changes)
      .setOperationMetrics(metrics);
    if (plan?.metadata) transaction.setMetadata(plan.metadata);
    if (identity) transaction.identify(identity.appId, identity.version);
    if (options.userMetadata !== undefined) transaction.setUserMetadata(options.userMetadata);
    isCommitting = true;
    const result = await transaction.commit(commitOptionsOf(options));
    if (result.kind === 'committed') return { ...result, metrics };
    await files.abandon();
    if (result.kind === 'conflict')
      throw conflictError(plan?.spec.operation ?? 'WRITE', live.context.store.url, result);
    return result;
  } catch (error) {
    // A commit that failed in the store may have taken effect; then its files must stay.
    const isSurelyNot =
      error instanceof DeltaError && (error.kind === 'invalid' || error.kind === 'unsupported');
    if (!isCommitting || isSurelyNot) await files.abandon();
    throw error;
  }
}
