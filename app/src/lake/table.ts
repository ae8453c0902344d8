import type { Column } from './column.ts';

/** What a table of the lake is, apart from its rows. Each table has a file of its own beside this one. */
export interface TableDefinition {
  /** Path below the lake's root, and name in logs and on the page: `silver/flights`. */
  readonly name: string;
  /** One sentence: what one row is. Stored as the table's description. */
  readonly grain: string;
  readonly columns: readonly Column[];
  readonly partitionColumns: readonly string[];
  /** Columns that identify a row for ever. */
  readonly key: readonly string[];
  /** Made with its first row: a lake without it is whole, and it reads as empty. */
  readonly isOptional?: true;
  /** Delta table properties beside `contrail.simulated`. */
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Properties of tables that get a commit every few seconds: a checkpoint every 100 commits keeps opening fast,
 * and a short log and tombstone retention keeps the log small. Other engines honour all three.
 */
export const STREAM_PROPERTIES: Readonly<Record<string, string>> = {
  'delta.checkpointInterval': '100',
  'delta.logRetentionDuration': 'interval 3 days',
  'delta.deletedFileRetentionDuration': 'interval 1 day',
};
