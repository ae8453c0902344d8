import type { TableContext } from '../context.ts';
import { COMPRESSIONS, type Compression, type ParquetWriter, type Row } from '../parquet/codec.ts';
import type { DataType, StructType } from '../schema/types.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { DataFile } from '../transaction/transaction.ts';
import { type RecordCollector, recordCollector } from './column-collector.ts';
import { type Partition, partitioner } from './partition-folder.ts';
import { targetFileBytes } from './target-size.ts';
import { Uploads } from './uploads.ts';

/** Rows on their way into a table, in batches, or all at once. */
export type RowSource = readonly Row[] | AsyncIterable<readonly Row[]>;

export interface WriteFilesOptions {
  /** Where a file ends and the next begins, about; `delta.targetFileSize` or 64 MiB when absent. */
  readonly targetBytes?: number;
  /** Bound for rows and files in memory, about, uploads excepted. Default 128 MiB. */
  readonly maxBufferedBytes?: number;
  readonly signal?: AbortSignal;
}

/** Rows are encoded in portions of about this size in memory. */
const PORTION_BYTES = 32 * 1024 * 1024;
const DEFAULT_BUFFERED_BYTES = 128 * 1024 * 1024;

/** What of a snapshot decides how rows are written. */
type Target = Pick<Snapshot, 'schema' | 'partitionColumns' | 'configuration'>;

/**
 * Writes rows as data files of a table: one or more for each partition that occurs, durable when the promise
 * resolves, with full statistics, and part of the table only once a transaction appends them. Rows may come in any
 * order; those of one partition keep theirs. The table is never in memory: where many partitions are open at once,
 * the largest file is closed early.
 * @throws DeltaError invalid-argument when a row has a value that its column cannot hold, or a column that the table
 * has not; not-null-violated; store-failed. Files that were written until then are deleted as far as possible.
 */
export async function writeDataFiles(
  context: TableContext,
  table: Target,
  rows: RowSource,
  options: WriteFilesOptions = {},
): Promise<readonly DataFile[]> {
  const targetBytes = options.targetBytes ?? targetFileBytes(table.configuration);
  const maxBufferedBytes = options.maxBufferedBytes ?? DEFAULT_BUFFERED_BYTES;
  const portionBytes = Math.min(PORTION_BYTES, 2 * targetBytes);
  const columns = table.partitionColumns.flatMap((name) =>
    table.schema.fields.filter((field) => field.name === name),
  );
  const partitionOf = partitioner(columns);
  const layout = layoutOf(table);
  const uploads = new Uploads(context.store);
  const open = new Map<Partition, FileInProgress>();
  let buffered = 0;
  let files = 0;

  const close = async (file: FileInProgress): Promise<void> => {
    open.delete(file.partition);
    buffered -= file.bytes;
    const id = context.newId();
    const number = String(files++).padStart(5, '0');
    await file.finish(uploads, (compression) => `part-${number}-${id}-c000.${compression}.parquet`);
  };
  try {
    for await (const batch of batchesOf(rows)) {
      options.signal?.throwIfAborted();
      for (const row of batch) {
        const partition = partitionOf(row);
        let file = open.get(partition);
        if (!file) {
          file = new FileInProgress(context, layout, partition);
          open.set(partition, file);
        }
        buffered += file.take(row);
        if (file.rowBytes >= portionBytes) {
          buffered -= file.bytes;
          await file.encode();
          buffered += file.bytes;
          if (file.bytes >= targetBytes) await close(file);
        }
        while (buffered > maxBufferedBytes) await close(largest(open.values()));
      }
    }
    for (const file of open.values()) await close(file);
    return await uploads.done();
  } catch (error) {
    // Nobody refers to what was written: without this it would wait for vacuum.
    await Promise.all([...Array.from(open.values(), (file) => file.abandon()), uploads.undo()]);
    throw error;
  }
}

/** Rows that are all there already are one batch. */
export async function* batchesOf(rows: RowSource): AsyncGenerator<readonly Row[]> {
  if (Symbol.asyncIterator in rows) yield* rows;
  else yield rows;
}

interface Layout {
  /** Every column of the table: what rows are checked against. */
  readonly rows: StructType;
  /** The columns that files have. */
  readonly files: StructType;
  readonly compression: Compression | null;
}

function layoutOf(table: Target): Layout {
  const inFiles = table.schema.fields.filter(({ name }) => !table.partitionColumns.includes(name));
  return {
    rows: table.schema,
    files: withoutVoid({ type: 'struct', fields: inFiles }),
    compression: compressionOf(table.configuration),
  };
}

/** Parquet has no type for columns that are always null; a reader finds them missing, which means the same. */
function withoutVoid(type: StructType): StructType {
  const inner = (nested: DataType): DataType =>
    typeof nested === 'object' && nested.type === 'struct' ? withoutVoid(nested) : nested;
  const fields = type.fields.filter((field) => field.type !== 'void');
  return { type: 'struct', fields: fields.map((field) => ({ ...field, type: inner(field.type) })) };
}

/** `delta.parquet.compression.codec`, or null when it is absent or names what no adapter has. */
function compressionOf(configuration: Readonly<Record<string, string>>): Compression | null {
  const name = configuration['delta.parquet.compression.codec']?.trim().toLowerCase();
  if (name === 'none') return 'uncompressed';
  if (name === 'lz4') return 'lz4_raw';
  return COMPRESSIONS.find((compression) => compression === name) ?? null;
}

function largest(files: Iterable<FileInProgress>): FileInProgress {
  let [found] = files;
  for (const file of files) if (!found || file.bytes > found.bytes) found = file;
  if (!found) throw new RangeError('No file is open.');
  return found;
}

/** A file of one partition: rows that wait, and what is encoded already. */
class FileInProgress {
  readonly partition: Partition;
  readonly #context: TableContext;
  readonly #layout: Layout;
  readonly #collector: RecordCollector;
  #writer: ParquetWriter | null = null;
  #waiting: Row[] = [];
  #rows = 0;
  /** Of the rows that wait, in memory, about. */
  rowBytes = 0;

  constructor(context: TableContext, layout: Layout, partition: Partition) {
    this.partition = partition;
    this.#context = context;
    this.#layout = layout;
    this.#collector = recordCollector(layout.rows);
  }

  /** What the file occupies in memory, about. */
  get bytes(): number {
    return this.rowBytes + (this.#writer?.bytes ?? 0);
  }

  /** Checks and takes a row; answers by how much {@link bytes} grew. */
  take(row: Row): number {
    const bytes = this.#collector.take(row);
    this.#waiting.push(row);
    this.rowBytes += bytes;
    this.#rows++;
    return bytes;
  }

  async encode(): Promise<ParquetWriter> {
    const { compression, files } = this.#layout;
    this.#writer ??= await this.#context.parquet.openWriter(
      files,
      compression === null ? {} : { compression },
    );
    if (this.#waiting.length > 0) await this.#writer.write(this.#waiting);
    this.#waiting = [];
    this.rowBytes = 0;
    return this.#writer;
  }

  async finish(uploads: Uploads, nameOf: (compression: Compression) => string): Promise<void> {
    const writer = await this.encode();
    const body = await writer.finish();
    this.#writer = null;
    const { folder, values } = this.partition;
    await uploads.start(body, {
      path: `${folder}${nameOf(writer.compression)}`,
      bytes: body.byteLength,
      rows: this.#rows,
      partition: values,
      statistics: this.#collector.statistics(),
      isChecked: true,
    });
  }

  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }
}
