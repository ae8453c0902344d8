import type { Metadata, Protocol } from '../actions/actions.ts';
import type { ColumnMappingMode } from '../schema/column-mapping.ts';
import { parseSchema, type StructType } from '../schema/types.ts';
import { columnMappingMode } from './column-mapping-mode.ts';

/** What a table's columns are, and what they are called in its files. */
export interface TableColumns {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly columnMapping: ColumnMappingMode;
}

/** {@link TableColumns} with the table's properties: what decides how its files are laid out. */
export interface TableLayout extends TableColumns {
  /** Table properties. */
  readonly configuration: Readonly<Record<string, string>>;
}

/**
 * What a table is, its rows left aside: protocol and metadata, and what follows from them. A snapshot has it of its
 * version; a commit that changes the table has it of the version to come. The word is delta-kernel-rs'.
 */
export interface TableConfiguration extends TableLayout {
  readonly protocol: Protocol;
  readonly metadata: Metadata;
}

/**
 * What protocol and metadata make of a table.
 * @throws DeltaError corrupt-log for a schema that cannot be read, unsupported-feature for an unknown mode of mapping
 */
export function tableConfiguration(
  protocol: Protocol,
  metadata: Metadata,
  table: string,
): TableConfiguration {
  const { configuration, partitionColumns } = metadata;
  return {
    protocol,
    metadata,
    schema: parseSchema(metadata.schemaString),
    partitionColumns,
    configuration,
    columnMapping: columnMappingMode(protocol, configuration, table),
  };
}
