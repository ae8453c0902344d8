import type { AddFile } from '../actions/actions.ts';
import type { TableContext } from '../context.ts';
import { DeltaError, hasCode } from '../errors.ts';
import type { RowIndexes } from '../deletion-vector/row-indexes.ts';
import type { Row } from '../parquet/codec.ts';
import type { StructField } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { openFile } from './data-file.ts';
import type { Predicate } from './predicate.ts';
import { readAhead } from './read-ahead.ts';
import { scanFile } from './scan-file.ts';

/** Files that are opened before their turn; small ones come whole. */
const FILES_AHEAD = 8;

/** The rows of a snapshot; see `Snapshot.rows`. */
export async function* scanRows(
  context: TableContext,
  snapshot: Snapshot,
  options: {
    readonly columns?: readonly string[];
    readonly predicate?: Predicate;
    /** Files of the snapshot, in the order to read them; those of the predicate when absent. */
    readonly files?: readonly AddFile[];
  },
): AsyncGenerator<readonly Row[]> {
  const table = context.store.url;
  const fields = options.columns?.map((name) => fieldOf(snapshot, name)) ?? snapshot.schema.fields;
  const inFile = fields.filter(({ name }) => !snapshot.partitionColumns.includes(name));
  const files = options.files ?? snapshot.files(options.predicate);
  const opened = readAhead(files, FILES_AHEAD, async (file) => {
    const [source, scanned] = await Promise.all([
      openFile(context, file, file.size),
      scanFile(context, snapshot, file),
    ]);
    return { source, ...scanned };
  });
  for await (const { file, source, constants, deletedRows } of opened) {
    let position = 0;
    try {
      for await (const rows of context.parquet.read(
        source,
        { type: 'struct', fields: inFile },
        { columnMapping: snapshot.columnMapping },
      )) {
        const live = deletedRows ? withoutDeleted(rows, position, deletedRows) : rows;
        position += rows.length;
        yield live.map((row) => assemble(fields, row, constants));
      }
    } catch (error) {
      if (!hasCode(error, 'corrupt-file')) throw error;
      throw new DeltaError('corrupt-file', `The data file ${file.path} of ${table}: ${error.message}`, {
        cause: error,
        facts: { table, path: file.path },
      });
    }
  }
}

/** The rows that are not deleted; the first of them is the row `position` of its file. */
function withoutDeleted(rows: readonly Row[], position: number, deleted: RowIndexes): readonly Row[] {
  return rows.filter((_, i) => !deleted.has(position + i));
}

function fieldOf(snapshot: Snapshot, name: string): StructField {
  const field = snapshot.schema.fields.find((candidate) => candidate.name === name);
  if (!field) throw new DeltaError('invalid-argument', `The table has no column "${name}".`);
  return field;
}

function assemble(fields: readonly StructField[], row: Row, constants: Readonly<Record<string, Value>>): Row {
  const whole: Record<string, Value> = {};
  for (const { name } of fields)
    whole[name] = Object.hasOwn(constants, name) ? (constants[name] ?? null) : (row[name] ?? null);
  return whole;
}
