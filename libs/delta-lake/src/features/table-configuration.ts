import type { Metadata, Protocol } from '../actions/actions.ts';
import { inPlace } from '../errors.ts';
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
 * What a table is, apart from its rows: protocol and metadata, and what follows from them. A snapshot has the
 * configuration of its version; a commit that changes the table has that of the next version. The name is from
 * delta-kernel-rs.
 */
export interface TableConfiguration extends TableLayout {
  readonly protocol: Protocol;
  readonly metadata: Metadata;
}

/**
 * The configuration that protocol and metadata give a table.
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
    schema: schemaOf(metadata, table),
    partitionColumns,
    configuration,
    columnMapping: columnMappingMode(protocol, configuration, table),
  };
}

function schemaOf({ schemaString }: Metadata, table: string): StructType {
  try {
    return parseSchema(schemaString);
  } catch (error) {
    throw inPlace(`The schema of ${table}`, { table }, error);
  }
}
