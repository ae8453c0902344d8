import type {
  AddFile,
  Commit,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  TransactionIdentifier,
} from '../actions/actions.ts';
import { faultOf } from '../actions/faults.ts';
import { recordCount } from '../actions/logged-file.ts';
import { fileKey } from '../actions/path.ts';
import { statedTime } from './stated-time.ts';
import { type Edit, VersionedMap } from './versioned-map.ts';

/**
 * What the log says up to `version`: the result of replay. A value; replaying more makes a new one.
 * Source: Delta protocol, "Action Reconciliation".
 */
export interface TableState {
  readonly version: number;
  /** In-commit timestamp, else that of the commit's `commitInfo`, else 0. Epoch ms. */
  readonly timestampMs: number;
  readonly protocol: Protocol | null;
  readonly metadata: Metadata | null;
  /** Live files by replay key. */
  readonly files: VersionedMap<AddFile>;
  /** Files that left, by replay key: vacuum and checkpoints want them. */
  readonly tombstones: VersionedMap<RemoveFile>;
  readonly transactions: VersionedMap<TransactionIdentifier>;
  readonly domains: VersionedMap<DomainMetadata>;
  readonly bytes: number;
  /** Live rows of the files whose statistics give a count. */
  readonly countedRows: number;
  readonly uncountedFiles: number;
  /** Live files that break the protocol. */
  readonly faultyFiles: number;
}

/** The state before any commit. */
export function emptyState(): TableState {
  return {
    version: -1,
    timestampMs: 0,
    protocol: null,
    metadata: null,
    bytes: 0,
    countedRows: 0,
    uncountedFiles: 0,
    faultyFiles: 0,
    files: VersionedMap.empty(),
    tombstones: VersionedMap.empty(),
    transactions: VersionedMap.empty(),
    domains: VersionedMap.empty(),
  };
}

/**
 * Replays commits, in order, onto a state. The cost depends on the commits, not on the size of the table. `state` stays
 * valid but becomes slower to read. With `spend` it must not be used again, which saves keeping it.
 */
export function replay(
  state: TableState,
  commits: Iterable<Commit>,
  options: { readonly spend?: boolean } = {},
): TableState {
  const edit = <V>(map: VersionedMap<V>): Edit<V> => (options.spend === true ? map.spend() : map.edit());
  const files = edit(state.files);
  const tombstones = edit(state.tombstones);
  const transactions = edit(state.transactions);
  const domains = edit(state.domains);
  let { version, timestampMs, protocol, metadata, bytes, countedRows, uncountedFiles, faultyFiles } = state;

  const count = (file: AddFile, sign: 1 | -1): void => {
    bytes += sign * file.size;
    if (faultOf(file) !== null) faultyFiles += sign;
    const rows = recordCount(file);
    if (rows === null) uncountedFiles += sign;
    else countedRows += sign * (rows - (file.deletionVector?.cardinality ?? 0));
  };

  for (const commit of commits) {
    version = commit.version;
    const { commitInfo } = commit;
    timestampMs = commitInfo?.inCommitTimestamp ?? statedTime(commitInfo?.timestamp) ?? timestampMs;
    protocol = commit.protocol ?? protocol;
    metadata = commit.metadata ?? metadata;
    // A commit has a key at most once, so the order within it does not matter; doing removes first costs least.
    for (const file of commit.removes) {
      const key = fileKey(file);
      const gone = files.delete(key);
      if (gone) count(gone, -1);
      tombstones.set(key, file);
    }
    for (const file of commit.adds) {
      const key = fileKey(file);
      const replaced = files.get(key);
      if (replaced) count(replaced, -1);
      files.set(key, file);
      tombstones.delete(key);
      count(file, 1);
    }
    for (const transaction of commit.transactions) transactions.set(transaction.appId, transaction);
    for (const domain of commit.domains) {
      if (domain.removed) domains.delete(domain.domain);
      else domains.set(domain.domain, domain);
    }
  }
  return {
    version,
    timestampMs,
    protocol,
    metadata,
    files: files.done(),
    tombstones: tombstones.done(),
    transactions: transactions.done(),
    domains: domains.done(),
    bytes,
    countedRows,
    uncountedFiles,
    faultyFiles,
  };
}

/** Forgets the tombstones that were made before `timeMs`; nobody needs them in a checkpoint any more. */
export function withoutTombstonesBefore(state: TableState, timeMs: number): TableState {
  const tombstones = state.tombstones.edit();
  for (const file of state.tombstones.values()) {
    if (file.deletionTimestamp < timeMs) tombstones.delete(fileKey(file));
  }
  return { ...state, tombstones: tombstones.done() };
}
