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

/** What sources use of `fetch`, which fits it. */
export type Ask = (url: URL, init: AskInit) => Promise<AskAnswer>;

/** A request. Redirects are answers. */
export interface AskInit {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/** An answer whose headers are there. */
export interface AskAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Unpacked; null: none. */
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
}

export interface AnswerHeaders {
  /** By a name in any letters; several of one name with commas between; null: absent. */
  get(name: string): string | null;
}

/** What live sources need of the world. `cli/` passes the real ones, tests pass fakes. */
export interface LiveComponents {
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly fetch: Ask;
  readonly timeout: Timeout;
}
