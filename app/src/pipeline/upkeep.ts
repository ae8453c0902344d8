import type { AddFile, DeltaTable, Rewrite } from '@contrail/delta-lake';
import type { Engine } from '../engine/engine.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { trimRecords } from './batch-log.ts';
import { dueGroup, type FileOrder } from './compaction.ts';
import { Keeper, type KeeperParts } from './keep/keeper.ts';
import { PARAMETERS } from './queries.ts';

const MINUTE_MS = 60_000;
const MIB = 2 ** 20;

/**
 * The share of a lake's files that the removed files of one table may have, and also the versions of its log. Gold
 * replaces more than one file a batch, because some rows fall into the window before.
 */
const REMOVED_SHARE = 1 / 10;
const REMOVED_WINDOWS_SHARE = 1 / 9;
const LOG_SHARE = 1 / 80;
/** How long a removed file and a version stay at least, however many there are. */
const REMOVED_LEAST_MS = 8 * MINUTE_MS;
const LOG_LEAST_MS = 2 * MINUTE_MS;
/** The most files of a table that are deleted at once: a backlog is deleted step by step. */
const MAX_DELETED = 1000;
/** Commits of a table between two checks, and how long a table without commits is left alone. */
const LOOK_COMMITS = 16;
const LOOK_MS = 5 * MINUTE_MS;
/**
 * How often the folder of a table is listed for files that no commit names. It is also listed after each start, because
 * the last process may have been killed.
 */
const VACUUM_MS = 24 * 60 * MINUTE_MS;
/** A day of a table, and windows of Gold, which are rewritten with the whole file when a late row touches one. */
const DAY_FILE_BYTES = 128 * MIB;
const WINDOWS_FILE_BYTES = 8 * MIB;
/** Gold windows that are about to be replaced by the next micro-batches. */
const OPEN_WINDOWS_MS = 2 * PARAMETERS.window_seconds * 1000;
/**
 * The assumed speed of rewriting files before the first measurement, and the least that may be rewritten even with
 * little time.
 */
const FIRST_BYTES_PER_MS = 10_000;
const LEAST_BYTES = 4 * MIB;

/** What a call of {@link Upkeep.run} is given. */
export interface UpkeepRun {
  /** About how long it may take. Infinity: as long as there is something to do. */
  readonly budgetMs: number;
  /** The disk is nearly full: only delete files. Default false. */
  readonly isFull?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A call of {@link Upkeep.run} for one table. */
interface Turn {
  readonly untilMs: number;
  readonly isFull: boolean;
  readonly signal: AbortSignal | undefined;
}

/** What is known of a table since its last check. */
interface Look {
  readonly version: number;
  readonly atMs: number;
}

/**
 * Keeps the tables of the pipeline small while it runs, so that a lake has a bounded number of files however long it
 * runs and however quick the trigger is: it compacts small files, deletes removed files whose retention is over, and
 * cuts the logs. It is called between micro-batches, goes through the tables in turn, and takes no longer than it is
 * allowed to. The next call does what it leaves undone. It changes no row, but for the days that KEEP no longer promises
 * ({@link Keeper}). The promise to readers, and the arithmetic: docs/decisions/0009-files-bounded.md.
 */
export class Upkeep {
  readonly #lake: Lake;
  readonly #engine: Engine;
  readonly #clock: () => number;
  /** How long something takes. */
  readonly #monotonic: () => number;
  readonly #onCommitted: () => void;
  readonly #keeper: Keeper;
  readonly #looks = new Map<string, Look>();
  readonly #vacuumedAtMs = new Map<string, number>();
  #areRecordsTrimmed = false;
  /** The table that comes first. */
  #first = 0;
  #bytesPerMs = FIRST_BYTES_PER_MS;

  constructor(parts: {
    readonly lake: Lake;
    readonly engine: Engine;
    readonly clock: () => number;
    readonly monotonic?: () => number;
    /** Called when everything that the engine has written is part of a table. */
    readonly onCommitted?: () => void;
    readonly onKeepPoint?: KeeperParts['onPoint'];
    readonly onKept?: KeeperParts['onKept'];
  }) {
    this.#lake = parts.lake;
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#monotonic = parts.monotonic ?? parts.clock;
    this.#onCommitted = parts.onCommitted ?? (() => undefined);
    this.#keeper = new Keeper({ ...parts, monotonic: this.#monotonic, onPoint: parts.onKeepPoint });
  }

