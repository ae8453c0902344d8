/**
 * A lake on paper: real tables and logs in memory, on a clock of its own, and data files of a few bytes that nobody can
 * read. A thousand micro-batches take seconds.
 */
import { type AddFile, type DataFile, memoryStore, type ObjectStore } from '@contrail/delta-lake';
import type { Engine, WrittenFile } from '../../src/engine/engine.ts';
import { Lake } from '../../src/lake/lake.ts';
import type { Retention, TableDefinition } from '../../src/lake/table.ts';
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
}

export class PaperLake {
  nowMs: number;
  readonly clock = (): number => this.nowMs;
  readonly store: ObjectStore;
  readonly lake: Lake;
  upkeep: Upkeep;
  /** Bytes of the files that were put together, each as often as it was; and the most that were at once. */
  rewrittenBytes = 0;
  largestBytes = 0;
  /** The most files that were put together before the upkeep said that they are committed. */
  mostUnsettled = 0;
  #unsettled = 0;
  readonly #options: Required<Omit<PaperOptions, 'retention'>>;
  #batch = 0;
  #files = 0;

  constructor({ fileBytes = 20_000, retention, ...options }: PaperOptions, store?: ObjectStore) {
    this.#options = { fileBytes, ...options };
    this.nowMs = options.startMs;
    this.store = store ?? memoryStore({ clock: this.clock });
    this.lake = new Lake(this.store, this.clock, retention);
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
    return new Upkeep({ lake: this.lake, engine: this.#engine(), clock: this.clock, onCommitted });
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
      const windowMs = this.nowMs - (this.nowMs % WINDOW_MS);
      const day = new Date(this.nowMs).toISOString().slice(0, 10);
      const replaced = column === undefined ? table.cached().files().filter(isOfWindow(windowMs)) : [];
      const file = await this.#write(definition, {
        bytes: column === undefined ? 2_000 : this.#options.fileBytes,
        rows: 100,
        partition: column === undefined ? {} : { [column]: day },
        window: [windowMs, windowMs],
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
      rows: unused,
      keep: unused,
      extend: unused,
      forget: unused,
      write: async ({ relations }, target) => {
        const definition = BATCH_TABLES.find(({ name }) => target.folder.endsWith(name)) as TableDefinition;
        const old = relations['old'];
        const paths = old?.kind === 'files' ? old.files.map(({ path }) => path) : [];
        const files = (await this.lake.table(definition))?.cached().files() ?? [];
        const put = files.filter((file) =>
          paths.some((path) => path.endsWith(decodeURIComponent(file.path))),
        );
        if (put.length !== paths.length) throw new Error('A file to be put together is not in the table.');
        const bytes = put.reduce((sum, { size }) => sum + size, 0);
        this.rewrittenBytes += bytes;
        this.largestBytes = Math.max(this.largestBytes, bytes);
        this.#unsettled += 1;
        this.mostUnsettled = Math.max(this.mostUnsettled, this.#unsettled);
        const windows = put.flatMap(windowsOf);
        return [
          await this.#write(definition, {
            bytes,
            rows: put.reduce((sum, { stats }) => sum + (stats?.numRecords ?? 0), 0),
            partition: put[0]?.partitionValues ?? {},
            window: [Math.min(...windows), Math.max(...windows)],
          }),
        ];
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async #write(
    definition: TableDefinition,
    facts: Pick<DataFile, 'bytes' | 'rows'> & {
      readonly partition: Readonly<Record<string, string | null>>;
      readonly window: readonly [number, number];
    },
  ): Promise<WrittenFile> {
    const folder = Object.entries(facts.partition).map(([name, value]) => `${name}=${value}/`);
    const path = `${folder.join('')}part-${(this.#files += 1)}.parquet`;
    await this.store.put(`${definition.name}/${path}`, 'PAR1');
    const isGold = definition.partitionColumns.length === 0;
    const [min, max] = isGold ? facts.window.map((ms) => BigInt(ms) * 1000n) : [];
    return {
      path,
      bytes: facts.bytes,
      rows: facts.rows,
      partition: facts.partition,
      statistics: min !== undefined && max !== undefined ? { window_start: { nulls: 0, min, max } } : {},
    };
  }
}

const windowsOf = (file: AddFile): readonly number[] =>
  [file.stats?.minValues['window_start'], file.stats?.maxValues['window_start']].map((bound) =>
    Date.parse(String(bound)),
  );

const isOfWindow =
  (windowMs: number) =>
  (file: AddFile): boolean =>
    windowsOf(file).every((bound) => bound === windowMs);
