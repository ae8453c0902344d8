import type { DeltaTable, Rewrite } from '@contrail/delta-lake';
import type { Engine } from '../engine/engine.ts';
import { dataFiles, type Lake } from '../lake/lake.ts';
import type { TableDefinition } from '../lake/table.ts';
import { BATCH_TABLES } from '../lake/tables.ts';

const HOUR_MS = 3_600_000;

/**
 * When small files are put together: fifty in a partition, none younger than five minutes, and no more at once than
 * takes the engine a second or two, since the next micro-batch waits for it.
 */
const POLICY = { minFiles: 50, maxBytes: 64 * 2 ** 20, minAgeMs: 300_000 };

/**
 * Keeps the tables of the pipeline small while it runs: puts small files together, and deletes files that the tables'
 * retention no longer keeps. Called between micro-batches, when none is open. It changes no row and no `txn`, readers of
 * older versions keep their files for the retention, and whatever it leaves undone the next call finds.
 * The logs clean themselves up after their checkpoints.
 */
export class Upkeep {
  readonly #lake: Lake;
  readonly #engine: Engine;
  readonly #clock: () => number;
  #vacuumedAtMs: number;

  constructor(parts: { readonly lake: Lake; readonly engine: Engine; readonly clock: () => number }) {
    this.#lake = parts.lake;
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#vacuumedAtMs = parts.clock();
  }

  /** Costs a look at the file lists when nothing is due. `delete`: what needs no room, for a disk that has little. */
  async run(signal?: AbortSignal, what: 'all' | 'delete' = 'all'): Promise<void> {
    const isVacuumDue = this.#clock() - this.#vacuumedAtMs >= HOUR_MS;
    for (const definition of BATCH_TABLES) {
      const table = await this.#lake.table(definition);
      if (table === null) continue;
      if (what === 'all') {
        await table.autoCompact({
          ...POLICY,
          rewrite: this.#rewrite(definition),
          ...(signal === undefined ? {} : { signal }),
        });
      }
      // By the log alone: no listing of folders with a year of files in them.
      if (isVacuumDue) await this.#vacuum(table, signal);
    }
    if (isVacuumDue) this.#vacuumedAtMs = this.#clock();
  }

  async #vacuum(table: DeltaTable, signal: AbortSignal | undefined): Promise<void> {
    await table.vacuum({ scope: 'log', ...(signal === undefined ? {} : { signal }) });
  }

  /** The engine reads the files and writes them as one. */
  #rewrite(definition: TableDefinition): Rewrite {
    const { columns, partitionColumns } = definition;
    return ({ snapshot, files, signal }) =>
      this.#engine.write(
        {
          sql: 'select * from old',
          relations: { old: { kind: 'files', columns, files: dataFiles(snapshot, files) } },
          ...(signal === undefined ? {} : { signal }),
        },
        { folder: this.#lake.folder(definition), columns, partitionBy: partitionColumns },
      );
  }
}
