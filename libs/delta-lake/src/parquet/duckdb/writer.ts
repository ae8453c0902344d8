import { rm, stat } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { physicalName } from '../../schema/column-mapping.ts';
import type { StructType } from '../../schema/types.ts';
import type { Value } from '../../schema/value.ts';
import type { Compression, EncodedFile, ParquetWriter, WriterOptions } from '../codec.ts';
import type { Duckdb } from './connection.ts';
import { fieldIds, identifier, sqlType, textLiteral } from './sql.ts';
import { toDuckdb } from './values.ts';

/** Rows of one DuckDB vector. */
const VECTOR_ROWS = 2048;
/** Rows of a row group. Readers other than DuckDB hold one at a time. */
const ROW_GROUP_ROWS = 122_880;
/** Estimated bytes of a cell in a file by DuckDB, for splitting files before the first measurement. */
const BYTES_PER_CELL = 4;

interface Resources {
  /** Takes over files that stay small. */
  readonly small: ParquetWriter;
  readonly smallRows: number;
  readonly start: () => Promise<Duckdb>;
}

/**
 * Gathers rows in a table of DuckDB, which spills what does not fit in memory, and copies them to a Parquet file in the
 * end. The first rows wait in JavaScript: a small file never reaches DuckDB.
 */
export class DuckdbWriter implements ParquetWriter {
  readonly #schema: StructType;
  readonly #options: WriterOptions;
  readonly #resources: Resources;
  #waiting: (readonly (readonly Value[])[])[] = [];
  #rows = 0;
  #table: { readonly duckdb: Duckdb; readonly connection: DuckDBConnection } | null = null;

  constructor(schema: StructType, options: WriterOptions, resources: Resources) {
    this.#schema = schema;
    this.#options = options;
    this.#resources = resources;
  }

  get compression(): Compression {
    return this.#isSmall ? this.#resources.small.compression : (this.#options.compression ?? 'snappy');
  }

  get bytes(): number {
    return this.#rows * this.#schema.fields.length * BYTES_PER_CELL;
  }

  get #isSmall(): boolean {
    return this.#rows < this.#resources.smallRows;
  }

  async write(columns: readonly (readonly Value[])[]): Promise<void> {
    this.#waiting.push(columns);
    this.#rows += columns[0]?.length ?? 0;
    if (!this.#isSmall) await this.#load();
  }

  async finish(): Promise<EncodedFile> {
    if (this.#isSmall) {
      for (const columns of this.#waiting) await this.#resources.small.write(columns);
      return this.#resources.small.finish();
    }
    const { duckdb, connection } = await this.#open();
    const path = duckdb.temporaryFile();
    const remove = (): Promise<void> => rm(path, { force: true });
    try {
      await connection.run(`copy rows to ${textLiteral(path)} (${this.#format()})`);
      const { size } = await stat(path);
      return { kind: 'disk', bytes: size, path, remove };
    } catch (error) {
      await remove();
      throw error;
    } finally {
      connection.closeSync();
    }
  }

  async abandon(): Promise<void> {
    await this.#resources.small.abandon();
    this.#table?.connection.closeSync();
  }

  async #open(): Promise<{ readonly duckdb: Duckdb; readonly connection: DuckDBConnection }> {
    if (this.#table) return this.#table;
    const duckdb = await this.#resources.start();
    const connection = await duckdb.connect();
    this.#table = { duckdb, connection };
    const mode = this.#options.columnMapping ?? 'none';
    const columns = this.#schema.fields.map(
      (field) => `${identifier(physicalName(field, mode))} ${sqlType(field.type, mode)}`,
    );
    await connection.run(`create temp table rows (${columns.join(', ')})`);
    return this.#table;
  }

  /** Hands the waiting rows to DuckDB. */
  async #load(): Promise<void> {
    const { connection } = await this.#open();
    const mode = this.#options.columnMapping ?? 'none';
    const convert = this.#schema.fields.map(({ type }) => toDuckdb(type, mode));
    const appender = await connection.createAppender('rows', null, 'temp');
    try {
      const types = convert.map((_, index) => appender.columnType(index));
      for (const columns of this.#waiting) {
        const rows = columns[0]?.length ?? 0;
        for (let start = 0; start < rows; start += VECTOR_ROWS) {
          const chunk = DuckDBDataChunk.create(types, Math.min(VECTOR_ROWS, rows - start));
          for (const [index, cells] of columns.entries()) {
            const part = cells.slice(start, start + VECTOR_ROWS);
            chunk.setColumnValues(index, part.map(convert[index] ?? (() => null)));
          }
          appender.appendDataChunk(chunk);
        }
      }
    } finally {
      appender.closeSync();
    }
    this.#waiting = [];
  }

  #format(): string {
    const ids = fieldIds(this.#schema.fields, this.#options.columnMapping ?? 'none');
    return [
      'format parquet',
      `compression ${textLiteral(this.compression)}`,
      `row_group_size ${ROW_GROUP_ROWS}`,
      ...(ids === '' ? [] : [`field_ids {${ids}}`]),
    ].join(', ');
  }
}
