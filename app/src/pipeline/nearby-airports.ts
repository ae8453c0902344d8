import type { Engine, Relation } from '../engine/engine.ts';
import { airportsByCell } from '../flight/airport-cells.ts';
import type { Airport } from '../flight/airports.ts';
import type { Column } from '../lake/column.ts';
import { QUERIES } from './queries.ts';

/** Columns of the relation `airport_cells`, which `airports_by_cell` is made of. */
export const AIRPORT_CELL_COLUMNS: readonly Column[] = [
  { name: 'cell', type: 'integer' },
  { name: 'ident', type: 'string' },
  { name: 'elevation_m', type: 'double' },
  { name: 'x', type: 'double' },
  { name: 'y', type: 'double' },
  { name: 'z', type: 'double' },
];
const NAME = 'airports_by_cell';

/**
 * The airports by cell, as a kept relation that "the truly nearest airport" is one join with. It grows with the cells
 * that have positions: traffic uses a few thousand of the 64,800 cells of the globe.
 */
export class NearbyAirports {
  static readonly relation: Relation = { kind: 'kept', name: NAME };
  readonly #engine: Engine;
  readonly #inCell: ReturnType<typeof airportsByCell>;
  readonly #covered = new Set<number>();
  #isKept = false;

  constructor(engine: Engine, airports: readonly Airport[]) {
    this.#engine = engine;
    this.#inCell = airportsByCell(airports);
  }

  /** Brings in these cells. */
  async cover(cells: readonly number[]): Promise<void> {
    const missing = cells.filter((cell) => !this.#covered.has(cell));
    if (this.#isKept && missing.length === 0) return;
    const rows = missing.flatMap((cell) => this.#inCell(cell).map((row) => ({ ...row })));
    const select = {
      sql: QUERIES.airportsByCell,
      relations: { airport_cells: { kind: 'rows', columns: AIRPORT_CELL_COLUMNS, rows } as const },
    };
    await (this.#isKept ? this.#engine.extend(NAME, select) : this.#engine.keep(NAME, select));
    this.#isKept = true;
    for (const cell of missing) this.#covered.add(cell);
  }

  /** Forgets everything; called after a failure, when it is unknown what the engine still keeps. */
  reset(): void {
    this.#isKept = false;
    this.#covered.clear();
  }
}
