import { open } from 'node:fs/promises';
import { checkOptions, type OptionRules } from '../../arguments.ts';
import type { StructType } from '../../schema/types.ts';
import type { ByteSource, ParquetCodec, ParquetWriter, ReadOptions, Row, WriterOptions } from '../codec.ts';
import { hyparquetCodec } from '../hyparquet-codec.ts';
import { type Duckdb, type DuckdbOptions, startDuckdb } from './connection.ts';
import { readFile } from './reader.ts';
import { DuckdbWriter } from './writer.ts';

export interface DuckdbCodecOptions extends DuckdbOptions {
  /** Files and portions below this are left to hyparquet: DuckDB starts at the first larger one. Default 1 MiB. */
  readonly smallFileBytes?: number;
  /** New files of fewer rows are written by hyparquet. Default 20,000. */
  readonly smallFileRows?: number;
}

const RULES: OptionRules<DuckdbCodecOptions> = {
  memoryLimit: 'text',
  threads: 'size',
  temporaryFolder: 'text',
  smallFileBytes: 'count',
  smallFileRows: 'count',
};

/**
 * A {@link ParquetCodec} on DuckDB, for large data files: several times as fast as JavaScript, and not limited by
 * memory. Small files, and files whose columns differ from the table's (older schemas, INT96, lists of two levels), are
 * left to hyparquet. DuckDB starts when it is first needed; dispose of the codec to stop it and delete its files. Needs
 * the package `@duckdb/node-api`.
 */
export class DuckdbCodec implements ParquetCodec, AsyncDisposable {
  readonly #options: DuckdbCodecOptions;
  readonly #small = hyparquetCodec();
  #running: Promise<Duckdb> | null = null;

  constructor(options: DuckdbCodecOptions = {}) {
    checkOptions('duckdbCodec', options, RULES);
    this.#options = options;
  }

  /** Whether DuckDB was needed yet. */
  get isStarted(): boolean {
    return this.#running !== null;
  }

  async *read(
    source: ByteSource,
    schema: StructType,
    options: ReadOptions = {},
  ): AsyncGenerator<readonly Row[]> {
    const isSmall = source.bytes < (this.#options.smallFileBytes ?? 1_048_576);
    if (isSmall || !source.localCopy) {
      yield* this.#small.read(source, schema, options);
      return;
    }
    await using copy = await source.localCopy();
    await using file = await open(copy.path, 'r');
    const local: ByteSource = {
      bytes: source.bytes,
      async read(start, end) {
        const { buffer, bytesRead } = await file.read(new Uint8Array(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      },
    };
    const footer = await this.#small.footer(local);
    const rows = readFile(() => this.#duckdb(), { path: copy.path, footer, schema, options });
    yield* rows ?? this.#small.read(local, schema, options);
  }

  async openWriter(schema: StructType, options: WriterOptions = {}): Promise<ParquetWriter> {
    return new DuckdbWriter(schema, options, {
      small: await this.#small.openWriter(schema, options),
      smallRows: this.#options.smallFileRows ?? 20_000,
      start: () => this.#duckdb(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = await this.#running?.catch(() => null);
    this.#running = null;
    await running?.close();
  }

  #duckdb(): Promise<Duckdb> {
    this.#running ??= startDuckdb(this.#options).catch((error: unknown) => {
      this.#running = null;
      throw error;
    });
    return this.#running;
  }
}

/** A {@link DuckdbCodec}. DuckDB starts at the first large file. */
export function duckdbCodec(options: DuckdbCodecOptions = {}): DuckdbCodec {
  return new DuckdbCodec(options);
}
