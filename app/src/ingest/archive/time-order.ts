import type { StateVector } from '../../flight/state-vector.ts';

/** Vectors that are held back so that they can be put into order. */
export const MOST_HELD = 30_000;
/** Seconds with few rows go together, so that a poll is worth its commit. */
const LEAST_IN_POLL = 1_000;

/**
 * Puts vectors into order of `snapshot_time`, as far as {@link MOST_HELD} of them reach: input that is in order stays so,
 * and input that is nearly in order becomes so. Of what is further apart the oldest goes first, so rows of one aircraft
 * that came in order stay in order.
 */
export class TimeOrder {
  readonly #bySecond = new Map<number, StateVector[]>();
  #held = 0;

  get isFull(): boolean {
    return this.#held > MOST_HELD;
  }

  add(vector: StateVector): void {
    const second = vector.snapshot_time ?? 0;
    const others = this.#bySecond.get(second);
    if (others === undefined) this.#bySecond.set(second, [vector]);
    else others.push(vector);
    this.#held += 1;
  }

  /** The oldest vectors in polls, whole seconds each, until `leave` are held at most. */
  *take(leave: number = MOST_HELD / 2): Generator<StateVector[]> {
    let poll: StateVector[] = [];
    for (const second of Array.from(this.#bySecond.keys()).toSorted((a, b) => a - b)) {
      if (this.#held <= leave) break;
      const vectors = this.#bySecond.get(second) ?? [];
      this.#bySecond.delete(second);
      this.#held -= vectors.length;
      if (vectors.length >= LEAST_IN_POLL && poll.length > 0) {
        yield poll;
        poll = [];
      }
      poll = poll.length === 0 ? vectors : poll.concat(vectors);
      if (poll.length < LEAST_IN_POLL) continue;
      yield poll;
      poll = [];
    }
    if (poll.length > 0) yield poll;
  }
}
