import type { AddFile } from '../actions/actions.ts';
import { decodePath, isAbsolutePath } from '../actions/path.ts';
import type { TableContext } from '../context.ts';
import { DeltaError, hasCode, unsupportedFeature } from '../errors.ts';
import type { ByteSource, Row } from '../parquet/codec.ts';
import { sourceOf } from '../parquet/source.ts';
import { isKnownPrimitive, primitiveTypes, type StructField } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { localStore } from '../storage/local/local-store.ts';
import type { Predicate } from './predicate.ts';

/** The rows of a snapshot; see `Snapshot.rows`. */
export async function* scanRows(
  context: TableContext,
  snapshot: Snapshot,
  options: { readonly columns?: readonly string[]; readonly predicate?: Predicate },
): AsyncGenerator<readonly Row[]> {
  const table = context.store.url;
  const fields = options.columns?.map((name) => fieldOf(snapshot, name)) ?? snapshot.schema.fields;
  for (const { type } of fields) {
    for (const primitive of primitiveTypes(type)) {
      if (!isKnownPrimitive(primitive)) throw unsupportedFeature(`type ${primitive}`, 'read', table);
    }
  }
  const inFile = fields.filter(({ name }) => !snapshot.partitionColumns.includes(name));
  for (const file of snapshot.files(options.predicate)) {
    const constants = snapshot.partitionValues(file);
    const source = await openFile(context, file);
    try {
      for await (const rows of context.parquet.read(source, { type: 'struct', fields: inFile })) {
        yield rows.map((row) => assemble(fields, row, constants));
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

function fieldOf(snapshot: Snapshot, name: string): StructField {
  const field = snapshot.schema.fields.find((candidate) => candidate.name === name);
  if (!field) throw new DeltaError('invalid-argument', `The table has no column "${name}".`);
  return field;
}

function assemble(fields: readonly StructField[], row: Row, constants: Readonly<Record<string, Value>>): Row {
  const whole: Record<string, Value> = {};
  for (const { name } of fields)
    whole[name] = name in constants ? (constants[name] ?? null) : (row[name] ?? null);
  return whole;
}

/**
 * A data file's bytes.
 * @throws DeltaError missing-file; unsupported-feature when the file is in another store than the table.
 */
export async function openFile(context: TableContext, file: Pick<AddFile, 'path'>): Promise<ByteSource> {
  const { store } = context;
  try {
    if (!isAbsolutePath(file.path)) return await sourceOf(store, decodePath(file.path));
    const path = decodePath(file.path);
    if (path.startsWith(`${store.url}/`)) return await sourceOf(store, path.slice(store.url.length + 1));
    if (!path.startsWith('/') && !path.startsWith('file:'))
      throw unsupportedFeature('files outside the table', 'read', store.url);
    return await sourceOf(localStore('/'), path.replace(/^file:/, '').replace(/^\/+/, ''));
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    throw new DeltaError(
      'missing-file',
      `The data file ${file.path} of ${store.url} is in the log and not there.`,
      {
        cause: error,
        facts: { table: store.url, path: file.path },
      },
    );
  }
}
