/**
 * A lake on paper: real tables and logs in memory, on a clock of its own, and data files of a few bytes that nobody can
 * read. A thousand micro-batches take seconds.
 */
import { type AddFile, type DataFile, memoryStore, type ObjectStore } from '@contrail/delta-lake';
import type { Engine, Relation, WrittenFile } from '../../src/engine/engine.ts';
import { Lake } from '../../src/lake/lake.ts';
import type { Keep } from '../../src/lake/keep.ts';
import type { Retention, TableDefinition } from '../../src/lake/table.ts';
import { BRONZE_FLIGHTS } from '../../src/lake/bronze-flights.ts';
import { QUARANTINE_FLIGHTS } from '../../src/lake/quarantine-flights.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';
import { writeRecord } from '../../src/pipeline/batch-log.ts';
import { commitBatch } from '../../src/pipeline/commit.ts';
import { Upkeep } from '../../src/pipeline/upkeep.ts';

const WINDOW_MS = 300_000;

/** What a paper pipeline is told. */
export interface PaperOptions {
  readonly paceMs: number;
  readonly startMs: number;
  /** Bytes of a file of a batch. */
  readonly fileBytes?: number;
  readonly retention?: Retention;
  readonly keep?: Keep;
  /** Files take the room that the log says. Default: a few bytes. */
  readonly isFull?: boolean;
}

export class PaperLake {
  nowMs: number;
  /** How far the wall clock is ahead of the truth. */
  jumpMs = 0;
  readonly clock = (): number => this.nowMs + this.jumpMs;
  readonly store: ObjectStore;
  readonly lake: Lake;
  upkeep: Upkeep;
  /** Bytes of the files that were put together, each as often as it was; and the most that were at once. */
  rewrittenBytes = 0;
  largestBytes = 0;
  /** The most files that were put together before the upkeep said that they are committed. */
  mostUnsettled = 0;
  #unsettled = 0;
  readonly #options: Required<Omit<PaperOptions, 'retention' | 'keep'>>;
  #batch = 0;
  #files = 0;

  constructor(
    { fileBytes = 20_000, isFull = false, retention, keep, ...options }: PaperOptions,
    store?: ObjectStore,
  ) {
    this.#options = { fileBytes, isFull, ...options };
    this.nowMs = options.startMs;
    this.store = store ?? memoryStore({ clock: this.clock });
    this.lake = new Lake(this.store, this.clock, retention, keep);
    this.upkeep = this.#newUpkeep();
  }

  get fileBytes(): number {
    return this.#options.fileBytes;
  }

  /** As after a restart: nothing is known of the tables. */
  startAgain(): void {
    this.upkeep = this.#newUpkeep();
  }

  #newUpkeep(): Upkeep {
    const onCommitted = (): void => void (this.#unsettled = 0);
    const { lake, clock } = this;
    return new Upkeep({ lake, engine: this.#engine(), clock, monotonic: () => this.nowMs, onCommitted });
  }

  async create(): Promise<void> {
    for (const definition of BATCH_TABLES) await this.lake.create(definition, true);
  }

  /**
   * One micro-batch: a file for each table, in the place of the file of its window for Gold; then its upkeep, or with null
   * none.
   */
  async batch(budgetMs: number | null = this.#options.paceMs): Promise<void> {
    this.#batch += 1;
    const batch_id = this.#batch;
    await writeRecord(this.store, {
      batch_id,
      topic: 'paper',
      recorded_at_ms: this.nowMs,
      ranges: [],
    });
    for (const definition of BATCH_TABLES) {
      const table = await this.lake.table(definition);
      if (table === null) throw new Error(`${definition.name} is not created.`);
      const [column] = definition.partitionColumns;
      const windowMs = this.clock() - (this.clock() % WINDOW_MS);
      const day = new Date(this.clock()).toISOString().slice(0, 10);
      const replaced = column === undefined ? table.cached().files().filter(isOfWindow(windowMs)) : [];
      const file = await this.#write(definition, {
        bytes: column === undefined ? 2_000 : this.#options.fileBytes,
        rows: 100,
        partition: column === undefined ? {} : { [column]: day },
        times: column === undefined ? [windowMs, windowMs] : [this.clock(), this.clock()],
      });
      await commitBatch(table, { appId: 'contrail/paper', version: batch_id }, [file], replaced);
      await table.settled();
    }
    if (budgetMs !== null) await this.upkeep.run({ budgetMs });
    this.nowMs += this.#options.paceMs;
  }

