/**
 * A topic as a producer of live positions sees it: what it takes is durable, in the topic or in the spool, and it never waits
 * long.
 *
 *     idle ──append──> sending ──taken──> idle
 *                         └──away, or slow──> spooled: the poll is on the disk ──> draining
 *     draining ──append──> the poll is on the disk, behind the others; none overtakes another
 *         └──the topic has taken the last one──> idle
 *
 * - lost: nothing, until the spool is full. Then the newest poll is dropped, counted and told: what was kept stays kept, in one
 *   piece with what the topic has, and a long outage writes nothing.
 * - doubled: the poll that is on its way when the process dies, or whose answer was lost. Silver keeps one of each row.
 */
import { kindOf, messageOf } from '../../errors.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import type { PackedMessages } from '../packed-messages.ts';
import type { Stoppable, Topic } from '../topic.ts';
import { Spool } from './spool.ts';

/** What a spooled topic needs. */
export interface SpoolOptions {
  readonly file: string;
  readonly maxBytes: number;
  /** Must have happened before the first append, such as a check of what the topic holds; its failure is that of appends. */
  readonly ready?: Promise<unknown>;
  /** How long a poll may take before it is put on the disk. */
  readonly patienceMs?: number;
  readonly clock: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Sentences for people: each change once. */
  readonly tell: (sentence: string) => void;
  /** For tests: told before the next step is taken. */
  readonly onPoint?: (point: SpoolPoint) => void;
}

/** The steps of a poll that waits. */
export const SPOOL_POINTS = ['spooled', 'sent', 'removed'] as const;
export type SpoolPoint = (typeof SPOOL_POINTS)[number];

const PATIENCE_MS = 3_000;
const SLOW = 'The topic does not answer. Polls are kept on the disk until it does.';
const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;

export class SpooledTopic implements Pick<Topic, 'say'>, AsyncDisposable {
  readonly #topic: Pick<Topic, 'append' | 'say'>;
  readonly #spool: Spool;
  readonly #options: SpoolOptions;
  readonly #closing = new AbortController();
  #isReady = false;
  #draining: Promise<void> | null = null;
  /** Appends that go on, of polls that are on the disk meanwhile. */
  readonly #inFlight = new Map<number, Promise<void>>();
  #failure: Error | null = null;
  /** Polls and messages that were dropped, and when: epoch ms. */
  #dropped = { polls: 0, messages: 0, firstMs: 0, lastMs: 0 };
  #isFull = false;

  private constructor(topic: Pick<Topic, 'append' | 'say'>, spool: Spool, options: SpoolOptions) {
    this.#topic = topic;
    this.#spool = spool;
    this.#options = options;
    // A failure is met where something is appended.
    options.ready?.catch(() => undefined);
    if (spool.length === 0) return;
    options.tell(`${this.#waiting()} from an earlier run: sent first.`);
    this.#drain();
  }

  /** `held`: another process uses this spool. @throws Error when the folder cannot be written */
  static open(topic: Pick<Topic, 'append' | 'say'>, options: SpoolOptions): SpooledTopic | 'held' {
    const spool = Spool.open(options.file, options.maxBytes, (file) =>
      options.tell(`The spool was damaged, and is set aside as ${file}: the polls in it are not sent.`),
    );
    return spool === 'held' ? 'held' : new SpooledTopic(topic, spool, options);
  }

  /** Polls that wait on the disk. */
  get waiting(): number {
    return this.#spool.length;
  }

