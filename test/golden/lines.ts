import type { Relation } from '../../app/src/engine/engine.ts';
import { airportsByCell } from '../../app/src/flight/airport-cells.ts';
import type { Airport } from '../../app/src/flight/airports.ts';
import type { ColumnType, Row, Value } from '../../app/src/lake/column.ts';
import { QUERIES } from '../../app/src/pipeline/queries.ts';
import type { GoldenCase } from './cases.ts';

/** One line of a golden file. */
export type Line = Readonly<Record<string, unknown>>;

/** The relations of a case, filled from the lines of its input. `airports` stand for their cells. */
export function relationsOf(golden: GoldenCase, lines: readonly Line[]): Readonly<Record<string, Relation>> {
  const [first = ''] = Object.keys(golden.relations);
  const known = new Set([...Object.keys(golden.relations), 'airports']);
  const stranger = lines.find((line) => !known.has(relationOf(line, first)));
  if (stranger !== undefined) throw new Error(`No such relation: ${JSON.stringify(stranger)}`);
  return Object.fromEntries(
    Object.entries(golden.relations).map(([name, columns]) => {
      const own = lines.filter((line) => relationOf(line, first) === name);
      if (name === 'airports_by_cell') {
        const rows = cellsOf(lines.filter((line) => line['@'] === 'airports') as unknown as Airport[]);
        const relations = { airport_cells: { kind: 'rows', columns, rows } } as const;
        return [name, { kind: 'select', select: { sql: QUERIES.airportsByCell, relations } }];
      }
      const rows = own.map((line): Row =>
        Object.fromEntries(
          columns.map((column) => [column.name, toValue(line[column.name] ?? null, column.type)]),
        ),
      );
      return [name, { kind: 'rows', columns, rows }];
    }),
  );
}

/** All cells, though a batch asks for those of its positions only. */
function cellsOf(airports: readonly Airport[]): readonly Row[] {
  const inCell = airportsByCell(airports);
  return Array.from({ length: 360 * 180 }, (_, cell) => inCell(cell).map((row) => ({ ...row }))).flat();
}

function relationOf(line: Line, first: string): string {
  const name = line['@'];
  return typeof name === 'string' ? name : first;
}

function toValue(value: unknown, type: ColumnType): Value {
  if (value === null) return null;
  if (type === 'timestamp') return BigInt(Date.parse(value as string)) * 1000n;
  return type === 'binary' ? Uint8Array.from(value as number[]) : (value as Value);
}

/** A row of an engine in the words of a golden file. */
export function fromValue(row: Row, timestamps: ReadonlySet<string>): Line {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value !== 'bigint'
        ? value instanceof Uint8Array
          ? [...value]
          : value
        : timestamps.has(name)
          ? new Date(Number(value / 1000n)).toISOString()
          : Number(value),
    ]),
  );
}

/** Equal but for the last digits, which two engines may compute differently. */
export const isClose = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
