const MINUTE_MS = 60_000;
/** How long the two clocks must have agreed. */
export const STEADY_MS = 10 * MINUTE_MS;
/** What counts as agreement: time synchronisation moves a clock by less within {@link STEADY_MS}. */
const TOLERANCE_MS = 30_000;

/**
 * Compares the wall clock with one that nobody can set, to see whether the wall clock has jumped. A laptop that has slept
 * looks like a jump, too.
 */
export class SteadyClock {
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  #differenceMs: number;
  #sinceMs: number;
  #hasJumped = false;

  constructor(clock: () => number, monotonic: () => number) {
    this.#clock = clock;
    this.#monotonic = monotonic;
    this.#sinceMs = monotonic();
    this.#differenceMs = clock() - this.#sinceMs;
  }

  /** Compares them now: `new` before they have agreed for ten minutes, `jumped` after a jump until they have again. */
  look(): 'steady' | 'new' | 'jumped' {
    const nowMs = this.#monotonic();
    const differenceMs = this.#clock() - nowMs;
    if (Math.abs(differenceMs - this.#differenceMs) > TOLERANCE_MS) {
      this.#differenceMs = differenceMs;
      this.#sinceMs = nowMs;
      this.#hasJumped = true;
    }
    if (nowMs - this.#sinceMs < STEADY_MS) return this.#hasJumped ? 'jumped' : 'new';
    this.#hasJumped = false;
    return 'steady';
  }
}