  /** Costs next to nothing while no table has had commits. */
  async run({ budgetMs, isFull = false, signal }: UpkeepRun): Promise<void> {
    const untilMs = this.#monotonic() + budgetMs;
    if (!this.#areRecordsTrimmed) await trimRecords(this.#lake.store);
    this.#areRecordsTrimmed = true;
    if (!isFull) await this.#keeper.run({ isForced: budgetMs === Infinity });
    for (let turn = 0; turn < BATCH_TABLES.length; turn += 1) {
      const definition = BATCH_TABLES[this.#first % BATCH_TABLES.length] as TableDefinition;
      this.#first += 1;
      if (await this.#lookAfter(definition, { untilMs, isFull, signal })) return;
    }
  }

  /** Maintains one table. Answers whether the time is over and something is left to do. */
  async #lookAfter(definition: TableDefinition, { untilMs, isFull, signal }: Turn): Promise<boolean> {
    const table = await this.#lake.table(definition);
    if (table === null) return false;
    const { version } = table.cached();
    const look = this.#looks.get(definition.name);
    const isLast = untilMs === Infinity;
    if (
      look !== undefined &&
      !isLast &&
      version - look.version < LOOK_COMMITS &&
      this.#clock() - look.atMs < LOOK_MS
    )
      return false;
    const old = await this.#deleteOld(definition, table, signal);
    if (isFull) return false;
    if (old.isRemoved) await this.#vacuum(definition, table, signal);
    const isCompact = await this.#compact(definition, table, untilMs, signal);
    const isDone = isCompact && old.isRemoved && old.isCut;
    if (isDone) this.#looks.set(definition.name, { version: table.cached().version, atMs: this.#clock() });
    return !isDone && this.#monotonic() >= untilMs;
  }

  /** Deletes removed files and cuts the log. Answers whether all that is due is done. */
  async #deleteOld(
    { partitionColumns }: TableDefinition,
    table: DeltaTable,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly isRemoved: boolean; readonly isCut: boolean }> {
    // After a jump of the clock nobody knows how old a removed file is.
    if (this.#keeper.hasJumped) return { isRemoved: false, isCut: false };
    const { files } = this.#lake.retention;
    const retentionMs = this.#keeper.isTight ? REMOVED_LEAST_MS : this.#lake.retention.retentionMs;
    const rest = { retentionMs, limit: MAX_DELETED, signal };
    const share = partitionColumns.length === 0 ? REMOVED_WINDOWS_SHARE : REMOVED_SHARE;
    const removed = await table.deleteExpired({
      ...rest,
      beyond: { files: Math.floor(files * share), leastMs: REMOVED_LEAST_MS },
    });
    const log = await table.cleanUpLog({
      ...rest,
      beyond: { versions: Math.floor(files * LOG_SHARE), leastMs: LOG_LEAST_MS },
    });
    return { isRemoved: removed.isComplete, isCut: log.isComplete };
  }

  /** Deletes files that no commit names. A bounded lake can be listed quickly. */
  async #vacuum(
    { name }: TableDefinition,
    table: DeltaTable,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const now = this.#clock();
    if (now - (this.#vacuumedAtMs.get(name) ?? -Infinity) < VACUUM_MS) return;
    await table.vacuum({ signal });
    this.#vacuumedAtMs.set(name, now);
  }

  /** Compacts files until nothing is due, or until the time is over. Answers whether nothing is due. */
  async #compact(
    definition: TableDefinition,
    table: DeltaTable,
    untilMs: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const targetBytes = definition.partitionColumns.length === 0 ? WINDOWS_FILE_BYTES : DAY_FILE_BYTES;
    for (;;) {
      const startedMs = this.#monotonic();
      const maxBytes = Math.max(LEAST_BYTES, this.#bytesPerMs * (untilMs - startedMs));
      const files = table.cached().files();
      const rules = {
        targetBytes,
        maxBytes,
        roomBytes: this.#keeper.room,
        nowMs: this.#clock(),
        isLast: untilMs === Infinity,
      };
      const group = dueGroup(files, orderOf(definition, files), rules);
      if (group === null) return true;
      const { metrics } = await table.compact(() => [group], {
        targetBytes,
        rewrite: this.#rewrite(definition),
        signal,
      });
      this.#onCommitted();
      this.#keeper.wrote(metrics.numAddedBytes);
      const tookMs = Math.max(1, this.#monotonic() - startedMs);
      this.#bytesPerMs = (this.#bytesPerMs + metrics.numRemovedBytes / tookMs) / 2;
      // Another writer committed first, or the engine writes in pieces: the next call tries again.
      if (metrics.numAddedFiles * 2 > metrics.numRemovedFiles || metrics.numRemovedFiles === 0) return true;
      if (this.#monotonic() >= untilMs) return false;
    }
  }

  /** The engine reads the files and writes them as one. */
  #rewrite(definition: TableDefinition): Rewrite {
    const { columns, partitionColumns } = definition;
    return ({ snapshot, files, signal }) =>
      this.#engine.write(
        {
          sql: 'select * from old',
          relations: { old: dataFiles(definition, snapshot, { files }) },
          signal,
        },
        { folder: this.#lake.folder(definition), columns, partitionBy: partitionColumns },
      );
  }
}

/**
 * How files are ordered: partitions are days and grow at the newest one. Gold has no partitions and is in the order of
 * its windows.
 */
function orderOf({ partitionColumns }: TableDefinition, files: readonly AddFile[]): FileOrder {
  const [column] = partitionColumns;
  if (column !== undefined) {
    return {
      partitionOf: ({ partitionValues }) => partitionValues[column] ?? '',
      positionOf: ({ modificationTime }) => modificationTime,
    };
  }
  const windowOf = (file: AddFile): number =>
    Date.parse(String(file.stats?.maxValues['window_start'])) || -Infinity;
  const newest = files.reduce((max, file) => Math.max(max, windowOf(file)), -Infinity);
  return { partitionOf: () => '', positionOf: windowOf, openFrom: newest - OPEN_WINDOWS_MS };
}
