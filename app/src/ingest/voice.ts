import type { SourceWord } from '../flight/source-word.ts';
import type { Topic } from '../topic/topic.ts';
import type { SourceState } from './source.ts';

/** How long a topic may take for a report; after that it is skipped. */
const SAY_MS = 2_000;
const WELL: SourceState = { kind: 'ok', message: '' };

/**
 * Says a source's word into the topic. A topic that is slow or away holds no poll up: it is given the newest word when it has
 * taken the one before, and what it cannot take is not said.
 */
export class Voice {
  readonly #topic: Pick<Topic, 'say'>;
  readonly #source: string;
  readonly #clock: () => number;
  #state: SourceState = WELL;
  #waiting: SourceWord | null = null;
  #saying: Promise<void> | null = null;

  constructor(topic: Pick<Topic, 'say'>, source: string, clock: () => number) {
    this.#topic = topic;
    this.#source = source;
    this.#clock = clock;
  }

  /** Takes a report of the source. That it is healthy is reported with the next poll. */
  heard(state: SourceState): void {
    this.#state = state;
    if (state.kind !== 'ok') this.#say(wordOf(this.#source, state, this.#clock()));
  }

  /** A poll that was received then is in the topic: whatever the source said before, it works. */
  polled(at_ms: number): void {
    if (this.#state.kind !== 'ok') this.#state = WELL;
    this.#say(wordOf(this.#source, this.#state, at_ms));
  }

  /** The source gives no more: it had no more, was stopped, or has failed for good. Resolves when that is said, or cannot be. */
  async ended(failure: Error | null = null): Promise<void> {
    const message = failure?.message ?? null;
    const state = message === null ? 'ended' : 'unavailable';
    this.#say({ ...wordOf(this.#source, WELL, this.#clock()), state, message });
    await this.#saying;
  }

  #say(word: SourceWord): void {
    this.#waiting = word;
    this.#saying ??= this.#sayAll().finally(() => (this.#saying = null));
  }

  async #sayAll(): Promise<void> {
    while (this.#waiting !== null) {
      const word = this.#waiting;
      this.#waiting = null;
      await this.#topic.say(word, { signal: AbortSignal.timeout(SAY_MS) }).catch(() => undefined);
    }
  }
}

const wordOf = (source: string, state: SourceState, at_ms: number): SourceWord => ({
  source,
  state: state.kind,
  // What is well needs no words.
  message: state.kind === 'ok' ? null : state.message,
  at_ms,
  next_poll_at_ms: state.next_poll_at_ms ?? state.retry_at_ms ?? null,
  credits_left: state.credits_left ?? null,
  notices: state.notices?.map(({ message }) => message) ?? [],
  ...(state.counters && { counters: state.counters }),
});
