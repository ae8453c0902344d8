import { METHODS, type SessionCalls } from '../calls/calls.ts';

/** Settings of a session. They hold for this session alone, and until it ends. */
export class SessionConfig {
  readonly #calls: SessionCalls;

  constructor(calls: SessionCalls) {
    this.#calls = calls;
  }

  /**
   * Sets all of them, in one call.
   * @returns warnings of the server, such as for deprecated settings.
   * @throws SparkConnectError query-invalid for a setting that a session cannot change.
   */
  async set(settings: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly string[]> {
    const pairs = Object.entries(settings).map(([key, value]) => ({ key, value }));
    const { warnings } = await this.#call({ case: 'set', value: { pairs } }, signal);
    return warnings;
  }

  /** The value of a setting; undefined when it has none. */
  async get(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const { pairs } = await this.#call({ case: 'getOption', value: { keys: [key] } }, signal);
    return pairs.find((pair) => pair.key === key)?.value;
  }

  /** Sets settings back to Spark's own defaults, not to what the server was started with. */
  async unset(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    await this.#call({ case: 'unset', value: { keys: [...keys] } }, signal);
  }

  #call(
    opType:
      | { case: 'set'; value: { pairs: { key: string; value: string }[] } }
      | { case: 'getOption' | 'unset'; value: { keys: string[] } },
    signal: AbortSignal | undefined,
  ) {
    return this.#calls.unary(METHODS.config, { ...this.#calls.head(), operation: { opType } }, signal);
  }
}
