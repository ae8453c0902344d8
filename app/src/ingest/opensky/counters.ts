/**
 * How often each thing happened, by stable names. `requests` are those for state vectors; each is counted again under
 * `answers`, or under why there was none: `status_429`, `timeout`, `unreadable`, …
 */
export class Counters {
  readonly #counts = new Map<string, number>();

  add(name: string, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** @param keeper where tokens are counted; null without an account */
  values(
    keeper: { readonly counts: Readonly<Record<string, number>> } | null,
  ): Readonly<Record<string, number>> {
    return { ...Object.fromEntries(this.#counts), ...keeper?.counts };
  }
}
