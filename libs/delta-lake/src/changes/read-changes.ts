import type { AddFile, Commit, RemoveFile } from '../actions/actions.ts';
import { fileKey } from '../actions/path.ts';
import { checkArgument } from '../arguments.ts';
import type { TableContext } from '../context/context.ts';
import { openFile } from '../context/data-file.ts';
import { DeltaError } from '../errors.ts';
import { readCommit } from '../log/commits.ts';
import { commitKey } from '../log/names.ts';
import type { Row } from '../parquet/codec.ts';
import type { TableState } from '../replay/state.ts';
import { constantsOf } from '../scan/constants.ts';
import { fileRows } from '../scan/file-rows.ts';
import { struct } from '../schema/types.ts';
import { loadState, noSuchVersion } from '../snapshot/load.ts';
import { Snapshot } from '../snapshot/snapshot.ts';
import { inCommitTimestamps } from '../snapshot/time-travel.ts';
import { checkComparable } from './comparable.ts';
import { fileChanges } from './file-changes.ts';

/** The column that says what happened to a row. Source: Delta protocol, "Change Data Files". */
export const CHANGE_TYPE = '_change_type';

/**
 * The rows that the versions `first` to `last` changed, version by version, with the columns of version `last` and
 * three more: `_change_type`, `_commit_version` (long) and `_commit_timestamp` (timestamp).
 *
 * A commit with change files says itself what it changed. For other commits the changes follow from the files that were
 * added and removed. If such a commit rewrote a file to update some rows, its unchanged rows appear as deleted and
 * inserted again; the sum is the same.
 * @throws DeltaError no-such-version; invalid-argument when the schema changed in between, so that the rows have no
 * common form; missing-file when vacuum has deleted a needed file; corrupt-file, unsupported-feature
 */
export async function* readChanges(
  context: TableContext,
  first: number,
  last: number,
): AsyncGenerator<readonly Row[]> {
  checkArgument('changesBetween', 'the first version', first, 'count');
  checkArgument('changesBetween', 'the last version', last, 'count');
  if (first > last)
    throw new DeltaError(
      'invalid-argument',
      `Cannot read changes from version ${first} to ${last}: the last version comes before the first.`,
    );
  const commits: Commit[] = [];
  for (let version = first; version <= last; version++) {
    const commit = await readCommit(context.store, version);
    if (!commit) throw noSuchVersion(context.store.url, version, 'its commit is not in the log');
    commits.push(commit);
  }
  const end = new Snapshot(context, await loadState(context, last));
  await checkSchemas(context, commits, end);
  for (const commit of commits) {
    const meta = {
      _commit_version: BigInt(commit.version),
      _commit_timestamp: BigInt(await timeOf(context, end, commit)) * 1000n,
    };
    const rows = commit.changeFiles.length > 0 ? fromChangeFiles : fromDataFiles;
    for await (const batch of rows(context, end, commit)) {
      if (batch.length > 0) yield batch.map((row) => ({ ...row, ...meta }));
    }
  }
}

async function* fromChangeFiles(
  context: TableContext,
  end: Snapshot,
  { changeFiles }: Commit,
): AsyncGenerator<readonly Row[]> {
  const fields = [...end.schema.fields, ...struct({ [CHANGE_TYPE]: 'string' }).fields];
  const { columnMapping } = end;
  for (const file of changeFiles) {
    const constants = constantsOf(end, file.partitionValues);
    const source = await openFile(context, file, file.size);
    yield* fileRows(context, { path: file.path, source, fields, constants, columnMapping, isWanted: null });
  }
}

async function* fromDataFiles(
  context: TableContext,
  end: Snapshot,
  commit: Commit,
): AsyncGenerator<readonly Row[]> {
  const {
    columnMapping,
    schema: { fields },
  } = end;
  const before = new StateBefore(context, commit.version);
  for await (const { file, type, isChanged } of fileChanges(context, commit)) {
    const constants = constantsOf(end, await partitionValuesOf(end, file, before));
    const source = await openFile(context, file, file.size);
    const read = { path: file.path, source, fields, constants, columnMapping, isWanted: isChanged };
    for await (const rows of fileRows(context, read))
      yield rows.map((row) => ({ ...row, [CHANGE_TYPE]: type }));
  }
}

/** The partition values of a removed file. A remove may lack them; then the version before has them. */
async function partitionValuesOf(
  end: Snapshot,
  file: AddFile | RemoveFile,
  before: StateBefore,
): Promise<AddFile['partitionValues']> {
  if (file.partitionValues || end.partitionColumns.length === 0) return file.partitionValues ?? {};
  return (await before.load()).files.get(fileKey(file))?.partitionValues ?? {};
}

/** The state before a version, loaded when it is first asked for. */
class StateBefore {
  readonly #context: TableContext;
  readonly #version: number;
  #state: Promise<TableState> | null = null;

  constructor(context: TableContext, version: number) {
    this.#context = context;
    this.#version = version;
  }

  load(): Promise<TableState> {
    this.#state ??= loadState(this.#context, this.#version - 1);
    return this.#state;
  }
}

async function checkSchemas(context: TableContext, commits: readonly Commit[], end: Snapshot): Promise<void> {
  const changed = commits.slice(1).filter(({ metadata }) => metadata !== null);
  if (changed.length === 0) return;
  const versions = [commits[0], ...changed].flatMap((commit) => (commit ? [commit.version] : []));
  for (const version of versions.filter((candidate) => candidate !== end.version))
    checkComparable(new Snapshot(context, await loadState(context, version)), end);
}

/** Epoch ms. */
async function timeOf(
  context: TableContext,
  end: Snapshot,
  { version, commitInfo }: Commit,
): Promise<number> {
  const own = inCommitTimestamps(end);
  if (own && version >= own.fromVersion && commitInfo?.inCommitTimestamp !== undefined)
    return commitInfo.inCommitTimestamp;
  return Math.floor((await context.store.head(commitKey(version)))?.modifiedAtMs ?? 0);
}
