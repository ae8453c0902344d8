import type { AddFile } from '../actions/actions.ts';
import type { TableContext } from '../context.ts';
import { DeltaError, unsupportedFeature } from '../errors.ts';
import type { Row } from '../parquet/codec.ts';
import { isKnownPrimitive, primitiveTypes, type StructField } from '../schema/types.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { openFile } from './data-file.ts';
import { fileRows } from './file-rows.ts';
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
  const fields = options.columns?.map((name) => fieldOf(snapshot, name)) ?? snapshot.schema.fields;
  checkTypes(fields, context.store.url);
  const { columnMapping } = snapshot;
  const files = options.files ?? snapshot.files(options.predicate);
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
 * Types that nobody knows are refused even where there is no row of them. Of those that come with a table feature only
 * the values are.
 */
function checkTypes(fields: readonly StructField[], table: string): void {
  for (const type of primitiveTypes({ type: 'struct', fields })) {
    if (!isKnownPrimitive(type) && type !== 'variant')
      throw unsupportedFeature(`type ${type}`, 'read', table);
  }
}

function fieldOf(snapshot: Snapshot, name: string): StructField {
  const field = snapshot.schema.fields.find((candidate) => candidate.name === name);
  if (!field) throw new DeltaError('invalid-argument', `The table has no column "${name}".`);
  return field;
}
