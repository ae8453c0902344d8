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
 * - a disk without room: as a full spool. What is on it stays, and the next poll is tried again.
 * - said: while the topic is away the words of the sources lie beside the spool (word-file.ts), else they go to the topic.
 * - doubled: the poll that is on its way when the process dies, or whose answer was lost; on a disk without room all that could not be
 *   removed when the process dies. Silver keeps one of each row.
 */
import { kindOf, messageOf } from '../../errors.ts';
import type { SourceWord } from '../../flight/source-word.ts';
import type { PackedMessages } from '../packed-messages.ts';
import type { Stoppable, Topic } from '../topic.ts';
import {
  type Dropped,
  droppedWords,
  megabytes,
  type Outage,
  type SpoolState,
  waitingWords,
  withSpool,
} from './outage.ts';
import { Spool, type Spooled } from './spool.ts';
import { removeWords, wordsBeside, writeWords } from './word-file.ts';

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
  /** An append that goes on, of a poll that is nowhere else. */
  #onItsWay: Promise<void> | null = null;
  #failure: Error | null = null;
  #dropped: Dropped = { polls: 0, messages: 0, firstMs: 0, lastMs: 0 };
  #isFull = false;
  /** Whether what was sent is still in the file. */
  #isStuck = false;
  /** Since when the topic takes no poll, epoch ms. */
  #awayFromMs: number | null = null;
  #last: Outage | null = null;
  /** The newest word of each source, as it said it. */
  readonly #words = new Map<string, SourceWord>();

  private constructor(topic: Pick<Topic, 'append' | 'say'>, spool: Spool, options: SpoolOptions) {
    this.#topic = topic;
    this.#spool = spool;
    this.#options = options;
    // A failure is met where something is appended.
    options.ready?.catch(() => undefined);
    if (spool.length > 0) this.#sendEarlier();
    else removeWords(wordsBeside(options.file));
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

  get state(): SpoolState {
    return {
      awayFromMs: this.#awayFromMs,
      polls: this.#spool.length,
      bytes: this.#spool.bytes,
      dropped: this.#dropped,
      last: this.#last,
    };
  }

  /** The newest word of each source, with what is true of the topic. */
  get words(): readonly SourceWord[] {
    const [state, nowMs] = [this.state, this.#options.clock()];
    return Array.from(this.#words.values(), (word) => withSpool(word, state, nowMs));
  }

  /**
   * Takes a poll; resolves within seconds, when it is durable. `dropped`: neither topic nor spool has room for it.
   * @throws ContrailError of any kind but `unavailable`, also of a poll before
   */
  async append(messages: PackedMessages): Promise<'dropped' | void> {
    if (this.#failure !== null) throw this.#failure;
    // The disk had no room for the file when the program began.
    if (!this.#spool.isOpen && this.#spool.tryOpen() === 'open' && this.#spool.length > 0)
      this.#sendEarlier();
    if (this.#draining !== null || this.#onItsWay !== null) return this.#keep(messages, null);
    if (!(await this.#getReady())) {
      this.#tellAway(SLOW);
      return this.#keep(messages, null);
    }
    // The topic has copied the messages when this returns.
    const sending = this.#topic.append(messages, { signal: this.#closing.signal });
    const outcome = await this.#within(sending).catch((error: unknown) => {
      if (kindOf(error) !== 'unavailable') throw error;
      this.#tellAway(`${messageOf(error)} Polls are kept on the disk until it is back.`);
      return 'away' as const;
    });
    if (outcome === 'done') {
      // All was lost that came while it was away.
      if (this.#awayFromMs !== null) this.#back(0);
      return;
    }
    if (outcome === 'slow') this.#tellAway(SLOW);
    return this.#keep(messages, outcome === 'slow' ? sending : null);
  }

  /** Says a source's word, with what waits and what was dropped; beside the spool while the topic is away. */
  async say(word: SourceWord, options?: Stoppable): Promise<void> {
    this.#words.set(word.source, word);
    if (this.#awayFromMs !== null) this.#writeWords();
    await this.#topic.say(withSpool(word, this.state, this.#options.clock()), options);
  }

  /** Resolves when nothing waits any more, or the signal fires. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.#draining !== null) await this.#until(this.#draining, signal);
  }

  /** What the topic has not taken stays on the disk, for the next run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#draining;
    if (this.#spool.length === 0) removeWords(wordsBeside(this.#options.file));
    this.#spool[Symbol.dispose]();
  }

  async #getReady(): Promise<boolean> {
    if (this.#isReady) return true;
    if ((await this.#within(Promise.resolve(this.#options.ready))) === 'slow') return false;
    return (this.#isReady = true);
  }

  #keep(messages: PackedMessages, sending: Promise<void> | null): 'dropped' | void {
    this.#awayFromMs ??= this.#options.clock();
    const { length } = messages;
    const id = this.#push(messages);
    this.#writeWords();
    if (id === null) {
      if (sending !== null) this.#await(sending, length);
      return 'dropped';
    }
    this.#options.onPoint?.('spooled');
    if (sending !== null) this.#inFlight.set(id, sending);
    if (this.#draining === null) this.#drain();
  }

  /** A poll that the disk has no room for may still reach the topic; until it does, no other is held in memory. */
  #await(sending: Promise<void>, messages: number): void {
    const found = (): void => {
      const { polls, messages: all } = this.#dropped;
      this.#dropped = { ...this.#dropped, polls: polls - 1, messages: all - messages };
    };
    this.#onItsWay = sending.then(found, () => undefined).finally(() => (this.#onItsWay = null));
  }

  /** Says that the topic is away; once, however often a poll has no room. */
  #tellAway(sentence: string): void {
    if (this.#awayFromMs === null) this.#options.tell(sentence);
  }

  #writeWords(): void {
    writeWords(wordsBeside(this.#options.file), this.words);
  }

  #sendEarlier(): void {
    this.#options.tell(`${waitingWords(this.state)} from an earlier run: sent first.`);
    this.#drain();
  }

  #push(messages: PackedMessages): number | null {
    let why = `the spool is full (${megabytes(this.#options.maxBytes)} MB, SPOOL_LIMIT)`;
    try {
      const id = this.#spool.push(messages);
      if (id !== null) {
        if (this.#isFull)
          this.#options.tell(`There is room again: polls are kept. ${droppedWords(this.#dropped)}`);
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
        this.#remove(poll);
        onPoint?.('removed');
        [failures, sent] = [0, sent + 1];
      } catch (error) {
        // Somebody stops the program.
        if (signal.aborted || (error instanceof Error && error.name === 'AbortError')) break;
        if (kindOf(error) !== 'unavailable') {
          this.#failure = error instanceof Error ? error : new Error(messageOf(error));
          tell(`${messageOf(error)} ${waitingWords(this.state)}.`);
          break;
        }
        await sleep(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number, signal);
        failures += 1;
      }
    }
    if (this.#spool.length > 0 || sent === 0) return;
    this.#back(sent);
  }

  /** The topic has taken all that waited. */
  #back(polls: number): void {
    const lost = this.#isFull ? ` ${droppedWords(this.#dropped)}` : '';
    this.#options.tell(`The topic takes positions again: ${polls} polls that waited are in it.${lost}`);
    this.#isFull = false;
    if (this.#awayFromMs === null) return;
    this.#last = { fromMs: this.#awayFromMs, toMs: this.#options.clock(), polls };
    this.#awayFromMs = null;
    removeWords(wordsBeside(this.#options.file));
  }

  /** A disk that is full may not take even this: the poll is not sent again, unless the process dies before it does. */
  #remove(poll: Spooled): void {
    try {
      this.#spool.sent(poll);
      this.#isStuck = false;
    } catch (error) {
      if (!this.#isStuck)
        this.#options.tell(
          `What was sent cannot be removed from the spool yet (${messageOf(error)}): if this process dies before there is room, it is sent again.`,
        );
      this.#isStuck = true;
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
}
