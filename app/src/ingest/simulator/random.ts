/**
 * Mixes whole numbers into one of 32 bits, so that neighbours (aircraft 7 and 8, second 10 and 20) share nothing.
 * Source: the finalizer of MurmurHash3 (Appleby, public domain).
 */
export function hash(a: number, b: number, c = 0): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ b, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16) ^ c, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A stream of numbers that depends on its seed alone: the same on every machine, for ever.
 * Source: mulberry32 (Ettinger, public domain).
 */
export class Dice {
  #state: number;

  /** @param seed 32 bits, as {@link hash} gives them. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Uniform in [0, 1). */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.roll();
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.roll() * count);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Draws items as often as their weights say. */
export function createWeighted<T>(items: readonly T[], weight: (item: T) => number): (dice: Dice) => T {
  const sums: number[] = [];
  let sum = 0;
  for (const item of items) sums.push((sum += weight(item)));
  const last = items.at(-1);
  if (last === undefined) throw new RangeError('nothing to draw from');
  return (dice) => {
    const mark = dice.roll() * sum;
    let low = 0;
    let high = sums.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? Infinity) <= mark) low = middle + 1;
      else high = middle;
    }
    return items[low] ?? last;
  };
}
