import { createHash } from 'node:crypto';
import type { Cell, TrafficAnswer } from '../protocol.ts';

/** So many answers are remembered to go on from. A page that is further back gets everything. */
const KEPT = 200;

/** What of the answers to one question a page need not be sent again: it looks at what is in each window, whatever commits did. */
export class Increments {
  readonly #windows = new Map<Cell, { readonly hash: string; readonly at: number }>();
  /** By the token of an answer, how many there were before it. */
  readonly #tokens = new Map<string, number>();
  #count = 0;

  /** Remembers an answer, the next one after the last. */
  take(answer: TrafficAnswer): void {
    this.#count += 1;
    const windows = new Map<Cell, (readonly Cell[])[]>();
    for (const row of answer.rows) {
      const start = row[0] ?? null;
      windows.set(start, [...(windows.get(start) ?? []), row]);
    }
    for (const [start, rows] of windows) {
      const hash = createHash('sha1').update(JSON.stringify(rows)).digest('base64');
      if (this.#windows.get(start)?.hash !== hash) this.#windows.set(start, { hash, at: this.#count });
    }
    for (const start of this.#windows.keys()) if (!windows.has(start)) this.#windows.delete(start);
    this.#tokens.set(tokenOf(answer), this.#count);
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= KEPT) break;
      this.#tokens.delete(oldest);
    }
  }

  /** The part of an answer that is new to a page with the answer of this token; all of it, where nobody knows that one. */
  part(answer: TrafficAnswer, token: string | null): TrafficAnswer {
    const since = token === null ? undefined : this.#tokens.get(token);
    if (since === undefined) return { ...answer, since: null };
    const rows = answer.rows.filter((row) => (this.#windows.get(row[0] ?? null)?.at ?? this.#count) > since);
    return { ...answer, since: token, rows };
  }
}

/** What a page says to go on from an answer: its version, and when that was committed, for a table made again counts from 0. */
export function tokenOf({ version, as_of_ms }: Pick<TrafficAnswer, 'version' | 'as_of_ms'>): string {
  return version === null ? 'none' : `${version}-${as_of_ms}`;
}
