import type { ServerMessage } from 'contrail/dashboard/protocol';
import { Store } from './store.ts';

export type Commit = Extract<ServerMessage, { type: 'commit' }>;

class Latest<T> extends Store<T> {
  override set(value: T): void {
    super.set(value);
  }
}

/**
 * The newest commit of each table since the page was opened. A panel hears of its own table alone, so a commit of another one makes
 * it ask for nothing. While nobody looks at the page, nothing is told; afterwards the newest of each table is.
 */
export class Commits {
  readonly #tables = new Map<string, Latest<Commit | null>>();
  readonly #all = new Latest(0);
  readonly #held = new Map<string, Commit>();
  #isPaused = false;

  /** Counts what was told, of all tables. */
  get all(): Store<number> {
    return this.#all;
  }

  /** The newest commit of a table; null: none yet. */
  of(table: string): Store<Commit | null> {
    return this.#of(table);
  }

  take(commit: Commit): void {
    if (this.#isPaused) {
      this.#held.set(commit.table, commit);
      return;
    }
    this.#of(commit.table).set(commit);
    this.#all.set(this.#all.value + 1);
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) return;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const commit of held) this.take(commit);
  }

  #of(table: string): Latest<Commit | null> {
    const known = this.#tables.get(table) ?? new Latest<Commit | null>(null);
    this.#tables.set(table, known);
    return known;
  }
}
