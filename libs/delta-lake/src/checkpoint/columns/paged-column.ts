import type { Page } from './pages.ts';

/**
 * The values of a node, as a commit's JSON has them, in the rows that have its parent; undefined where the node is
 * null. Callers ask for rows in ascending order.
 */
export interface Column {
  /** Whether it is known to be null in all rows. */
  readonly isEmpty: boolean;
  at(row: number): unknown;
}

/** Levels of a leaf: an entry below `parent` is not counted as a row, an entry at `value` has a value. */
export interface DefinitionLevels {
  readonly parent: number;
  readonly value: number;
}

/** A leaf that is not repeated, a page at a time: the statistics of a large table do not fit into memory at once. */
export class PagedColumn implements Column {
  readonly isEmpty: boolean;
  readonly #pages: Iterator<Page>;
  readonly #levels: DefinitionLevels;
  /** Values of the current page. */
  #values: ArrayLike<unknown> = [];
  /** Rows before the current page. */
  #start = 0;

  constructor(pages: Iterator<Page>, levels: DefinitionLevels) {
    this.#pages = pages;
    this.#levels = levels;
    const first = pages.next();
    if (first.done !== true) this.#values = rowsOf(first.value, levels);
    this.isEmpty = first.done === true || (first.value.isLast && first.value.values.length === 0);
  }

  /** Whether there is such a row. */
  has(row: number): boolean {
    while (row >= this.#start + this.#values.length) {
      const page = this.#pages.next();
      if (page.done === true) return false;
      this.#start += this.#values.length;
      this.#values = rowsOf(page.value, this.#levels);
    }
    return true;
  }

  at(row: number): unknown {
    return this.has(row) ? this.#values[row - this.#start] : undefined;
  }
}

function rowsOf({ entries, definitions, values }: Page, levels: DefinitionLevels): ArrayLike<unknown> {
  if (!definitions) return values;
  const rows: unknown[] = [];
  let next = 0;
  for (let i = 0; i < entries; i++) {
    const level = definitions[i] ?? 0;
    if (level >= levels.parent) rows.push(level === levels.value ? values[next++] : undefined);
  }
  return rows;
}
