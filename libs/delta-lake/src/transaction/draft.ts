import type { AddFile, Metadata, Protocol } from '../actions/actions.ts';
import type { OptionRules } from '../arguments.ts';
import type { GivenPredicate } from '../scan/predicate.ts';
import type { Value } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';

/** A Parquet file that is already durable below the table's root and will become part of the table. */
export interface DataFile {
  /** Relative to the table's root, or absolute below it; not encoded. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Epoch ms; the time of the append when absent. */
  readonly modifiedAtMs?: number;
  /** A value for each partition column of the table. */
  readonly partition: Readonly<Record<string, Value>>;
  /** By top-level column; leave out a column if its statistics are unknown. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /** The writer guarantees every NOT NULL of the schema, even where statistics cannot show it. */
  readonly isChecked?: boolean;
}

/** The rules of a {@link DataFile}. */
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
   * Whether added files hold rows of removed ones. Default: true if there are both. False for an overwrite, whose rows
   * are all new; a table with row tracking accepts only this.
   */
  readonly copiesRows?: boolean;
  /**
   * Says that every row of the added files is an unchanged row of a removed one. Then the commit is allowed even if the
   * table has rules for new rows that this library does not enforce. Default: true if no file is added or `dataChange`
   * is false.
   */
  readonly keepsRows?: boolean;
}

/** The rules of a {@link TransactionSpec}. */
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
  /** How often to try again after a lost race. Default 1000: each loss means that another writer made progress. */
  readonly retries?: number | undefined;
}

/** The rules of {@link CommitOptions}. */
export const COMMIT_OPTIONS: OptionRules<CommitOptions> = { signal: 'signal', retries: 'count' };

/** What a transaction has gathered; `commit.ts` turns it into a version. */
export interface Draft {
  readonly spec: TransactionSpec;
  readonly snapshot: Snapshot;
  readonly appends: readonly DataFile[];
  /** Files that are added again as the log had them. */
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
