import { shownName } from '../shown.ts';

/** Names beyond this many are sent as null; a row has one byte for its country and one for its feed (`wire/FORMAT.md`). */
export const MAX_NAMES = 255;

/**
 * Numbers for names, of countries or of feeds, in order of first appearance. A number keeps its meaning for the life of the
 * table.
 */
export class NameTable {
  /** The name of each number, as it is shown. */
  readonly names: string[] = [];
  readonly #index = new Map<string, number>();

  /** The number of a name, a new one if it has none yet; null for null and when the table is full. */
  indexOf(name: string | null): number | null {
    if (name === null) return null;
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    if (this.names.length === MAX_NAMES) return null;
    const shown = shownName(name);
    // Keep the shortened name as the key: the whole one may be long.
    if (shown !== name) return this.#index.get(shown) ?? this.#add(shown);
    return this.#add(name);
  }

  #add(name: string): number {
    this.#index.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
