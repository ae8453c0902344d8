import type { Page } from './pages.ts';

const NO_PAGE: Page = { entries: 0, definitions: null, repetitions: null, values: [] };

/** Goes through the entries of a leaf column, across its pages. */
export class LeafCursor {
  readonly #pages: Iterator<Page>;
  /** The definition level of an entry that has a value. */
  readonly #valueLevel: number;
  #page = NO_PAGE;
  #entry = 0;
  #value = 0;
  #isEnd = false;

  constructor(pages: Iterator<Page>, valueLevel: number) {
    this.#pages = pages;
    this.#valueLevel = valueLevel;
  }

  /** Whether there is another entry. */
  get hasEntry(): boolean {
    while (this.#entry >= this.#page.entries && !this.#isEnd) {
      const next = this.#pages.next();
      if (next.done === true) this.#isEnd = true;
      else [this.#page, this.#entry, this.#value] = [next.value, 0, 0];
    }
    return !this.#isEnd;
  }

  /** Of the entry at hand; -1 behind the last one. */
  get definition(): number {
    return this.hasEntry ? (this.#page.definitions?.[this.#entry] ?? this.#valueLevel) : -1;
  }

  /** Of the entry at hand; 0 behind the last one. */
  get repetition(): number {
    return this.hasEntry ? (this.#page.repetitions?.[this.#entry] ?? 0) : 0;
  }

  /** The value of the entry at hand, undefined where it has none; moves on. */
  take(): unknown {
    const hasValue = this.definition === this.#valueLevel;
    this.#entry += 1;
    return hasValue ? this.#page.values[this.#value++] : undefined;
  }

  /** Moves over entries of which none has a value. */
  skip(entries: number): void {
    let left = entries;
    while (left > 0 && this.hasEntry) {
      const step = Math.min(left, this.#page.entries - this.#entry);
      this.#entry += step;
      left -= step;
    }
  }

  /** Moves to the next entry at `level` or above; answers how many were passed over, or null when there is none. */
  seek(level: number): number | null {
    let passed = 0;
    while (this.hasEntry) {
      const { definitions, entries } = this.#page;
      if (!definitions) return passed;
      const from = this.#entry;
      let entry = from;
      while (entry < entries && (definitions[entry] ?? 0) < level) entry += 1;
      this.#entry = entry;
      passed += entry - from;
      if (entry < entries) return passed;
    }
    return null;
  }
}
