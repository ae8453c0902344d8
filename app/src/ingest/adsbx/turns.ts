import type { Service } from './service.ts';

/** Requests to one service, of all sources that ask it: one after another, and so far apart as it allows. */
export class Turns {
  readonly #leastMs: number;
  #intervalMs: number;
  /** By the monotonic clock. */
  #nextAt = -Infinity;
  #good = 0;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
    this.#intervalMs = leastMs;
  }

  /** Between two requests now, ms: as the service allows, longer for a while after it said that it was too often. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** How long to wait for a turn, ms; it is then taken. A wait that is not kept is lost to the others, no more. */
  take(nowMs: number): number {
    const at = Math.max(nowMs, this.#nextAt);
    this.#nextAt = at + this.#intervalMs;
    return at - nowMs;
  }

  /** The service answered. After long enough a pace that was too fast once is tried again. */
  answered(): void {
    this.#good += 1;
    if (this.#good < GOOD_BEFORE_FASTER) return;
    this.#good = 0;
    this.#intervalMs = Math.max(this.#leastMs, this.#intervalMs / 2);
  }

  /** Called after a refusal of too many requests: no request is sent for `waitMs`, and later ones half as often. */
  tooOften(nowMs: number, waitMs: number): void {
    this.#good = 0;
    this.#intervalMs = Math.min(SLOWEST_MS, this.#intervalMs * 2);
    this.#nextAt = Math.max(this.#nextAt, nowMs + waitMs);
  }
}

const GOOD_BEFORE_FASTER = 100;
const SLOWEST_MS = 60_000;

/** The turns of each service: shared by the sources of a process. One server may stand in for several services. */
export type AllTurns = Map<string, Turns>;

export function turnsOf(all: AllTurns, { title, intervalMs }: Service, url: string): Turns {
  const name = `${title} at ${new URL(url).origin}`;
  const turns = all.get(name) ?? new Turns(intervalMs);
  all.set(name, turns);
  return turns;
}
