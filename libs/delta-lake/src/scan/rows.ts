import type { AddFile } from '../actions/actions.ts';
import { invalidArgument } from '../arguments.ts';
import type { TableContext } from '../context/context.ts';
import { openFile } from '../context/data-file.ts';
import { unsupportedFeature } from '../errors.ts';
import type { TableColumns } from '../features/table-configuration.ts';
import type { Row } from '../parquet/codec.ts';
import { ownValue } from '../records.ts';
import { isKnownPrimitive, primitiveTypes, type StructField } from '../schema/types.ts';
import { type CheckedTable, checkPredicate } from './check-predicate.ts';
import { fileRows } from './file-rows.ts';
import type { GivenPredicate, Predicate } from './predicate.ts';
import { readAhead } from './read-ahead.ts';
import { columnsOf, rowTest } from './row-matches.ts';
import { scanFile } from './scan-file.ts';

/** Files that are opened ahead; small ones are read whole. */
const FILES_AHEAD = 8;

/** What a scan needs to know of a table at a version; a snapshot has it. */
export interface ScannedTable extends TableColumns, CheckedTable {
  /** The live files, or those that may hold a row that satisfies the predicate. */
  files(predicate?: Predicate): readonly AddFile[];
}

/** The rows that satisfy a predicate; see `Snapshot.rows`. Files that cannot hold one are not read. */
export async function* matchingRows(
  context: TableContext,
  snapshot: ScannedTable,
  options: { readonly columns?: readonly string[]; readonly predicate: GivenPredicate },
): AsyncGenerator<readonly Row[]> {
  const predicate = checkPredicate(options.predicate, snapshot);
  const test = rowTest(predicate, snapshot.schema);
  const { columns } = options;
  const read = columns && [...new Set([...columns, ...columnsOf(predicate)])];
  const files = snapshot.files(predicate);
  for await (const rows of scanRows(context, snapshot, { ...(read ? { columns: read } : {}), files })) {
    const matching = rows.filter(test);
    if (matching.length === 0) continue;
    yield columns && read && read.length > columns.length
      ? matching.map((row) => Object.fromEntries(columns.map((name) => [name, ownValue(row, name) ?? null])))
      : matching;
  }
}

/** The rows of a snapshot, or of some of its files. */
export async function* scanRows(
  context: TableContext,
  snapshot: ScannedTable,
  options: {
    readonly columns?: readonly string[];
    /** Files of the snapshot, in the order to read them; all when absent. */
    readonly files?: readonly AddFile[];
  },
): AsyncGenerator<readonly Row[]> {
  const fields = options.columns?.map((name) => fieldOf(snapshot, name)) ?? snapshot.schema.fields;
  checkTypes(fields, context.store.url);
  const { columnMapping } = snapshot;
  const files = options.files ?? snapshot.files();
  const opened = readAhead(files, FILES_AHEAD, async (file) => {
    const [source, scanned] = await Promise.all([
      openFile(context, file, file.size),
      scanFile(context, snapshot, file),
    ]);
    return { source, ...scanned };
  });
  for await (const { file, source, constants, deletedRows } of opened) {
    const isWanted = deletedRows && ((index: number): boolean => !deletedRows.has(index));
    yield* fileRows(context, { path: file.path, source, fields, constants, columnMapping, isWanted });
  }
}

/**
 * Refuses unknown types, even if no row has a value of them. For types that come with a table feature, only reading a
 * value is refused.
 */
function checkTypes(fields: readonly StructField[], table: string): void {
  for (const type of primitiveTypes({ type: 'struct', fields })) {
    if (!isKnownPrimitive(type) && type !== 'variant')
      throw unsupportedFeature(`type ${type}`, 'read', table);
  }
}

function fieldOf(snapshot: ScannedTable, name: string): StructField {
  const field = snapshot.schema.fields.find((candidate) => candidate.name === name);
  if (field) return field;
  const { table } = snapshot;
  throw invalidArgument(`${table} has no column "${name}"`, { table, column: name });
}
