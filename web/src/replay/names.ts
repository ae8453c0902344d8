/** No name, in a column of one byte. */
const NONE = 255;

/**
 * Names by numbers that hold for a whole replay: each chunk has numbers of its own. The 256th name and those after it are
 * not shown.
 */
export class Names {
  list: readonly string[] = [];
  #numbers: readonly number[] = [];

  /** From now on numbers are those of this list. */
  open(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.list.includes(name));
    if (fresh.length > 0) this.list = [...this.list, ...fresh].slice(0, NONE);
    this.#numbers = names.map((name) => this.list.indexOf(name)).map((at) => (at < 0 ? NONE : at));
  }

  /** The number in {@link list} of a number in the list that was opened last; 255: it has no name. */
  numberOf(number: number): number {
    return this.#numbers[number] ?? NONE;
  }
}
