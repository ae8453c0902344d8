import {
  type AddFile,
  createTable,
  DeltaError,
  type DeltaTable,
  hasCode,
  type ObjectStore,
  openTable,
  type OperationResult,
  type Snapshot,
  struct,
  type StructType,
  type TableOptions,
} from '@contrail/delta-lake';
import { fileURLToPath } from 'node:url';
import { ContrailError } from '../errors.ts';
import type { Column, Value } from './column.ts';
import { DEFAULT_RETENTION, type Retention, streamProperties, type TableDefinition } from './table.ts';
import { BATCH_TABLES, TABLES } from './tables.ts';

/** Table property that says whether a lake's positions are invented. */
export const SIMULATED_PROPERTY = 'contrail.simulated';

/** The tables below one root. Opens each once and keeps its snapshot; holds no other resource. */
export class Lake {
  readonly store: ObjectStore;
  readonly retention: Retention;
  readonly #clock: () => number;
  readonly #tables = new Map<string, DeltaTable>();
  #simulated: boolean | null = null;

  constructor(store: ObjectStore, clock: () => number, retention: Retention = DEFAULT_RETENTION) {
    this.store = store;
    this.retention = retention;
    this.#clock = clock;
  }

  /** The table, or null where it has not been created. */
  async table(definition: TableDefinition): Promise<DeltaTable | null> {
    const known = this.#tables.get(definition.name);
    if (known !== undefined) return known;
    try {
      const table = await openTable(this.store.at(definition.name), this.#options());
      this.#tables.set(definition.name, table);
      return table;
    } catch (error) {
      if (error instanceof DeltaError && error.code === 'not-a-table') return null;
      throw error;
    }
  }

  /** Whether the lake holds simulated positions, which never changes; null while no table says so. */
  async simulated(): Promise<boolean | null> {
    for (const definition of this.#simulated === null ? TABLES : []) {
      const table = await this.table(definition);
      const property = (await table?.snapshot())?.configuration[SIMULATED_PROPERTY];
      if (property !== undefined) this.#simulated = property === 'true';
      if (this.#simulated !== null) break;
    }
    return this.#simulated;
  }

  /**
   * Creates the table unless it is there, and has it say which kind of data it holds where that is known. One that is there
   * gets the properties that tables have by now.
   * @throws ContrailError `invalid` / `lake-kind-differs` when it says that it holds the other kind; `conflict` /
   * `commit-conflict`
   */
  async create(definition: TableDefinition, simulated: boolean | null): Promise<DeltaTable> {
    const existing = await this.table(definition);
    const properties = {
      ...definition.properties,
      ...(BATCH_TABLES.includes(definition) ? streamProperties(this.retention.retentionMs) : {}),
      ...(simulated === null ? {} : { [SIMULATED_PROPERTY]: String(simulated) }),
    };
    const table =
      existing ??
      (await createTable(
        this.store.at(definition.name),
        {
          schema: schemaOf(definition.columns),
          partitionColumns: definition.partitionColumns,
          configuration: properties,
          description: definition.grain,
          ifExists: 'open',
        },
        this.#options(),
      ));
    this.#tables.set(definition.name, table);
    const { configuration } = await table.snapshot();
    const property = configuration[SIMULATED_PROPERTY];
    if (simulated !== null && property !== undefined && (property === 'true') !== simulated)
      throw lakeKindDiffers(property === 'true', this.store.url);
    const isOld = Object.entries(properties).some(([name, value]) => configuration[name] !== value);
    if (isOld) await this.#changed(definition, table.setProperties(properties));
    return table;
  }

  /**
   * Adds to the tables that are there the columns that they lack, made by a former version: they are null in the rows
   * before. They come last, whatever their place in a new table.
   * @throws ContrailError `conflict` / `commit-conflict`
   */
  async addColumns(): Promise<void> {
    for (const definition of TABLES) {
      const table = await this.table(definition);
      if (table === null) continue;
      const there = new Set((await table.snapshot()).schema.fields.map(({ name }) => name));
      const lacking = definition.columns.filter(({ name }) => !there.has(name));
      if (lacking.length > 0) await this.#changed(definition, table.addColumns(schemaOf(lacking)));
    }
  }

  async #changed({ name }: TableDefinition, change: Promise<OperationResult>): Promise<void> {
    try {
      await change;
    } catch (cause) {
      if (!hasCode(cause, 'conflict')) throw cause;
      throw new ContrailError(
        'commit-conflict',
        `Changing ${name} of ${this.store.url} lost against another writer: ${cause.message}`,
        { cause },
      );
    }
  }

  #options(): TableOptions {
    // Half of the log of a table that gets a commit every few seconds, and no reader needs them.
    return { clock: this.#clock, checksums: false };
  }

  /** The folder that an engine writes a table's files into. */
  folder(definition: TableDefinition): string {
    const { url } = this.store.at(definition.name);
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  }
}

const schemaOf = (columns: readonly Column[]): StructType =>
  struct(
    Object.fromEntries(
      columns.map(({ name, type }) => [
        name,
        type === 'array<integer>' ? { type: 'array', elementType: 'integer', containsNull: true } : type,
      ]),
    ),
  );

/**
 * Files of a snapshot in the words of the engine port: where they are, and the values their rows share.
 * @throws ContrailError `unsupported` for what another writer may have made of the table and the port cannot say
 */
export function dataFiles(
  snapshot: Snapshot,
  files: Iterable<AddFile> = snapshot.files(),
): { readonly path: string; readonly constants: Readonly<Record<string, Value>> }[] {
  return Array.from(files, (file) => {
    const path = snapshot.absolutePath(file);
    if (file.deletionVector) throw unreadable(path, 'deletionVectors');
    if (snapshot.columnMapping !== 'none') throw unreadable(path, 'columnMapping');
    return { path, constants: snapshot.partitionValues(file) as Readonly<Record<string, Value>> };
  });
}

function unreadable(path: string, feature: string): ContrailError {
  return new ContrailError(
    'table-feature',
    `The engine cannot read ${path}: it uses the table feature "${feature}". Rewrite the table without it.`,
    { facts: { path, feature } },
  );
}

/** A lake holds real or simulated positions, never both. */
export function lakeKindDiffers(lakeIsSimulated: boolean, url: string): ContrailError {
  const [has, came] = lakeIsSimulated ? ['simulated', 'real'] : ['real', 'simulated'];
  return new ContrailError(
    'lake-kind-differs',
    `The lake at ${url} holds ${has} positions, but ${came} ones came. Give the ${came} ones a folder of their own: --data DIR.`,
  );
}
