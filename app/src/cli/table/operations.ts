import {
  type DeltaTable,
  hasCode,
  openTable,
  type Order,
  parsePartitionValue,
  type Predicate,
  type Snapshot,
} from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import { sayForNow, unsay } from '../../program/terminal/say.ts';
import { formatRows, type OutputFormat } from '../../program/terminal/rows.ts';
import type { Flags } from '../flags.ts';
import { shownTime } from './cells.ts';
import { optionsOf } from './options.ts';

const HOUR_MS = 3_600_000;

/** The options that the three operations share. */
interface RunOptions extends Flags {
  readonly format: OutputFormat;
  readonly signal: AbortSignal;
}

export interface OptimizeFlags extends RunOptions {
  readonly targetBytes?: number;
  readonly sort?: readonly string[];
  readonly zorder?: readonly string[];
  /** `column=value` for partition columns. */
  readonly where?: readonly string[];
}

/** `contrail table optimize`: compacts small files, or sorts whole partitions. */
export async function optimizeTable(path: string, flags: OptimizeFlags): Promise<void> {
  await using table = await openTable(path, optionsOf(path, flags));
  const order = orderOf(flags);
  const progress = new Progress(`Optimizing ${path}`, 'groups of files');
  const report = await orStopped(flags.signal, progress, () =>
    table.optimize({
      predicate: predicateOf(table.cached(), flags.where ?? []),
      signal: flags.signal,
      onProgress: ({ groups, of }) => progress.show(groups, of),
      ...(flags.targetBytes === undefined ? {} : { targetBytes: flags.targetBytes }),
      ...(order === null ? {} : { order }),
    }),
  );
  if (report === null) return;
  const { version, metrics, lostGroups } = report;
  printFacts(flags.format, {
    version: version ?? 'unchanged: there is nothing to compact',
    files_removed: metrics.numRemovedFiles,
    bytes_removed: metrics.numRemovedBytes,
    files_added: metrics.numAddedFiles,
    bytes_added: metrics.numAddedBytes,
    // Others changed these files in between; another run can take the rest.
    groups_lost: lostGroups,
  });
}

export interface VacuumFlags extends RunOptions {
  readonly dryRun: boolean;
  readonly retainHours?: number;
  /** Accepts a retention below that of the table. */
  readonly force: boolean;
  /** By the log alone, without listing the folder. */
  readonly logOnly: boolean;
}

/** `contrail table vacuum`: deletes files that no version within the retention needs. */
export async function vacuumTable(path: string, flags: VacuumFlags): Promise<void> {
  await using table = await openTable(path, optionsOf(path, flags));
  const progress = new Progress(`Vacuuming ${path}`, 'files');
  const report = await orStopped(flags.signal, progress, () => vacuum(table, flags, progress));
  if (report === null) return;
  if (flags.dryRun) {
    const rows = report.files.map(({ path: file, bytes }) => ({ path: file, bytes }));
    process.stdout.write(formatRows(['path', 'bytes'], rows, flags.format));
    process.stderr.write(
      `${report.files.length} files of ${report.bytes} bytes would be deleted. Run it without --dry-run to delete them.\n`,
    );
    return;
  }
  printFacts(flags.format, {
    files_deleted: report.files.length,
    bytes_deleted: report.bytes,
    kept_since: shownTime(report.cutoffMs),
  });
}

async function vacuum(
  table: DeltaTable,
  { dryRun, retainHours, force, logOnly, signal }: VacuumFlags,
  progress: Progress,
): ReturnType<DeltaTable['vacuum']> {
  try {
    return await table.vacuum({
      dryRun,
      allowShortRetention: force,
      scope: logOnly ? 'log' : 'folder',
      signal,
      onProgress: ({ deleted, of }) => progress.show(deleted, of),
      ...(retainHours === undefined ? {} : { retentionMs: retainHours * HOUR_MS }),
    });
  } catch (cause) {
    if (!hasCode(cause, 'invalid-argument')) throw cause;
    throw new ContrailError(
      'retention-refused',
      `${cause.message} Give --retain-hours more, or --force when nobody reads or writes the table.`,
      { cause },
    );
  }
}

