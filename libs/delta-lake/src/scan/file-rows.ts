import type { TableContext } from '../context/context.ts';
import { hasCode, inPlace } from '../errors.ts';
import type { ByteSource, Row } from '../parquet/codec.ts';
import { blankRecord, ownValue } from '../records.ts';
import type { ColumnMappingMode } from '../schema/column-mapping.ts';
import type { StructField } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';

/** How one file of a table is read. */
export interface FileRead {
  /** As the log has it, for messages. */
  readonly path: string;
  readonly source: ByteSource;
  /** Columns of the answer, in order. Columns that are not in `constants` are read from the file. */
  readonly fields: readonly StructField[];
  /** Values by column that all rows share. */
  readonly constants: Readonly<Record<string, Value>>;
  readonly columnMapping: ColumnMappingMode;
  /** Whether the row at an index in the file is wanted; null: all are. */
  readonly isWanted: ((index: number) => boolean) | null;
}

/**
 * The rows of one file as rows of its table, in batches.
 * @throws DeltaError corrupt-file, unsupported-feature
 */
export async function* fileRows(context: TableContext, read: FileRead): AsyncGenerator<readonly Row[]> {
  const { path, source, fields, constants, columnMapping, isWanted } = read;
  const inFile = fields.filter(({ name }) => !Object.hasOwn(constants, name));
  const blank = blankRecord<Value>(fields.map(({ name }) => name));
  let position = 0;
  try {
    const batches = context.parquet.read(source, { type: 'struct', fields: inFile }, { columnMapping });
    for await (const rows of batches) {
      const first = position;
      position += rows.length;
      const wanted = isWanted ? rows.filter((_, i) => isWanted(first + i)) : rows;
      yield wanted.map((row) => assemble(blank(), fields, row, constants));
    }
  } catch (error) {
    if (!hasCode(error, 'corrupt-file')) throw error;
    const table = context.store.url;
    throw inPlace(`The data file ${path} of ${table}`, { table, path }, error);
  }
}

function assemble(
  whole: Record<string, Value>,
  fields: readonly StructField[],
  row: Row,
  constants: Readonly<Record<string, Value>>,
): Row {
  for (const { name } of fields)
    whole[name] = Object.hasOwn(constants, name) ? (constants[name] ?? null) : (ownValue(row, name) ?? null);
  return whole;
}
