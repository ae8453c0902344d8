import { fileKey } from './actions/path.ts';
import { recordCount } from './actions/logged-file.ts';
import { readCheckpoint } from './checkpoint/read.ts';
import type { TableContext } from './context.ts';
import { DeltaError, hasCode } from './errors.ts';
import { readCommits } from './log/commits.ts';
import { listLog } from './log/listing.ts';
import { checksumKey } from './log/names.ts';
import { openFile } from './scan/data-file.ts';
import type { Snapshot } from './snapshot/snapshot.ts';
import { emptyState, replay, type TableState } from './snapshot/state.ts';

export interface CheckFinding {
  readonly kind: 'checkpoint' | 'checksum' | 'missing-file' | 'file-size' | 'corrupt-file' | 'row-count';
  /** What was found, in one sentence. */
  readonly message: string;
  /** The file in question, where there is one. */
  readonly path: string | null;
}

/** What a check looked at and what it found. */
export interface CheckReport {
  readonly version: number;
  readonly filesChecked: number;
  /** Checkpoints that were compared with the replay of the commits. */
  readonly checkpointsChecked: number;
  readonly checksumChecked: boolean;
  readonly findings: readonly CheckFinding[];
}

/**
 * Audits a snapshot: the checkpoints against the replay of the commits alone (as far as these are still there), the
 * checksum against the replay, and every live file: there, of its size, with as many rows as its statistics say.
 * Reads each file's footer; finds, does not repair.
 */
export async function checkSnapshot(context: TableContext, snapshot: Snapshot): Promise<CheckReport> {
  const findings: CheckFinding[] = [];
  const checkpointsChecked = await checkCheckpoints(context, snapshot, findings);
  const checksumChecked = await checkChecksum(context, snapshot, findings);
  const files = snapshot.files();
  for (const file of files) {
    const report = (kind: CheckFinding['kind'], message: string): void => {
      findings.push({ kind, message, path: file.path });
    };
    try {
      const source = await openFile(context, file);
      if (source.bytes !== file.size)
        report('file-size', `It has ${source.bytes} bytes, the log says ${file.size}.`);
      const rows = await context.controlParquet.rowCount(source);
      const noted = recordCount(file);
      if (noted !== null && noted !== rows)
        report('row-count', `It has ${rows} rows, its statistics say ${noted}.`);
    } catch (error) {
      if (hasCode(error, 'missing-file')) report('missing-file', error.message);
      else if (hasCode(error, 'corrupt-file')) report('corrupt-file', error.message);
      else throw error;
    }
  }
  return {
    version: snapshot.version,
    filesChecked: files.length,
    checkpointsChecked,
    checksumChecked,
    findings,
  };
}

async function checkCheckpoints(
  context: TableContext,
  snapshot: Snapshot,
  findings: CheckFinding[],
): Promise<number> {
  const { commits, checkpoints } = await listLog(context.store);
  const due = checkpoints.filter(({ version, kind }) => kind === 'classic' && version <= snapshot.version);
  const last = due.at(-1);
  // Without the commits from 0 there is nothing to compare a checkpoint with.
  if (!last || commits[last.version] !== last.version) return 0;
  let state = emptyState();
  for await (const commit of readCommits(context.store, 0, last.version)) {
    state = replay(state, [commit]);
    for (const files of due.filter(({ version }) => version === commit.version)) {
      const difference = await readCheckpoint(context, files).then(
        (checkpoint) => differenceOf(checkpoint, state),
        (error: unknown) => {
          if (error instanceof DeltaError && error.kind === 'corrupt') return error.message;
          throw error;
        },
      );
      if (difference !== null)
        findings.push({ kind: 'checkpoint', message: difference, path: files.keys[0] ?? null });
    }
  }
  return due.length;
}

function differenceOf(checkpoint: TableState, state: TableState): string | null {
  const at = `Checkpoint ${checkpoint.version}`;
  if (checkpoint.files.size !== state.files.size) {
    return `${at} holds ${checkpoint.files.size} files, the commits say ${state.files.size}.`;
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
  findings: CheckFinding[],
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
      report(`It says ${String(numFiles)} files, there are ${snapshot.fileCount}.`);
    if (tableSizeBytes !== snapshot.bytes)
      report(`It says ${String(tableSizeBytes)} bytes, there are ${snapshot.bytes}.`);
  } catch {
    report('It is not JSON.');
  }
  return true;
}
