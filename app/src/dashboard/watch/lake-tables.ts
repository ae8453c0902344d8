import type { Snapshot } from '@contrail/delta-lake';
import { refusalOf, SIMULATED_PROPERTY } from '../../lake/lake.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import type { TableStatus, TableVersion } from '../protocol.ts';

/** What the dashboard reads of a version of a table. */
export type TableSnapshot = Pick<
  Snapshot,
  | 'table'
  | 'version'
  | 'timestampMs'
  | 'metadata'
  | 'configuration'
  | 'columnMapping'
  | 'fileCount'
  | 'bytes'
  | 'rowCount'
  | 'files'
  | 'absolutePath'
  | 'partitionValues'
>;

/** The newest version of every table that exists, as the watch last saw it. */
export class LakeTables {
  readonly #snapshots = new Map<string, TableSnapshot>();
  /** By name of a table: why its rows cannot all be read. */
  readonly #refusals = new Map<string, string>();

  get(name: string): TableSnapshot | null {
    return this.#snapshots.get(name) ?? null;
  }

  set(definition: TableDefinition, snapshot: TableSnapshot | null): void {
    const { name } = definition;
    const refusal = snapshot === null ? null : refusalOf(definition, snapshot);
    if (refusal === null) this.#refusals.delete(name);
    else this.#refusals.set(name, refusal.message);
    if (snapshot === null) this.#snapshots.delete(name);
    else this.#snapshots.set(name, snapshot);
  }

  /** One entry per table, even for a table that does not exist. */
  statuses(): readonly TableStatus[] {
    return BATCH_TABLES.map(({ name }) => {
      const snapshot = this.get(name);
      return {
        name,
        version: snapshot?.version ?? null,
        rows: snapshot?.rowCount ?? null,
        files: snapshot?.fileCount ?? null,
        bytes: snapshot?.bytes ?? null,
        committed_at_ms: snapshot?.timestampMs ?? null,
        refusal: this.#refusals.get(name) ?? null,
      };
    });
  }

  /** Whether the tables say that they are simulated; null while none says. */
  simulated(): boolean | null {
    for (const { configuration } of this.#snapshots.values()) {
      const simulated = configuration[SIMULATED_PROPERTY];
      if (simulated !== undefined) return simulated === 'true';
    }
    return null;
  }

  version(name: string): TableVersion {
    const snapshot = this.get(name);
    return { table: name, version: snapshot?.version ?? null, as_of_ms: snapshot?.timestampMs ?? null };
  }
}
