import type { AddFile, Metadata, Protocol } from '../actions/actions.ts';
import type { OptionRules } from '../arguments.ts';
import type { GivenPredicate } from '../scan/predicate.ts';
import type { Value } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';

/** A Parquet file that is already durable below the table's root and is to become part of the table. */
export interface DataFile {
  /** Relative to the table's root, or absolute below it; not encoded. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Epoch ms; the time of the append when absent. */
  readonly modifiedAtMs?: number;
  /** A value for each partition column of the table. */
  readonly partition: Readonly<Record<string, Value>>;
  /** By top-level column; leave a column out when nothing is known of it. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /** The writer vouches for every NOT NULL of the schema, also where statistics cannot tell. */
  readonly isChecked?: boolean;
}

/** What a {@link DataFile} has to be. */
export const DATA_FILE: OptionRules<DataFile> = {
  path: 'text',
  bytes: 'any',
  rows: 'any',
  modifiedAtMs: 'number',
  partition: 'object',
  statistics: 'object',
  isChecked: 'flag',
};

export interface TransactionSpec {
  /** For the history: `WRITE`, `MERGE`, `OPTIMIZE`, … */
  readonly operation: string;
  readonly operationParameters?: Readonly<Record<string, string>>;
  /**
   * What the transaction read to decide what it writes: everything, or the rows of a predicate. Absent: nothing, a
   * blind append, which never conflicts with appends of others.
   */
  readonly reads?: 'whole-table' | GivenPredicate;
  /** False for a rewrite that leaves the rows as they are (compaction). Default true. */
  readonly dataChange?: boolean;
  /**
   * Whether added files hold rows of removed ones. Default: when there are both. False for an overwrite, whose rows are
   * all new; a table that tracks rows accepts that alone.
   */
  readonly copiesRows?: boolean;
  /**
   * Says that every row of the added files is a row of a removed one, as it was: then rules of the table for new rows, which
   * this library does not enforce, do not bind. Default: when no file is added, and where `dataChange` is false.
   */
  readonly keepsRows?: boolean;
}

/** What a {@link TransactionSpec} has to be. */
export const TRANSACTION_SPEC: OptionRules<TransactionSpec> = {
  operation: 'text',
  operationParameters: 'record',
  reads: 'any',
  dataChange: 'flag',
  copiesRows: 'flag',
  keepsRows: 'flag',
};

export interface CommitOptions {
  readonly signal?: AbortSignal | undefined;
  /** How often to try again after a lost race. Default 1000: each loss means that someone else got on. */
  readonly retries?: number | undefined;
}

/** What {@link CommitOptions} have to be. */
export const COMMIT_OPTIONS: OptionRules<CommitOptions> = { signal: 'signal', retries: 'count' };

/** What a transaction has gathered; `commit.ts` turns it into a version. */
export interface Draft {
  readonly spec: TransactionSpec;
  readonly snapshot: Snapshot;
  readonly appends: readonly DataFile[];
  /** Files that come back as the log had them. */
  readonly restored: readonly AddFile[];
  readonly removes: ReadonlyMap<string, AddFile>;
  readonly appIds: ReadonlyMap<string, number | bigint>;
  /** The rows that changed, for the change data feed. */
  readonly changeFiles: readonly DataFile[];
  /** Domain metadata to set, or null to remove it. */
  readonly domains: ReadonlyMap<string, string | null>;
  readonly metadata: Metadata | null;
  readonly protocol: Protocol | null;
  readonly operationMetrics: Readonly<Record<string, number | string>>;
  readonly userMetadata: string | null;
}
