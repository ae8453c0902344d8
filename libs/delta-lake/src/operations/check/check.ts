import { recordCount } from '../../actions/logged-file.ts';
import { fileKey } from '../../actions/path.ts';
import { lastCheckpointFault } from '../../checkpoint/last-checkpoint.ts';
import { readCheckpoint } from '../../checkpoint/read.ts';
import type { TableContext } from '../../context/context.ts';
import { openFile } from '../../context/data-file.ts';
import { DeltaError, hasCode } from '../../errors.ts';
import { DELETED_FILES, keptSince } from '../../features/retention.ts';
import { leftoversOf } from '../../housekeeping/leftovers.ts';
import { readCommits } from '../../log/commits.ts';
import { type CheckpointFiles, listLog } from '../../log/listing.ts';
import { checksumKey, commitKey, LAST_CHECKPOINT } from '../../log/names.ts';
import { emptyState, replay, type TableState } from '../../replay/state.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { ObjectEntry } from '../../storage/object-store.ts';
import { CHANGE_FOLDER } from '../rows/change-feed.ts';
import { listDataFolder } from '../vacuum/data-folder.ts';
import { neededFiles } from '../vacuum/needed-files.ts';
import { uselessFiles } from '../vacuum/useless-files.ts';
import { compareStatistics, isLogged, leafPaths } from './compare-statistics.ts';
import { footerStatistics } from './found-statistics.ts';
import { readWhole } from './pages.ts';

/** What can be wrong, and what to do about it. */
const ADVICE = {
  'version-gap':
    'Put the commit back from a backup. Versions before the gap cannot be read; the newest can be read as long as there is a checkpoint after the gap.',
  checkpoint:
    'Delete this checkpoint, and _last_checkpoint: readers then use an older one or the commits, and a later commit writes a new one.',
  checksum: 'Delete this file: readers do not need it.',
  'last-checkpoint':
    'Commit something with this library: it writes a new checkpoint and names it. Other programs may be unable to open the table until then.',
  'missing-file':
    'Put the file back from a backup, or restore the table to a version whose files are all there (table restore).',
  'file-size': 'Put the file back from a backup, or restore the table to a version before it.',
  'corrupt-file': 'Put the file back from a backup, or restore the table to a version before it.',
  'row-count': 'Rewrite the file (table optimize): the new file gets correct statistics.',
  'null-count':
    'Rewrite the file (an optimize that sorts, or an update of its rows): until then, a reader that looks for null, or for not null, may miss rows.',
  bounds:
    'Rewrite the file (an optimize that sorts, or an update of its rows): until then, a reader that looks for a value outside these bounds misses rows.',
} as const;

export interface CheckFinding {
  readonly kind: keyof typeof ADVICE;
  /** What was found, in one sentence. */
  readonly message: string;
  /** The file that the finding is about; null when it is about no single file. */
  readonly path: string | null;
  /** What to do about it. */
  readonly advice: string;
}

type Finding = Omit<CheckFinding, 'advice'>;

export interface CheckOptions {
  /** Read every page of every file, which costs as much as reading the table. Default true; false: the footers alone. */
  readonly pages?: boolean;
}

/** What a check looked at and what it found. */
export interface CheckReport {
  readonly version: number;
  readonly filesChecked: number;
  /** Columns of files whose statistics in the log were compared with the file's footer. */
  readonly columnsCompared: number;
  /** Checkpoints that were compared with the replay of the commits. */
  readonly checkpointsChecked: number;
  readonly checksumChecked: boolean;
  /**
   * Files in the table's folder that no version within the retention needs: removed files and files of failed writes.
   * They are not damage; vacuum deletes them once they are older than the retention.
   */
  readonly orphans: { readonly files: number; readonly bytes: number };
  /**
   * What killed writers have left unfinished, untouched for a day. Listings hide it, so readers never see it. It is not
   * damage; vacuum deletes it.
   */
  readonly leftovers: { readonly files: number; readonly bytes: number };
  readonly findings: readonly CheckFinding[];
}

/**
 * Audits a snapshot and repairs nothing. No commit may be missing. Checkpoints and checksum must agree with the replay
 * of the commits, or of the oldest checkpoint if earlier commits were cleaned up. Every live file must exist, have its
 * size and as many rows as its statistics say, agree with them in nulls and bounds as far as its footer tells ({@link
 * compareStatistics}), and be readable to its last page. Files that nobody needs are counted.
 */
