import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeltaTable, createTable, localStore, struct } from '@contrail/delta-lake';
import { encodeRoaring, encodeZ85 } from '../../../libs/delta-lake/test/deletion-vector/encode.ts';
import { DuckdbEngine } from '../../src/engine/duckdb/engine.ts';
import type { Value } from '../../src/lake/column.ts';
import { PROGRESS_FILE } from '../../src/lake/progress.ts';
import type { Progress } from '../../src/lake/progress.ts';
import type { TableDefinition } from '../../src/lake/table.ts';

/** A small real lake in a temporary folder: tables of the library, files of DuckDB. */
export class LakeFixture implements AsyncDisposable {
  readonly root: string;
  readonly engine: DuckdbEngine;
  readonly #tables = new Map<string, DeltaTable>();
  #folders = 0;

  constructor(root: string, engine: DuckdbEngine) {
    this.root = root;
    this.engine = engine;
  }

  static async create(): Promise<LakeFixture> {
    const root = await mkdtemp(join(tmpdir(), 'contrail-dashboard-'));
    const temporaryFolder = join(root, '..', `${root.split('/').at(-1)}-spill`);
    return new LakeFixture(
      root,
      await DuckdbEngine.open({ memoryLimit: '256MB', threads: 1, temporaryFolder }),
    );
  }

  /** Another engine on the same files; the caller closes it. */
  openEngine(): Promise<DuckdbEngine> {
    return DuckdbEngine.open({ memoryLimit: '128MB', threads: 1, temporaryFolder: `${this.root}-spill` });
  }

  /** Appends rows to a table, made where it is missing, as one commit. Columns that a row lacks are null. */
  async append(
    definition: TableDefinition,
    rows: readonly Readonly<Record<string, Value>>[],
    options: { readonly replace?: boolean } = {},
  ): Promise<number> {
    const table = await this.#table(definition);
    const folder = `${this.root}/${definition.name}/data-${this.#folders++}`;
    const values = rows.map(
      (row) => `(${definition.columns.map(({ name, type }) => sql(row[name] ?? null, type)).join(', ')})`,
    );
    const names = definition.columns.map(({ name }) => name).join(', ');
    const written = await this.engine.write(
      { sql: `select * from (values ${values.join(', ')}) as given(${names})`, relations: {} },
      { folder, columns: definition.columns, partitionBy: definition.partitionColumns },
    );
    const transaction = table.startTransaction({ operation: 'WRITE' }).append(written);
    if (options.replace === true) transaction.remove((await table.snapshot()).files());
    const result = await transaction.commit();
    if (result.kind !== 'committed') throw new Error(`not committed: ${result.kind}`);
    await table.settled();
    return result.version;
  }

  /** Deletes rows of a table's first file, by their number, as a program does that writes deletion vectors. */
  async deleteByVector(definition: TableDefinition, rows: readonly number[]): Promise<void> {
    const table = await this.#table(definition);
    await table.addFeatures(['deletionVectors']);
    const snapshot = await table.snapshot();
    const [file] = snapshot.files();
    if (file === undefined) throw new Error(`${definition.name} has no file`);
    const { path, size, modificationTime, partitionValues, statsText } = file;
    const vector = encodeRoaring(rows);
    const deletionVector = {
      storageType: 'i',
      pathOrInlineDv: encodeZ85(vector),
      sizeInBytes: vector.length,
      cardinality: rows.length,
    };
    const kept = { path, size, modificationTime, partitionValues };
    const actions = [
      { remove: { path, deletionTimestamp: modificationTime, dataChange: true } },
      {
        add: {
          ...kept,
          dataChange: true,
          deletionVector,
          ...(statsText === null ? {} : { stats: statsText }),
        },
      },
    ];
    await table.store.put(
      `_delta_log/${String(snapshot.version + 1).padStart(20, '0')}.json`,
      actions.map((action) => JSON.stringify(action)).join('\n'),
    );
  }

  async progress(progress: Progress): Promise<void> {
    await localStore(this.root).put(PROGRESS_FILE, JSON.stringify(progress));
  }

  /** Deletes a table as a person would: the folder, all at once. */
  async drop(definition: TableDefinition): Promise<void> {
    this.#tables.delete(definition.name);
    await rm(`${this.root}/${definition.name}`, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
    await rm(`${this.root}-spill`, { recursive: true, force: true });
  }

  async #table(definition: TableDefinition): Promise<DeltaTable> {
    const known = this.#tables.get(definition.name);
    if (known !== undefined) return known;
    const types = definition.columns.map(({ name, type }) => [
      name,
      type === 'array<integer>'
        ? ({ type: 'array', elementType: 'integer', containsNull: true } as const)
        : type,
    ]);
    const table = await createTable(`${this.root}/${definition.name}`, {
      schema: struct(Object.fromEntries(types)),
      partitionColumns: definition.partitionColumns,
      configuration: { ...definition.properties, 'contrail.simulated': 'true' },
    });
    this.#tables.set(definition.name, table);
    return table;
  }
}

function sql(value: Value, type: string): string {
  if (value === null) return 'null';
  if (type === 'timestamp') return `make_timestamptz(${String(value)})`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
