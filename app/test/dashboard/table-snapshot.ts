import type { TableSnapshot } from '../../src/dashboard/watch/lake-tables.ts';

/** A version of a table that nobody wrote: empty, but for what a test says. */
export function tableSnapshot(facts: Partial<TableSnapshot> = {}): TableSnapshot {
  return {
    table: 'memory://lake/table',
    version: 0,
    timestampMs: 0,
    metadata: {
      id: 'same',
      format: { provider: 'parquet', options: {} },
      schemaString: '{"type":"struct","fields":[]}',
      partitionColumns: [],
      configuration: {},
    },
    configuration: {},
    columnMapping: 'none',
    fileCount: 0,
    bytes: 0,
    rowCount: 0,
    files: () => [],
    absolutePath: ({ path }) => path,
    partitionValues: () => ({}),
    ...facts,
  };
}
