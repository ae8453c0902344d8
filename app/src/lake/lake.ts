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
import { kindDiffers } from '../flight/kind.ts';
import type { Column, Value } from './column.ts';
import { isBounded, type Keep, KEEP_ALL } from './keep.ts';
import { DEFAULT_RETENTION, type Retention, streamProperties, type TableDefinition } from './table.ts';
import { BATCH_TABLES, TABLES } from './tables.ts';

/** Table property that says whether a lake's positions are simulated. */
export const SIMULATED_PROPERTY = 'contrail.simulated';

/** The tables below one root. Opens each once and keeps its snapshot; holds no other resource. */
export class Lake {
  readonly store: ObjectStore;
  readonly retention: Retention;
  /** How long rows stay. */
  readonly keep: Keep;
  readonly #clock: () => number;
  readonly #tables = new Map<string, DeltaTable>();
  #simulated: boolean | null = null;

  constructor(
    store: ObjectStore,
    clock: () => number,
    retention: Retention = DEFAULT_RETENTION,
    keep = KEEP_ALL,
  ) {
    this.store = store;
    this.retention = retention;
    this.keep = keep;
    this.#clock = clock;
  }

  /** The table, or null if it has not been created. */
  async table(definition: TableDefinition): Promise<DeltaTable | null> {
    return this.#tables.get(definition.name) ?? this.reopen(definition);
  }

  /** The present table, opened again, because it may have been replaced by another one. Null if there is none. */
  async reopen(definition: TableDefinition): Promise<DeltaTable | null> {
    this.#tables.delete(definition.name);
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
   * Creates the table unless it exists, and notes in it which kind of data it holds, if that is known. An existing
   * table gets the properties that tables have by now.
   * @throws ContrailError `invalid` / `lake-kind-differs` when it says that it holds the other kind; `conflict` /
   * `commit-conflict`
   */
  async create(definition: TableDefinition, simulated: boolean | null): Promise<DeltaTable> {
    const existing = await this.table(definition);
    const properties = {
      ...definition.properties,
      ...(BATCH_TABLES.includes(definition) ? streamProperties(this.retention.retentionMs) : {}),
      ...(isBounded(this.keep, definition.name) && 'delta.appendOnly' in definition.properties
        ? { 'delta.appendOnly': 'false' }
        : {}),
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
      throw kindDiffers(`The lake at ${this.store.url}`, property === 'true', (came) =>
        this.store.url.startsWith('s3:')
          ? `Use another bucket for the ${came} ones: BUCKET_NAME.`
          : `Use another folder for the ${came} ones: --data DIR.`,
      );
    const isOld = Object.entries(properties).some(([name, value]) => configuration[name] !== value);
    if (isOld) await this.#changed(definition, table.setProperties(properties));
    return table;
  }

  /**
   * Adds missing columns to tables that an earlier version created: existing rows have null in them. They come last,
   * whatever their place in a new table.
   * @throws ContrailError `conflict` / `commit-conflict`
   */
  async addColumns(): Promise<void> {
    for (const definition of TABLES.filter(({ isForeign }) => isForeign !== true)) {
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
        `Could not change ${name} of ${this.store.url}, because another writer committed first: ${cause.message}`,
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

/** Rows of a table for the engine port: exact files, and the columns to read of them. */
export interface DataFiles {
  readonly kind: 'files';
  readonly columns: readonly Column[];
  /** The path of each file, and the values that its rows share. */
  readonly files: readonly { readonly path: string; readonly constants: Readonly<Record<string, Value>> }[];
}

/** What an engine needs to know of a version of a table. */
type FilesOfVersion = Pick<
  Snapshot,
  'table' | 'columnMapping' | 'files' | 'absolutePath' | 'partitionValues'
>;

/**
 * The rows of a version of a table, or of some of its files, for an engine. A table that does not exist has no rows.
 * @param only `files` of the version, all when absent; `columns` by name, all of the definition when absent
 * @throws ContrailError as {@link refusalOf}
 */
export function dataFiles(
  definition: TableDefinition,
  snapshot: FilesOfVersion | null,
  only: { readonly files?: Iterable<AddFile>; readonly columns?: readonly string[] } = {},
): DataFiles {
  const { columns: names } = only;
  const columns = definition.columns.filter(({ name }) => names?.includes(name) ?? true);
  if (snapshot === null) return { kind: 'files', columns, files: [] };
  const files = [...(only.files ?? snapshot.files())];
  const refusal = refusalOf(definition, snapshot, files);
  if (refusal !== null) throw refusal;
  return {
    kind: 'files',
    columns,
    files: files.map((file) => ({
      path: snapshot.absolutePath(file),
      constants: snapshot.partitionValues(file) as Readonly<Record<string, Value>>,
    })),
  };
}

/**
 * Why engines cannot read these files of a version correctly; null if they can. Another program may have used features
 * that the engine port does not have: rows that a deletion vector deletes would come back, and mapped columns would be
 * null.
 * Source: Delta protocol, "Deletion Vectors", "Column Mapping".
 * @returns a ContrailError `unsupported` / `table-feature`
 */
export function refusalOf(
  { name, key }: TableDefinition,
  snapshot: Pick<Snapshot, 'table' | 'columnMapping' | 'files'>,
  files: Iterable<AddFile> = snapshot.files(),
): ContrailError | null {
  const refused = (feature: string, message: string, path?: string): ContrailError =>
    new ContrailError('table-feature', `Contrail cannot read ${name}: ${message}`, {
      facts: { table: snapshot.table, feature, ...(path === undefined ? {} : { path }) },
    });
  if (snapshot.columnMapping !== 'none')
    return refused(
      'columnMapping',
      'another program has mapped its columns to other names. Rewrite it without delta.columnMapping.mode.',
    );
  for (const { path, deletionVector } of files)
    if (deletionVector)
      return refused(
        'deletionVectors',
        `another program has deleted rows and left them in their files (deletion vectors). Rewrite these without them: contrail table optimize ${snapshot.table} --sort ${key.join(',')}`,
        path,
      );
  return null;
}
