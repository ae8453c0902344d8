/** Epoch milliseconds, UTC. */
export type Clock = () => number;

/** Milliseconds of a monotonic clock, like `performance.now`. */
export type Monotonic = () => number;

/** Uniform in [0, 1), as `Math.random`. */
export type Random = () => number;

/** Resolves after `ms`, or at once when the signal fires; it never rejects, so a loop looks at its signal. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** A signal that fires after `ms`, as `AbortSignal.timeout`; also after a fraction, and at once after less than 0. */
export type Timeout = (ms: number) => AbortSignal;

/** What live sources need of the world. `cli/` passes the real ones, tests pass fakes. */
export interface LiveComponents {
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly fetch: typeof globalThis.fetch;
  readonly timeout: Timeout;
}
