import { GOLD_METRICS_BY_CATEGORY } from '../lake/gold-metrics-by-category.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../lake/gold-traffic-by-country.ts';
import { BRONZE_FLIGHTS } from '../lake/bronze-flights.ts';
import { QUARANTINE_FLIGHTS } from '../lake/quarantine-flights.ts';
import { SILVER_FLIGHTS_ML } from '../lake/silver-flights-ml.ts';
import { SILVER_FLIGHTS } from '../lake/silver-flights.ts';
import type { TableDefinition } from '../lake/table.ts';
import type { Column, Value } from '../lake/column.ts';
import type { Relation } from '../engine/engine.ts';
import type { TableStatus, TableVersion } from './protocol.ts';

/** The tables the dashboard looks at, in the order of the flow. */
export const WATCHED_TABLES: readonly TableDefinition[] = [
  BRONZE_FLIGHTS,
  QUARANTINE_FLIGHTS,
  SILVER_FLIGHTS,
  SILVER_FLIGHTS_ML,
  GOLD_TRAFFIC_BY_COUNTRY,
  GOLD_METRICS_BY_CATEGORY,
];

/** What the dashboard needs of an object store; `ObjectStore` of `@contrail/delta-lake` has it. Read-only by its shape. */
export interface LakeStore {
  /** `file:///data/lake`, `s3://bucket`, … */
  readonly url: string;
  get(key: string): Promise<Uint8Array>;
  /** Size and time of the last write, or null when there is no such object. */
  head(key: string): Promise<{ readonly bytes: number; readonly modifiedAtMs: number } | null>;
  at(prefix: string): LakeStore;
}

/** What the dashboard needs of one data file of a snapshot; `AddFile` of `@contrail/delta-lake` has it. */
export interface LakeFile {
  readonly dataChange: boolean;
  readonly stats: {
    readonly numRecords: number | null;
    readonly maxValues: Readonly<Record<string, unknown>>;
  } | null;
}

/** Conditions a file may be chosen by, as `Predicate` of `@contrail/delta-lake`. */
export type FilePredicate = readonly {
  readonly column: string;
  readonly min?: bigint | string;
  readonly in?: readonly string[];
}[];

/** What the dashboard needs of a version of a table; `Snapshot` of `@contrail/delta-lake` has it. */
export interface LakeSnapshot<File extends LakeFile = LakeFile> {
  readonly version: number;
  readonly timestampMs: number;
  readonly metadata: { readonly id: string };
  readonly configuration: Readonly<Record<string, string>>;
  readonly partitionColumns: readonly string[];
  readonly fileCount: number;
  readonly bytes: number;
  /** By the files' statistics; null when a file has none. */
  readonly rowCount: number | null;
  files(predicate?: FilePredicate): Iterable<File>;
  absolutePath(file: File): string;
  partitionValues(file: File): Readonly<Record<string, unknown>>;
}

/** What the dashboard needs of a table; `DeltaTable` of `@contrail/delta-lake` has it. Read-only by its shape. */
export interface LakeTable<File extends LakeFile = LakeFile> {
  snapshot(): Promise<LakeSnapshot<File>>;
  changes(version: number): Promise<{ readonly adds: readonly File[] }>;
}

/** The newest version of every watched table that exists, as the watch last saw it. */
export class LakeTables {
  readonly #snapshots = new Map<string, LakeSnapshot>();

  get(name: string): LakeSnapshot | null {
    return this.#snapshots.get(name) ?? null;
  }

  set(name: string, snapshot: LakeSnapshot | null): void {
    if (snapshot === null) this.#snapshots.delete(name);
    else this.#snapshots.set(name, snapshot);
  }

  /** One entry per watched table, also for those that do not exist. */
  statuses(): readonly TableStatus[] {
    return WATCHED_TABLES.map(({ name }) => {
      const snapshot = this.get(name);
      return {
        name,
        version: snapshot?.version ?? null,
        rows: snapshot?.rowCount ?? null,
        files: snapshot?.fileCount ?? null,
        bytes: snapshot?.bytes ?? null,
        committed_at_ms: snapshot?.timestampMs ?? null,
      };
    });
  }

  /** What the tables say of themselves by `contrail.simulated`; null while none says. */
  simulated(): boolean | null {
    for (const { configuration } of this.#snapshots.values()) {
      const simulated = configuration['contrail.simulated'];
      if (simulated !== undefined) return simulated === 'true';
    }
    return null;
  }

  version(name: string): TableVersion {
    const snapshot = this.get(name);
    return { table: name, version: snapshot?.version ?? null, as_of_ms: snapshot?.timestampMs ?? null };
  }
}

/** Files of a snapshot as a relation for the engine, with these of the table's columns. */
export function filesRelation(
  definition: TableDefinition,
  snapshot: LakeSnapshot,
  files: Iterable<LakeFile>,
  columns: readonly string[],
): Relation {
  const wanted: readonly Column[] = definition.columns.filter(({ name }) => columns.includes(name));
  return {
    kind: 'files',
    columns: wanted,
    files: Array.from(files, (file) => ({
      path: snapshot.absolutePath(file),
      constants: snapshot.partitionValues(file) as Readonly<Record<string, Value>>,
    })),
  };
}
