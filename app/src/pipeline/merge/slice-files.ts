import { isAbsolute, relative } from 'node:path';
import { BRONZE_FLIGHTS } from '../../lake/bronze-flights.ts';
import type { Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import type { TableDefinition } from '../../lake/table.ts';
import { BATCH_TABLES } from '../../lake/tables.ts';
import type { Engine, Select } from '../../engine/engine.ts';
import type { MergePoint } from './apply.ts';
import type { MergeRecord, TableRows } from './merge-record.ts';
import type { QuarantineChange } from './quarantine-change.ts';
import { type Change, replaceSpan, rowsOf } from './replacement.ts';
import type { NewRows, SliceSink } from './slice.ts';

/** Writes the files of a slice, which belong to no table until its record is committed. */
export class SliceFiles implements SliceSink {
  readonly #parts: SliceFilesParts;
  readonly #onPoint: ((point: MergePoint) => void) | undefined;
  readonly #changes = new Map<string, Change>();
  /** Rows that leave the quarantine. */
  released = 0;

  constructor(parts: SliceFilesParts, onPoint?: (point: MergePoint) => void) {
    this.#parts = parts;
    this.#onPoint = onPoint;
  }

  async bronze(select: Select): Promise<void> {
    const { engine, lake } = this.#parts;
    const adds = await engine.write(select, {
      folder: lake.folder(BRONZE_FLIGHTS),
      columns: BRONZE_FLIGHTS.columns,
      partitionBy: BRONZE_FLIGHTS.partitionColumns,
    });
    this.#written(BRONZE_FLIGHTS, { adds, removes: [], rows: rowsOf(adds) });
  }

  async quarantine(change: QuarantineChange): Promise<void> {
    this.#written(QUARANTINE_FLIGHTS, await change.write());
    this.released = change.released;
  }

  async replace({ definition, snapshot, order, span, borders, rows }: NewRows): Promise<void> {
    const { engine, lake, signal } = this.#parts;
    if (snapshot === null) return;
    const table = { definition, snapshot, order, borders };
    this.#written(definition, await replaceSpan({ engine, lake, signal }, table, span, rows));
  }

  /** The rows of all slices so far, with those before this one. */
  rowsAfter(before: TableRows): TableRows {
    const sums: Record<string, number> = {};
    for (const { name } of BATCH_TABLES)
      sums[name] = (before[name] ?? 0) + (this.#changes.get(name)?.rows ?? 0);
    return sums;
  }

  /** What the record of the slice says of the tables. */
  recorded(): MergeRecord['tables'] {
    const tables: Record<string, MergeRecord['tables'][string]> = {};
    for (const definition of BATCH_TABLES) {
      const change = this.#changes.get(definition.name);
      if (change === undefined) continue;
      const folder = this.#parts.lake.folder(definition);
      tables[definition.name] = {
        adds: change.adds.map((file) => ({ ...file, path: pathIn(folder, file.path) })),
        removes: change.removes.map(({ path }) => path),
      };
    }
    return tables;
  }

  #written(definition: TableDefinition, change: Change): void {
    this.#changes.set(definition.name, change);
    this.#onPoint?.(`written ${definition.name}`);
  }
}

/** What {@link SliceFiles} works with. */
export interface SliceFilesParts {
  readonly engine: Engine;
  readonly lake: Lake;
  readonly signal?: AbortSignal | undefined;
}

/** The path of a file below the folder of its table: a lake may be moved between the record and its commits. */
function pathIn(folder: string, path: string): string {
  if (isAbsolute(path)) return relative(folder, path).replaceAll('\\', '/');
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}
