import type { FileTexts } from '../actions/file-texts.ts';
import { recordCount } from '../actions/logged-file.ts';
import { ActionCollector } from '../actions/parse.ts';
import { isAbsolutePath } from '../actions/path.ts';
import type { TableContext } from '../context/context.ts';
import { locate } from '../context/data-file.ts';
import { DeltaError, type DeltaErrorCode } from '../errors.ts';
import type { CheckpointFiles } from '../log/listing.ts';
import { SIDECAR_FOLDER } from '../log/names.ts';
import type { ByteSource, ParquetCodec } from '../parquet/codec.ts';
import { sourceOf } from '../parquet/source.ts';
import { emptyState, replay, type TableState } from '../replay/state.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readActionColumns } from './columns/read.ts';
import { READABLE_SCHEMA } from './columns/schema.ts';
import { rowAction } from './rows.ts';
import { structuredColumns, withStructuredValues } from './structured-columns.ts';

/** Errors that mean that a checkpoint file is damaged or missing. */
const DAMAGES: ReadonlySet<DeltaErrorCode> = new Set(['object-not-found', 'corrupt-file', 'corrupt-log']);

/** One file of a checkpoint. */
interface ActionFile {
  readonly store: ObjectStore;
  readonly key: string;
}

/**
 * The state that a checkpoint holds: V1 or V2, in one file or in parts, as Parquet or JSON, with the files that its
 * `sidecar` actions name. Source: Delta protocol, "Checkpoints".
 * @throws DeltaError corrupt-log when a part of it is missing or cannot be read
 */
export async function readCheckpoint(
  context: TableContext,
  files: CheckpointFiles,
  texts: FileTexts | null = null,
): Promise<TableState> {
  let state = emptyState();
  const take = async (file: ActionFile): Promise<readonly string[]> => {
    const collected = await readActionFile(context, file, files.version, texts);
    state = replay(
      state,
      collected.map((actions) => actions.commit(files.version)),
      { spend: true },
    );
    return collected.flatMap(({ sidecars }) => sidecars);
  };
  const sidecars: string[] = [];
  for (const key of files.keys) sidecars.push(...(await take({ store: context.store, key })));
  for (const path of sidecars) await take(sidecarFile(context, path));
  if (!state.protocol || !state.metadata) {
    throw new DeltaError(
      'corrupt-log',
      `Checkpoint ${files.version} of ${context.store.url} lacks protocol or metaData.`,
      { facts: { table: context.store.url, version: files.version } },
    );
  }
  return state;
}

/** The file that a `sidecar` action names: a name in the folder of sidecars, or a full address. */
function sidecarFile(context: TableContext, path: string): ActionFile {
  return locate(context, isAbsolutePath(path) ? path : `${SIDECAR_FOLDER}${path}`);
}

/** The actions of one file, in portions. */
async function readActionFile(
  context: TableContext,
  file: ActionFile,
  version: number,
  texts: FileTexts | null,
): Promise<readonly ActionCollector[]> {
  const table = context.store.url;
  try {
    if (file.key.endsWith('.json')) return [await readJson(file, texts)];
    return await readParquet(context, file, texts);
  } catch (error) {
    if (!(error instanceof DeltaError) || !DAMAGES.has(error.code)) throw error;
    const what = error.code === 'object-not-found' ? 'is missing' : `cannot be read: ${error.message}`;
    throw new DeltaError(
      'corrupt-log',
      `The file ${file.key} of checkpoint ${version} of ${table} ${what}.`,
      { cause: error, facts: { table, version, path: file.key } },
    );
  }
}

async function readJson({ store, key }: ActionFile, texts: FileTexts | null): Promise<ActionCollector> {
  const collector = new ActionCollector(texts);
  collector.takeLines(Buffer.from(await store.get(key)).toString('utf8'));
  return collector;
}

async function readParquet(
  { controlParquet: parquet }: TableContext,
  { store, key }: ActionFile,
  texts: FileTexts | null,
): Promise<readonly ActionCollector[]> {
  const source = await sourceOf(store, key);
  const collected =
    (await readActionColumns(source, texts)) ?? (await readActionRows(parquet, source, texts));
  // Statistics come as JSON or as columns. A file that has only the columns is read once more, with them.
  const files = collected.flatMap(({ adds }) => adds);
  if (files.length === 0 || files.some((file) => recordCount(file) !== null || file.statsText !== null))
    return collected;
  const columns = structuredColumns(await parquet.schema(source));
  if (columns === null) return collected;
  const again: ActionCollector[] = [];
  for await (const rows of parquet.read(source, columns)) {
    const collector = new ActionCollector(texts);
    for (const row of rows) collector.take(withStructuredValues(rowAction(row), row, columns));
    again.push(collector);
  }
  return again;
}

async function readActionRows(
  parquet: ParquetCodec,
  source: ByteSource,
  texts: FileTexts | null,
): Promise<readonly ActionCollector[]> {
  const collected: ActionCollector[] = [];
  for await (const rows of parquet.read(source, READABLE_SCHEMA)) {
    const collector = new ActionCollector(texts);
    for (const row of rows) collector.take(rowAction(row));
    collected.push(collector);
  }
  return collected;
}
