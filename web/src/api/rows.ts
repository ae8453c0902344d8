import type { Cell, Columnar } from 'contrail/dashboard/protocol';

/** A columnar answer as objects, keyed by column name. */
export function rowsOf(answer: Columnar): Readonly<Record<string, Cell>>[] {
  return answer.rows.map((row) =>
    Object.fromEntries(answer.columns.map((column, i) => [column, row[i] ?? null] as const)),
  );
}

/** The cell as a number, or null if it is not one. */
export function numberOf(cell: Cell | undefined): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

/** The cell as text, or null if it is not text. */
export function textOf(cell: Cell | undefined): string | null {
  return typeof cell === 'string' ? cell : null;
}