/** `contrail table restore`: rolls the table back to a version or an instant. */
export async function restoreTable(
  path: string,
  flags: Flags & {
    readonly version?: number;
    readonly timestampMs?: number;
    readonly format: OutputFormat;
  },
): Promise<void> {
  await using table = await openTable(path, optionsOf(path, flags));
  const { version, timestampMs = 0 } = flags;
  const result = await table
    .restore(version === undefined ? { timestampMs } : { version })
    .catch((cause: unknown) => {
      if (!hasCode(cause, 'conflict')) throw cause;
      throw new ContrailError(
        'restore-conflict',
        `${path} was not restored: ${cause.message} Stop its writers, or run it again.`,
        { cause },
      );
    });
  switch (result.kind) {
    case 'restored':
      printFacts(flags.format, {
        version: result.version,
        restored_version: result.restoredVersion,
        files_restored: result.metrics.numRestoredFiles,
        files_removed: result.metrics.numRemovedFiles,
      });
      return;
    case 'unchanged':
      printFacts(flags.format, {
        version: `unchanged: version ${result.version} is the same as version ${result.restoredVersion}`,
      });
      return;
  }
}

function orderOf({ sort, zorder }: OptimizeFlags): Order | null {
  if (sort !== undefined) return { kind: 'sort', columns: sort };
  return zorder === undefined ? null : { kind: 'z-order', columns: zorder };
}

/** `day=2026-11-24` as a condition; several of one column are alternatives. */
function predicateOf(snapshot: Snapshot, conditions: readonly string[]): Predicate {
  const columns = new Map<string, string[]>();
  for (const condition of conditions) {
    const at = condition.indexOf('=');
    const column = condition.slice(0, Math.max(0, at));
    if (!snapshot.partitionColumns.includes(column)) {
      throw new ContrailError(
        'not-a-partition',
        `--where ${condition} does not name a partition column. Write --where COLUMN=VALUE with one of: ${snapshot.partitionColumns.join(', ') || 'none, the table is not partitioned'}.`,
      );
    }
    columns.set(column, [...(columns.get(column) ?? []), condition.slice(at + 1)]);
  }
  return Array.from(columns, ([column, texts]) => {
    const type = snapshot.schema.fields.find(({ name }) => name === column)?.type ?? 'string';
    // An empty value stands for null, as in the log.
    const values = texts.flatMap((text) => parsePartitionValue(type, text) ?? []);
    const isIn = { column, in: values };
    return values.length === texts.length ? isIn : { anyOf: [[isIn], [{ column, isNull: true }]] };
  });
}

/** Runs to the end; if a signal stops it, it prints that and answers null. */
async function orStopped<T>(
  signal: AbortSignal,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.clear();
    process.stderr.write(
      'Stopped. The table is intact and keeps what was done; run the command again to continue.\n',
    );
    return null;
  } finally {
    progress.clear();
  }
}

function printFacts(format: OutputFormat, facts: Readonly<Record<string, string | number>>): void {
  const rows = Object.entries(facts).map(([fact, value]) => ({ fact, value }));
  process.stdout.write(formatRows(['fact', 'value'], rows, format));
}

/** A counter in one line on standard error, if that is a terminal. */
class Progress {
  readonly #what: string;
  readonly #unit: string;
  #isShown = false;

  constructor(what: string, unit: string) {
    this.#what = what;
    this.#unit = unit;
  }

  show(done: number, of: number): void {
    this.#isShown = true;
    sayForNow(`${this.#what}: ${done} of ${of} ${this.#unit} `);
  }

  clear(): void {
    if (this.#isShown) unsay();
    this.#isShown = false;
  }
}