  /** Objects below a prefix. */
  async count(prefix = ''): Promise<number> {
    let count = 0;
    for await (const { key } of this.store.list(prefix)) count += Number(key !== '');
    return count;
  }

  #engine(): Engine {
    const unused = () => Promise.reject(new Error('A paper engine only puts files together.'));
    return {
      name: 'duckdb',
      // How many rows files of Bronze or the quarantine have; of the latter one of a hundred is a message that Bronze never had.
      rows: async ({ relations }) => {
        let [rows, refused] = [0, 0];
        for (const definition of [BRONZE_FLIGHTS, QUARANTINE_FLIGHTS]) {
          const { files } = await this.#filesOf(relations['old'], definition);
          const found = files.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0);
          rows += found;
          if (definition === QUARANTINE_FLIGHTS) refused += found / 100;
        }
        return [{ row_count: BigInt(rows), refused: BigInt(refused), archived: 0n }];
      },
      keep: unused,
      extend: unused,
      forget: unused,
      write: async ({ relations }, target) => {
        const definition = BATCH_TABLES.find(({ name }) => target.folder.endsWith(name)) as TableDefinition;
        const { files: put, isComplete } = await this.#filesOf(relations['old'], definition);
        if (!isComplete) throw new Error('A file to be put together is not in the table.');
        const bytes = put.reduce((sum, { size }) => sum + size, 0);
        this.rewrittenBytes += bytes;
        this.largestBytes = Math.max(this.largestBytes, bytes);
        this.#unsettled += 1;
        this.mostUnsettled = Math.max(this.mostUnsettled, this.#unsettled);
        const times = put.flatMap(timesOf);
        return [
          await this.#write(definition, {
            bytes,
            rows: put.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0),
            partition: put[0]?.partitionValues ?? {},
            times: [Math.min(...times), Math.max(...times)],
          }),
        ];
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  /** The live files of a table that a relation names. */
  async #filesOf(
    old: Relation | undefined,
    definition: TableDefinition,
  ): Promise<{ readonly files: readonly AddFile[]; readonly isComplete: boolean }> {
    const paths = old?.kind === 'files' ? old.files.map(({ path }) => path) : [];
    const live = (await this.lake.table(definition))?.cached().files() ?? [];
    const files = live.filter((file) =>
      paths.some((path) => path.endsWith(`${definition.name}/${decodeURIComponent(file.path)}`)),
    );
    return { files, isComplete: files.length === paths.length };
  }

  async #write(
    definition: TableDefinition,
    facts: Pick<DataFile, 'bytes' | 'rows'> & {
      readonly partition: Readonly<Record<string, string | null>>;
      readonly times: readonly [number, number];
    },
  ): Promise<WrittenFile> {
    const folder = Object.entries(facts.partition).map(([name, value]) => `${name}=${value}/`);
    const path = `${folder.join('')}part-${(this.#files += 1)}.parquet`;
    await this.store.put(
      `${definition.name}/${path}`,
      this.#options.isFull ? new Uint8Array(facts.bytes) : 'PAR1',
    );
    const [from, to] = facts.times.map(BigInt) as [bigint, bigint];
    const column = timeColumnOf(definition);
    const [min, max] = column === 'time_position' ? [from / 1000n, to / 1000n] : [from * 1000n, to * 1000n];
    return {
      path,
      bytes: facts.bytes,
      rows: facts.rows,
      partition: facts.partition,
      statistics: { [column]: { nulls: 0, min, max } },
    };
  }
}

/** The column that says when the rows of a table are from. */
const timeColumnOf = ({ partitionColumns: [day] }: TableDefinition): string =>
  day === undefined ? 'window_start' : day === 'ingest_date' ? 'ingested_at' : 'time_position';

/** The times of a file's oldest and newest row, ms. */
const timesOf = ({ stats }: AddFile): readonly number[] =>
  [stats?.minValues, stats?.maxValues].map((values = {}) => {
    const seconds = values['time_position'];
    if (typeof seconds === 'number') return seconds * 1000;
    return Date.parse(String(values['window_start'] ?? values['ingested_at']));
  });

const isOfWindow =
  (windowMs: number) =>
  (file: AddFile): boolean =>
    timesOf(file).every((time) => time === windowMs);