export async function checkSnapshot(
  context: TableContext,
  snapshot: Snapshot,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const findings: Finding[] = [];
  const { commits } = await listLog(context.store);
  for (const [index, version] of commits.entries()) {
    const before = commits[index - 1];
    if (before === undefined || before === version - 1 || version > snapshot.version) continue;
    const message = `The commits ${before + 1} to ${version - 1} are missing, but later ones exist.`;
    findings.push({ kind: 'version-gap', message, path: commitKey(before + 1) });
  }
  const checkpointsChecked = await checkCheckpoints(context, snapshot, findings);
  const checksumChecked = await checkChecksum(context, snapshot, findings);
  const fault = await lastCheckpointFault(context.store);
  if (fault !== null) findings.push({ kind: 'last-checkpoint', message: fault, path: LAST_CHECKPOINT });
  const files = snapshot.files();
  const { columnMapping } = snapshot;
  const columns = [...leafPaths(snapshot.schema)].filter(
    ([top]) => !snapshot.partitionColumns.includes(top?.name ?? ''),
  );
  let columnsCompared = 0;
  for (const file of files) {
    const report = (kind: CheckFinding['kind'], message: string): void => {
      findings.push({ kind, message, path: file.path });
    };
    try {
      const source = await openFile(context, file);
      if (source.bytes !== file.size)
        report('file-size', `It has ${source.bytes} bytes, but the log says ${file.size}.`);
      const footer = await context.controlParquet.footer(source);
      const rows = Number(footer.num_rows);
      const noted = recordCount(file);
      if (noted !== null && noted !== rows)
        report('row-count', `It has ${rows} rows, but its statistics say ${noted}.`);
      if (options.pages !== false) {
        const wrong = await readWhole(context, snapshot, file);
        if (wrong && noted === rows)
          report('corrupt-file', `${wrong.rows} rows can be read of it, but there should be ${wrong.noted}.`);
      }
      for (const path of columns) {
        const found = isLogged(file, path, columnMapping)
          ? footerStatistics(footer, path, columnMapping)
          : null;
        if (!found) continue;
        columnsCompared += 1;
        for (const fault of compareStatistics(file, path, found, columnMapping))
          report(fault.kind, fault.message);
      }
    } catch (error) {
      if (hasCode(error, 'missing-file')) report('missing-file', error.message);
      else if (hasCode(error, 'corrupt-file')) report('corrupt-file', error.message);
      else throw error;
    }
  }
  return {
    version: snapshot.version,
    filesChecked: files.length,
    columnsCompared,
    checkpointsChecked,
    checksumChecked,
    orphans: await orphansOf(context, snapshot),
    leftovers: sizeOf(await leftoversOf(context, '')),
    findings: findings.map((finding) => ({ ...finding, advice: ADVICE[finding.kind] })),
  };
}

async function orphansOf(context: TableContext, snapshot: Snapshot): Promise<CheckReport['orphans']> {
  const cutoff = keptSince(snapshot.configuration, DELETED_FILES, context.clock());
  const folder = await listDataFolder(context.store, snapshot.partitionColumns, () => true);
  const hasChanges = folder.files.some(({ key }) => key.startsWith(CHANGE_FOLDER));
  try {
    const needed = await neededFiles(context, snapshot, cutoff, { hasChanges });
    return sizeOf((await uselessFiles(context, needed, folder.files)).files);
  } catch (error) {
    // A log with a gap has its own finding. Nobody can tell then which files are needed.
    if (hasCode(error, 'corrupt-log')) return sizeOf([]);
    throw error;
  }
}

function sizeOf(entries: readonly ObjectEntry[]): CheckReport['orphans'] {
  return { files: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function checkCheckpoints(
  context: TableContext,
  snapshot: Snapshot,
  findings: Finding[],
): Promise<number> {
  const { commits, checkpoints } = await listLog(context.store);
  const due = checkpoints.filter(({ version }) => version <= snapshot.version);
  const base = commits[0] === 0 ? null : due[0];
  const last = due.at(-1);
  // Without the commits from 0, and without a checkpoint in their place, there is nothing to compare with.
  if (!last || base === undefined) return 0;
  const first = (base?.version ?? -1) + 1;
  const from = commits.indexOf(first);
  if (first <= last.version && (from === -1 || commits[from + last.version - first] !== last.version))
    return 0;
  const read = (files: CheckpointFiles): Promise<TableState | string> =>
    readCheckpoint(context, files).catch((error: unknown) => {
      if (error instanceof DeltaError && error.kind === 'corrupt') return error.message;
      throw error;
    });
  const report = (files: CheckpointFiles, message: string): void => {
    findings.push({ kind: 'checkpoint', message, path: files.keys[0] ?? null });
  };
  const start = base ? await read(base) : emptyState();
  if (typeof start === 'string') {
    if (base) report(base, start);
    return 1;
  }
  let state = start;
  for await (const commit of readCommits(context.store, first, last.version)) {
    state = replay(state, [commit]);
    for (const files of due.filter(({ version }) => version === commit.version)) {
      const checkpoint = await read(files);
      const difference = typeof checkpoint === 'string' ? checkpoint : differenceOf(checkpoint, state);
      if (difference !== null) report(files, difference);
    }
  }
  return due.length;
}

function differenceOf(checkpoint: TableState, state: TableState): string | null {
  const at = `Checkpoint ${checkpoint.version}`;
  if (checkpoint.files.size !== state.files.size) {
    return `${at} holds ${checkpoint.files.size} files, but the commits say ${state.files.size}.`;
  }
  for (const file of state.files.values()) {
    const other = checkpoint.files.get(fileKey(file));
    if (other?.size !== file.size) return `${at} and the commits differ in the file ${file.path}.`;
  }
  for (const { appId, version } of state.transactions.values()) {
    if (checkpoint.transactions.get(appId)?.version !== version)
      return `${at} and the commits differ in the txn ${appId}.`;
  }
  return checkpoint.metadata?.schemaString === state.metadata?.schemaString
    ? null
    : `${at} has another schema.`;
}

async function checkChecksum(
  context: TableContext,
  snapshot: Snapshot,
  findings: Finding[],
): Promise<boolean> {
  const path = checksumKey(snapshot.version);
  let text: string;
  try {
    text = new TextDecoder().decode(await context.store.get(path));
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return false;
    throw error;
  }
  const report = (message: string): void => {
    findings.push({ kind: 'checksum', message, path });
  };
  try {
    const { numFiles, tableSizeBytes } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (numFiles !== snapshot.fileCount)
      report(`It says ${String(numFiles)} files, but there are ${snapshot.fileCount}.`);
    if (tableSizeBytes !== snapshot.bytes)
      report(`It says ${String(tableSizeBytes)} bytes, but there are ${snapshot.bytes}.`);
  } catch {
    report('It is not JSON.');
  }
  return true;
}
