import type { TableContext } from '../context/context.ts';
import type { TableLayout } from '../features/table-configuration.ts';
import type { Row } from '../parquet/codec.ts';
import type { DataFile } from '../transaction/draft.ts';
import { FileInProgress, type FileLayout, layoutOf } from './file-in-progress.ts';
import { type Partition, partitioner } from './partition-folder.ts';
import { batchesOf, type RowSource } from './row-input.ts';
import { targetFileBytes } from './target-size.ts';
import { Uploads } from './uploads.ts';

export interface WriteFilesOptions {
  /** About the size at which a new file begins; default `delta.targetFileSize`, else 64 MiB. */
  readonly targetBytes?: number;
  /** Bound for rows and files in memory, about, uploads excepted. Default 128 MiB. */
  readonly maxBufferedBytes?: number;
  /** Below the table's root, with a slash at the end; the default is the root. */
  readonly folder?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Rows are encoded in portions of about this size in memory. */
const PORTION_BYTES = 16 * 1024 * 1024;
/** Rows that are taken before the portion is measured again. */
const ROWS_AT_ONCE = 256;
const DEFAULT_BUFFERED_BYTES = 128 * 1024 * 1024;

/**
 * Writes rows as data files of a table: one or more for each partition that occurs, durable when the promise
 * resolves, with full statistics, and part of the table only once a transaction appends them. Rows may come in any
 * order; those of one partition keep theirs. The table is never in memory: where many partitions are open at once,
 * the largest file is closed early.
 * @throws DeltaError invalid-argument when a row has a value that its column cannot hold, or a column that the table
 * does not have; not-null-violated; store-failed. Files that were written until then are deleted as far as possible.
 */
export async function writeDataFiles(
  context: TableContext,
  table: TableLayout,
  rows: RowSource,
  options: WriteFilesOptions = {},
): Promise<readonly DataFile[]> {
  const writer = new DataFileWriter(context, table, options);
  try {
    for await (const batch of batchesOf(rows, table.schema)) await writer.write(batch);
    return await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/**
 * As {@link writeDataFiles}, but the caller pushes the rows. Call `abandon` after any failure, here or in the caller.
 */
export class DataFileWriter {
  readonly #context: TableContext;
  readonly #options: WriteFilesOptions;
  readonly #layout: FileLayout;
  readonly #partitionOf: (row: Row) => Partition;
  readonly #targetBytes: number;
  readonly #maxBufferedBytes: number;
  readonly #portionBytes: number;
  readonly #uploads: Uploads;
  readonly #open = new Map<Partition, FileInProgress>();
  #bufferedBytes = 0;
  #files = 0;

  constructor(context: TableContext, table: TableLayout, options: WriteFilesOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#layout = layoutOf(table);
    this.#partitionOf = partitioner(this.#layout.partitionColumns, table.columnMapping);
    this.#targetBytes = options.targetBytes ?? targetFileBytes(table.configuration);
    this.#maxBufferedBytes = options.maxBufferedBytes ?? DEFAULT_BUFFERED_BYTES;
    this.#portionBytes = Math.min(PORTION_BYTES, 2 * this.#targetBytes);
    this.#uploads = new Uploads(context);
  }

  async write(rows: readonly Row[]): Promise<void> {
    this.#options.signal?.throwIfAborted();
    for (const [partition, members] of this.#byPartition(rows)) {
      for (let start = 0; start < members.length; start += ROWS_AT_ONCE) {
        await this.#take(partition, members.slice(start, start + ROWS_AT_ONCE));
      }
    }
  }

  #byPartition(rows: readonly Row[]): Iterable<readonly [Partition, readonly Row[]]> {
    if (this.#layout.partitionColumns.length === 0) return [[this.#partitionOf({}), rows]];
    return Map.groupBy(rows, this.#partitionOf);
  }

  async #take(partition: Partition, rows: readonly Row[]): Promise<void> {
    let file = this.#open.get(partition);
    if (!file) {
      file = new FileInProgress(this.#context, this.#layout, partition);
      this.#open.set(partition, file);
    }
    this.#bufferedBytes += file.take(rows);
    if (file.rowBytes >= this.#portionBytes) {
      this.#bufferedBytes -= file.bytes;
      await file.encode();
      this.#bufferedBytes += file.bytes;
      if (file.bytes >= this.#targetBytes) await this.#close(file);
    }
    while (this.#bufferedBytes > this.#maxBufferedBytes) await this.#close(largest(this.#open.values()));
  }

  /** The files, all durable. */
  async finish(): Promise<readonly DataFile[]> {
    for (const file of this.#open.values()) await this.#close(file);
    return this.#uploads.done();
  }

  /** Deletes the written files, which would otherwise stay until a vacuum. Best effort. */
  async abandon(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all([...open.map((file) => file.abandon()), this.#uploads.undo()]);
  }

  async #close(file: FileInProgress): Promise<void> {
    this.#open.delete(file.partition);
    this.#bufferedBytes -= file.bytes;
    const { file: encoded, ...facts } = await file.finish();
    const number = String(this.#files++).padStart(5, '0');
    const name = `part-${number}-${this.#context.newId()}-c000.${facts.compression}.parquet`;
    await this.#uploads.start(encoded, {
      path: `${this.#options.folder ?? ''}${file.partition.folder}${name}`,
      bytes: encoded.bytes,
      rows: facts.rows,
      partition: file.partition.values,
      statistics: facts.statistics,
      isChecked: true,
    });
  }
}

function largest(files: Iterable<FileInProgress>): FileInProgress {
  let [found] = files;
  for (const file of files) if (!found || file.bytes > found.bytes) found = file;
  if (!found) throw new RangeError('No file is open.');
  return found;
}
