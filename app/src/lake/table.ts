import type { Column } from './column.ts';

/** The definition of a table of the lake. Each table has a file of its own beside this one. */
export interface TableDefinition {
  /** Path below the lake's root, and name in logs and on the page: `silver/flights`. */
  readonly name: string;
  /** One sentence: what one row is. Stored as the table's description. */
  readonly grain: string;
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  /** Columns that identify a row, also across later batches. */
  readonly key: readonly string[];
  /** Created with its first row: a lake without it is complete, and it reads as empty. */
  readonly isOptional?: true;
  /** Made and changed by others alone: Contrail reads it. */
  readonly isForeign?: true;
  /** Delta table properties beside `contrail.simulated`. */
  readonly properties: Readonly<Record<string, string>>;
}

/** How long a lake keeps versions that are no longer the newest. */
export interface Retention {
  /** How long readers may use such a version, unless there are too many files. */
  readonly retentionMs: number;
  /** Files of the last hours that all tables may have together, about. */
  readonly files: number;
}

export const DEFAULT_RETENTION: Retention = { retentionMs: 3_600_000, files: 5_000 };
/**
 * How much longer a tombstone is kept than its file. Without its tombstone, the file would never be deleted, and a busy
 * pipeline may need this time to delete it.
 */
const MARGIN_MS = 900_000;

/**
 * Properties of tables that get a commit every few seconds. Checkpoints are frequent, since the log is cut to the
 * newest ones. Other engines respect the durations, so they delete nothing that we would keep.
 */
export const streamProperties = (retentionMs: number): Readonly<Record<string, string>> => ({
  'delta.checkpointInterval': '32',
  'delta.logRetentionDuration': `interval ${Math.ceil(retentionMs / 1000)} seconds`,
  'delta.deletedFileRetentionDuration': `interval ${Math.ceil((retentionMs + MARGIN_MS) / 1000)} seconds`,
});

export const STREAM_PROPERTIES: Readonly<Record<string, string>> = streamProperties(
  DEFAULT_RETENTION.retentionMs,
);