  /**
   * Takes a poll; resolves within seconds, when it is durable. `dropped`: neither topic nor spool has room for it.
   * @throws ContrailError of any kind but `unavailable`, also of a poll before
   */
  async append(messages: PackedMessages): Promise<'dropped' | void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#draining !== null) return this.#keep(messages, null);
    if (!(await this.#getReady())) {
      this.#options.tell(SLOW);
      return this.#keep(messages, null);
    }
    // The topic has copied the messages when this returns.
    const sending = this.#topic.append(messages, { signal: this.#closing.signal });
    const outcome = await this.#within(sending).catch((error: unknown) => {
      if (kindOf(error) !== 'unavailable') throw error;
      this.#options.tell(`${messageOf(error)} Polls are kept on the disk until it is back.`);
      return 'away' as const;
    });
    if (outcome === 'done') return;
    if (outcome === 'slow') this.#options.tell(SLOW);
    return this.#keep(messages, outcome === 'slow' ? sending : null);
  }

  /** Says a source's word, with what waits and what was dropped. */
  async say(word: SourceWord, options?: Stoppable): Promise<void> {
    const { polls, messages } = this.#dropped;
    const notices = [
      ...(this.#spool.length > 0 ? [`${this.#waiting()}.`] : []),
      ...(polls > 0 ? [this.#droppedWords()] : []),
    ];
    const counters = {
      ...word.counters,
      spool_dropped_polls: polls,
      spool_dropped_messages: messages,
    };
    await this.#topic.say({ ...word, notices: [...word.notices, ...notices], counters }, options);
  }

  /** Resolves when nothing waits any more, or the signal fires. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.#draining !== null) await this.#until(this.#draining, signal);
  }

  /** What the topic has not taken stays on the disk, for the next run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#draining;
    this.#spool[Symbol.dispose]();
  }

  async #getReady(): Promise<boolean> {
    if (this.#isReady) return true;
    if ((await this.#within(Promise.resolve(this.#options.ready))) === 'slow') return false;
    return (this.#isReady = true);
  }

  #keep(messages: PackedMessages, sending: Promise<void> | null): 'dropped' | void {
    const id = this.#push(messages);
    if (id === null) return 'dropped';
    this.#options.onPoint?.('spooled');
    if (sending !== null) this.#inFlight.set(id, sending);
    if (this.#draining === null) this.#drain();
  }

  #push(messages: PackedMessages): number | null {
    let why = `the spool is full (${megabytes(this.#options.maxBytes)} MB, SPOOL_LIMIT)`;
    try {
      const id = this.#spool.push(messages);
      if (id !== null) {
        this.#isFull = false;
        return id;
      }
    } catch (error) {
      why = `the spool cannot be written (${messageOf(error)})`;
    }
    const nowMs = this.#options.clock();
    const { polls, messages: before, firstMs } = this.#dropped;
    this.#dropped = {
      polls: polls + 1,
      messages: before + messages.length,
      firstMs: polls === 0 ? nowMs : firstMs,
      lastMs: nowMs,
    };
    if (!this.#isFull)
      this.#options.tell(`The topic is away, and ${why}: new polls are lost from now on, until it is back.`);
    this.#isFull = true;
    return null;
  }

  #drain(): void {
    this.#draining = this.#drainAll().finally(() => (this.#draining = null));
  }

  async #drainAll(): Promise<void> {
    const { sleep, tell, onPoint, ready } = this.#options;
    const { signal } = this.#closing;
    let sent = 0;
    for (let failures = 0; !signal.aborted;) {
      try {
        const poll = this.#spool.first();
        if (poll === null) break;
        await this.#until(Promise.resolve(ready), signal);
        if (signal.aborted) break;
        this.#isReady = true;
        const sending = this.#inFlight.get(poll.id);
        this.#inFlight.delete(poll.id);
        if (poll.messages === null) tell('A poll in the spool is damaged, and is not sent.');
        else await (sending ?? this.#topic.append(poll.messages, { signal }));
        onPoint?.('sent');
        await this.#remove(poll.id);
        onPoint?.('removed');
        [failures, sent] = [0, sent + 1];
      } catch (error) {
        // Somebody stops the program.
        if (signal.aborted || (error instanceof Error && error.name === 'AbortError')) break;
        if (kindOf(error) !== 'unavailable') {
          this.#failure = error instanceof Error ? error : new Error(messageOf(error));
          tell(`${messageOf(error)} ${this.#waiting()}.`);
          break;
        }
        await sleep(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number, signal);
        failures += 1;
      }
    }
    if (this.#spool.length > 0 || sent === 0) return;
    tell(
      `The topic takes positions again: ${sent} polls that waited are in it.${this.#isFull ? ` ${this.#droppedWords()}` : ''}`,
    );
    this.#isFull = false;
  }

  /** A disk that is full may not take even this; until it does, nothing is sent, for it would be sent again. */
  async #remove(id: number): Promise<void> {
    const { signal } = this.#closing;
    for (let isTold = false; !signal.aborted;) {
      try {
        return this.#spool.remove(id);
      } catch (error) {
        if (!isTold) this.#options.tell(`The spool cannot be written (${messageOf(error)}). Trying again.`);
        isTold = true;
        await this.#options.sleep(RETRY_MS[0], signal);
      }
    }
  }

  /** Whether a promise settles in time; it is not given up if not. @throws what it throws in time */
  async #within(work: Promise<unknown>): Promise<'done' | 'slow'> {
    const stop = new AbortController();
    const { sleep, patienceMs = PATIENCE_MS } = this.#options;
    // Later it is met by who waits for it.
    work.catch(() => undefined);
    try {
      return await Promise.race([
        work.then(() => 'done' as const),
        sleep(patienceMs, stop.signal).then(() => 'slow' as const),
      ]);
    } finally {
      stop.abort();
    }
  }

  async #until(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    const stop = (): void => stopped.resolve();
    if (signal.aborted) return;
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([work, stopped.promise]).finally(() => signal.removeEventListener('abort', stop));
  }

  #waiting(): string {
    return `${this.#spool.length} polls (${megabytes(this.#spool.bytes)} MB) wait on the disk`;
  }

  #droppedWords(): string {
    const { polls, messages, firstMs, lastMs } = this.#dropped;
    return `${polls} polls with ${messages} messages were lost between ${utc(firstMs)} and ${utc(lastMs)}, because the spool was full.`;
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0);
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
