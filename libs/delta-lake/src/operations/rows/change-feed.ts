import { CHANGE_TYPE } from '../../changes/read-changes.ts';
import type { TableLayout } from '../../features/table-configuration.ts';
import type { Row } from '../../parquet/codec.ts';

/** Where the change data feed has its files. Source: Delta protocol, "Change Data Files". */
export const CHANGE_FOLDER = '_change_data/';

/** What happened to a row. An update is two: the row before, and the row after. */
export type ChangeType = 'insert' | 'delete' | 'update_preimage' | 'update_postimage';

/** The layout of change files: the table's columns, and what happened. */
export function changeTarget(table: TableLayout): TableLayout {
  const column = { name: CHANGE_TYPE, type: 'string', nullable: false, metadata: {} };
  return {
    schema: { type: 'struct', fields: [...table.schema.fields, column] },
    partitionColumns: table.partitionColumns,
    configuration: table.configuration,
    columnMapping: table.columnMapping,
  };
}

/** A row of a change file. */
export function changeRow(type: ChangeType, row: Row): Row {
  return { ...row, [CHANGE_TYPE]: type };
}
