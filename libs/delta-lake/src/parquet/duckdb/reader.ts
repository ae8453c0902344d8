import type { DuckDBValue } from '@duckdb/node-api';
import { type FileMetaData, parquetSchema } from 'hyparquet';
import { DeltaError } from '../../errors.ts';
import { blankRecord } from '../../records.ts';
import type { StructType } from '../../schema/types.ts';
import type { Value } from '../../schema/value.ts';
import { columnOf } from '../cell-reader.ts';
import type { ReadOptions, Row } from '../codec.ts';
import { legacyCalendar } from '../legacy-calendar.ts';
import type { Duckdb } from './connection.ts';
import { globEscape, identifier, textLiteral } from './sql.ts';
import { isStoredAs } from './stored-type.ts';
import { fromDuckdb } from './values.ts';

/** A file and what to read of it. */
export interface FileRequest {
  readonly path: string;
  readonly footer: FileMetaData;
  readonly schema: StructType;
  readonly options: ReadOptions;
}

/**
 * The rows of a file. Null when its columns differ from those of the schema, or its dates use another calendar: then
 * another codec must read it. Memory: what DuckDB buffers, and one vector of rows.
 */
export function readFile(
  start: () => Promise<Duckdb>,
  { path, footer, schema, options }: FileRequest,
): AsyncGenerator<readonly Row[]> | null {
  if (legacyCalendar(footer.key_value_metadata)) return null;
  const mode = options.columnMapping ?? 'none';
  const root = parquetSchema(footer);
  const columns = schema.fields.map((field) => {
    const node = columnOf(root.children, field, mode);
    if (!node) return { name: field.name, stored: null, cell: (): Value => null };
    if (!isStoredAs(field.type, node, mode)) return null;
    return { name: field.name, stored: node.element.name, cell: fromDuckdb(field.type, node, mode) };
  });
  const known = columns.filter((column) => column !== null);
  const stored = known.flatMap((column) => (column.stored === null ? [] : [column.stored]));
  if (known.length < columns.length || stored.length === 0) return null;
  const blank = blankRecord<Value>(known.map(({ name }) => name));
  return (async function* (): AsyncGenerator<readonly Row[]> {
    const connection = await (await start()).connect();
    try {
      const list = stored.map(identifier).join(', ');
      const result = await connection.stream(
        `select ${list} from read_parquet(${textLiteral(globEscape(path))}, hive_partitioning = false)`,
      );
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        const values = new Map<string, readonly DuckDBValue[]>();
        for (const [index, name] of stored.entries()) values.set(name, chunk.getColumnValues(index));
        yield Array.from({ length: chunk.rowCount }, (_, at) => {
          const row = blank();
          for (const { name, stored: from, cell } of known)
            row[name] = from === null ? null : cell(values.get(from)?.[at] ?? null);
          return row;
        });
      }
    } catch (cause) {
      if (cause instanceof DeltaError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DeltaError('corrupt-file', `DuckDB cannot read the file: ${reason}.`, { cause });
    } finally {
      connection.closeSync();
    }
  })();
}
