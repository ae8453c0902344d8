import type { TableContext } from '../context/context.ts';
import type { TableLayout } from '../features/table-configuration.ts';
import {
  COMPRESSIONS,
  type Compression,
  type EncodedFile,
  type ParquetWriter,
  type Row,
  type WriterOptions,
} from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import type { DataType, StructField, StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import type { ColumnStatistics } from '../statistics/statistics.ts';
import { checkNames, type ColumnCollector, columnCollector } from './column-collector.ts';
import type { Partition } from './partition-folder.ts';

export interface FileLayout {
  /** Every column of the table: what rows are checked against. */
  readonly rows: StructType;
  /** The columns that files have. */
  readonly files: StructType;
  readonly partitionColumns: readonly StructField[];
  readonly options: WriterOptions;
}

/** How the files of a table are laid out. */
export function layoutOf(table: TableLayout): FileLayout {
  const { schema, partitionColumns, columnMapping } = table;
  const inFiles = schema.fields.filter(({ name }) => !partitionColumns.includes(name));
  return {
    rows: schema,
    files: withoutVoid({ type: 'struct', fields: inFiles }),
    partitionColumns: partitionColumns.flatMap((name) =>
      schema.fields.filter((field) => field.name === name),
    ),
    options: { columnMapping, compression: compressionOf(table.configuration) },
  };
}

/** Parquet has no type for columns that are always null; a reader finds them missing, which means the same. */
function withoutVoid(type: StructType): StructType {
  const inner = (nested: DataType): DataType =>
    typeof nested === 'object' && nested.type === 'struct' ? withoutVoid(nested) : nested;
  const fields = type.fields.filter((field) => field.type !== 'void');
  return { type: 'struct', fields: fields.map((field) => ({ ...field, type: inner(field.type) })) };
}

/** `delta.parquet.compression.codec`; zstd, as the protocol recommends, if it is absent or unknown. */
function compressionOf(configuration: Readonly<Record<string, string>>): Compression {
  const name = configuration['delta.parquet.compression.codec']?.trim().toLowerCase();
  if (name === 'none') return 'uncompressed';
  if (name === 'lz4') return 'lz4_raw';
  return COMPRESSIONS.find((compression) => compression === name) ?? 'zstd';
}

/** A column of a file in the making. */
interface Column {
  readonly name: string;
  readonly collector: ColumnCollector;
  readonly isInFile: boolean;
  /** Cells that wait to be encoded, or only to be checked if the file does not hold the column. */
  cells: Value[];
}

/** A file of one partition: cells that wait, and what is encoded already. */
export class FileInProgress {
  readonly partition: Partition;
  readonly #context: TableContext;
  readonly #layout: FileLayout;
  readonly #columns: readonly Column[];
  #writer: ParquetWriter | null = null;
  #rows = 0;
  #waiting = 0;
  /** About what the waiting cells occupy in memory. */
  rowBytes = 0;

  constructor(context: TableContext, layout: FileLayout, partition: Partition) {
    this.partition = partition;
    this.#context = context;
    this.#layout = layout;
    this.#columns = layout.rows.fields.map(({ name, type, nullable }) => ({
      name,
      collector: columnCollector(type, nullable, name),
      isInFile: layout.files.fields.some((field) => field.name === name),
      cells: [],
    }));
  }

  /** About what the file occupies in memory. */
  get bytes(): number {
    return this.rowBytes + (this.#writer?.bytes ?? 0);
  }

  /** Checks and takes rows; answers by how much {@link bytes} grew. @throws DeltaError as `ColumnCollector.take` */
  take(rows: readonly Row[]): number {
    for (const row of rows) this.#spread(row);
    let bytes = 0;
    for (const column of this.#columns) {
      bytes += column.collector.take(column.cells, column.isInFile ? this.#waiting : 0);
      if (!column.isInFile) column.cells = [];
    }
    this.#waiting += rows.length;
    this.rowBytes += bytes;
    this.#rows += rows.length;
    return bytes;
  }

  /** Appends a row's cells to the columns. Most rows have them in the order of the schema, which is fast. */
  #spread(row: Row): void {
    const columns = this.#columns;
    let at = 0;
    for (const name in row) {
      const column = columns[at];
      if (column?.name !== name) {
        checkNames(row, this.#layout.rows.fields, '');
        break;
      }
      column.cells.push(row[name] ?? null);
      at++;
    }
    for (; at < columns.length; at++) {
      const column = columns[at];
      column?.cells.push(ownValue(row, column.name) ?? null);
    }
  }

  /** Hands the waiting cells to the codec. */
  async encode(): Promise<ParquetWriter> {
    this.#writer ??= await this.#context.parquet.openWriter(this.#layout.files, this.#layout.options);
    const inFile = this.#columns.filter((column) => column.isInFile);
    if (this.#waiting > 0) await this.#writer.write(inFile.map(({ cells }) => cells));
    for (const column of inFile) column.cells = [];
    this.#waiting = 0;
    this.rowBytes = 0;
    return this.#writer;
  }

  async finish(): Promise<{
    readonly file: EncodedFile;
    readonly rows: number;
    readonly compression: Compression;
    readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  }> {
    const writer = await this.encode();
    const file = await writer.finish();
    this.#writer = null;
    return {
      file,
      rows: this.#rows,
      compression: writer.compression,
      statistics: Object.fromEntries(
        this.#columns.map(({ name, collector }) => [name, collector.statistics()]),
      ),
    };
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }
}
