/** 65,536 neighbouring indexes: the ones in the set, sorted, or a bit for each (least significant bit first). */
export type Container = Uint16Array | Uint8Array;

export const CONTAINER_SPAN = 65_536;

/** A set of row indexes of one file, counted from 0. Immutable; it keeps the decoded containers packed. */
export class RowIndexes implements Iterable<number> {
  /** How many indexes there are. */
  readonly size: number;
  /** By index divided by {@link CONTAINER_SPAN}, ascending. */
  readonly #containers: ReadonlyMap<number, Container>;

  constructor(containers: ReadonlyMap<number, Container>) {
    this.#containers = containers;
    let size = 0;
    for (const container of containers.values()) size += cardinality(container);
    this.size = size;
  }

  /** The set of these indexes, given in any order. */
  static of(indexes: Iterable<number>): RowIndexes {
    const byContainer = new Map<number, Set<number>>();
    for (const index of indexes) {
      const key = Math.floor(index / CONTAINER_SPAN);
      const found = byContainer.get(key) ?? new Set();
      found.add(index % CONTAINER_SPAN);
      byContainer.set(key, found);
    }
    const sorted = [...byContainer].sort(([a], [b]) => a - b);
    return new RowIndexes(new Map(sorted.map(([key, low]) => [key, Uint16Array.from(low).sort()])));
  }

  has(index: number): boolean {
    const container = this.#containers.get(Math.floor(index / CONTAINER_SPAN));
    if (!container) return false;
    const low = index % CONTAINER_SPAN;
    if (container instanceof Uint8Array) return ((container[low >> 3] ?? 0) & (1 << (low & 7))) !== 0;
    let [from, to] = [0, container.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((container[middle] ?? 0) < low) from = middle + 1;
      else to = middle;
    }
    return container[from] === low;
  }

  /** The indexes, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (const [key, container] of this.#containers) {
      const base = key * CONTAINER_SPAN;
      if (container instanceof Uint16Array) for (const low of container) yield base + low;
      else {
        for (let low = 0; low < CONTAINER_SPAN; low++) {
          if (((container[low >> 3] ?? 0) & (1 << (low & 7))) !== 0) yield base + low;
        }
      }
    }
  }
}

function cardinality(container: Container): number {
  if (container instanceof Uint16Array) return container.length;
  let bits = 0;
  for (let byte of container) {
    for (; byte !== 0; byte &= byte - 1) bits++;
  }
  return bits;
}
