import type { AddFile, DeltaTable, Rewrite } from '@contrail/delta-lake';
import type { Engine } from '../engine/engine.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';
import { trimRecords } from './batch-log.ts';
import { dueGroup, type FileOrder } from './compaction.ts';
import { PARAMETERS } from './queries.ts';

const MINUTE_MS = 60_000;
const MIB = 2 ** 20;

/**
 * Of the files that a lake may have, those that one table has removed, and versions of its log: the rest is the other tables'.
 * Gold replaces more than a file a batch, since some rows fall into the window before.
 */
const REMOVED_SHARE = 1 / 10;
const REMOVED_WINDOWS_SHARE = 1 / 9;
const LOG_SHARE = 1 / 80;
/** How long a removed file and a version stay for certain, however many there are. */
const REMOVED_LEAST_MS = 8 * MINUTE_MS;
const LOG_LEAST_MS = 2 * MINUTE_MS;
/** What is deleted of a table at once: a lake that has not been looked after is not made good in one go. */
const MAX_DELETED = 1000;
/** Commits of a table between two looks at it; and how long a table that gets none is left alone. */
const LOOK_COMMITS = 16;
const LOOK_MS = 5 * MINUTE_MS;
/** How often the folder of a table is listed for what no commit names; and once after each start, since it may follow a kill. */
const VACUUM_MS = 24 * 60 * MINUTE_MS;
/** A day of a table, and windows of Gold, which are rewritten with the whole file when a late row touches one. */
const DAY_FILE_BYTES = 128 * MIB;
const WINDOWS_FILE_BYTES = 8 * MIB;
/** Gold windows that are about to be replaced by the next micro-batches. */
const OPEN_WINDOWS_MS = 2 * PARAMETERS.window_seconds * 1000;
/** How quickly the engine rewrites files until it has shown it, and what it may take on however little time there is. */
const FIRST_BYTES_PER_MS = 10_000;
const LEAST_BYTES = 4 * MIB;

/** What a call of {@link Upkeep.run} is given. */
export interface UpkeepRun {
  /** How long it may take, about. Infinite: as long as there is something to do. */
  readonly budgetMs: number;
  /** The disk has little room: only what deletes, and needs none. Default false. */
  readonly isFull?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A call, for one table. */
interface Turn {
  readonly untilMs: number;
  readonly isFull: boolean;
  readonly signal: AbortSignal | undefined;
}

/** What is known of a table since the last look at it. */
interface Look {
  readonly version: number;
  readonly atMs: number;
}

/**
 * Keeps the tables of the pipeline small while it runs, so that a lake has a bounded number of files however long it runs
 * and however quick the trigger is: puts small files together, deletes removed files that are past their time, and cuts
 * the logs. Called between micro-batches, when none is open, and takes no longer than it is given, over the tables in turn. It
 * changes no row and no `txn`, and what it leaves undone the next call finds.
 * The promise to readers, and the arithmetic: docs/decisions/0009-files-bounded.md.
 */
export class Upkeep {
  readonly #lake: Lake;
  readonly #engine: Engine;
  readonly #clock: () => number;
  /** How long something takes. */
  readonly #monotonic: () => number;
  readonly #onCommitted: () => void;
  readonly #looks = new Map<string, Look>();
  readonly #vacuumedAtMs = new Map<string, number>();
  #areRecordsTrimmed = false;
  /** The table that is looked after first. */
  #first = 0;
  #bytesPerMs = FIRST_BYTES_PER_MS;

  constructor(parts: {
    readonly lake: Lake;
    readonly engine: Engine;
    readonly clock: () => number;
    readonly monotonic?: () => number;
    /** What the engine has written until now is part of a table. */
    readonly onCommitted?: () => void;
  }) {
    this.#lake = parts.lake;
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#monotonic = parts.monotonic ?? parts.clock;
    this.#onCommitted = parts.onCommitted ?? (() => undefined);
  }

  /** Costs next to nothing while no table has had commits. */
  async run({ budgetMs, isFull = false, signal }: UpkeepRun): Promise<void> {
    const untilMs = this.#monotonic() + budgetMs;
    if (!this.#areRecordsTrimmed) await trimRecords(this.#lake.store);
    this.#areRecordsTrimmed = true;
    for (let turn = 0; turn < BATCH_TABLES.length; turn += 1) {
      const definition = BATCH_TABLES[this.#first % BATCH_TABLES.length] as TableDefinition;
      this.#first += 1;
      if (await this.#lookAfter(definition, { untilMs, isFull, signal })) return;
    }
  }

  /** Answers whether the time is over and something is left to do. */
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
    const stop = { signal };
    const { retentionMs, files } = this.#lake.retention;
    const rest = { retentionMs, limit: MAX_DELETED, ...stop };
    const share = definition.partitionColumns.length === 0 ? REMOVED_WINDOWS_SHARE : REMOVED_SHARE;
    const removed = await table.deleteExpired({
      ...rest,
      beyond: { files: Math.floor(files * share), leastMs: REMOVED_LEAST_MS },
    });
    const log = await table.cleanUpLog({
      ...rest,
      beyond: { versions: Math.floor(files * LOG_SHARE), leastMs: LOG_LEAST_MS },
    });
    if (isFull) return false;
    if (removed.isComplete) await this.#vacuum(definition, table, signal);
    const isCompact = await this.#compact(definition, table, untilMs, signal);
    const isDone = isCompact && removed.isComplete && log.isComplete;
    if (isDone) this.#looks.set(definition.name, { version: table.cached().version, atMs: this.#clock() });
    return !isDone && this.#monotonic() >= untilMs;
  }

  /** A bounded lake is listed in a moment. */
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

  /** Puts files together until nothing is due, or until the time is over. Answers whether nothing is due. */
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
      const rules = { targetBytes, maxBytes, nowMs: this.#clock(), isLast: untilMs === Infinity };
      const group = dueGroup(files, orderOf(definition, files), rules);
      if (group === null) return true;
      const { metrics } = await table.compact(() => [group], {
        targetBytes,
        rewrite: this.#rewrite(definition),
        signal,
      });
      this.#onCommitted();
      const tookMs = Math.max(1, this.#monotonic() - startedMs);
      this.#bytesPerMs = (this.#bytesPerMs + metrics.numRemovedBytes / tookMs) / 2;
      // Lost against another writer, or an engine that writes in pieces: the next call may do better.
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

/** Partitions of days grow by their newest end. Gold, which has none, is in the order of its windows. */
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
