import type { LiveComponents } from '../components.ts';
import { type BackOff, backOffMs } from '../input/back-off.ts';
import { shown } from '../input/shown.ts';
import { utc } from '../input/utc.ts';
import type { Poll, PollOptions, Source, SourceNotice, SourceState } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { readAddress, type Address } from './address.ts';
import { listen } from './connection.ts';
import { Joiner, type LineCounts, MOST_AIRCRAFT } from './joiner.ts';
import { type Line, LineCutter } from './lines.ts';
import { ReceiverClock, receiverClockNotice } from './receiver-clock.ts';

const POLL_MS = 1_000;
/** Told when no line came for so long, and each time that it has been so long again. */
const SILENT_MS = 60_000;
/** And connected again then: something between may hold a connection that leads nowhere. */
const DEAD_MS = 300_000;
/** Pauses between connections: a receiver is usually back soon after a restart. */
const BACK_OFF: BackOff = { firstMs: 2_000, longestMs: 60_000 };

/** Who else is told of what comes. */
export interface SbsOptions {
  /** Each line as it came, and when: epoch ms. */
  readonly onLine?: (line: Line, received_ms: number) => void;
}

/**
 * A receiver's BaseStation lines (TCP, port 30003: dump1090, readsb, Virtual Radar Server, Kinetic's BaseStation). It listens
 * all the time and gives a poll a second: the aircraft that were heard in it, each with all that is known of it.
 *
 * Times are those of receipt. No failure ends it: it connects again, for ever.
 */
export class SbsSource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #address: Address;
  readonly #place: string;
  readonly #components: Omit<LiveComponents, 'fetch'>;
  readonly #onLine: SbsOptions['onLine'];
  readonly #joiner = new Joiner();
  readonly #clock = new ReceiverClock();
  /** Gives up the present connection, even if it is still being opened. */
  #connection: AbortController | null = null;
  /** When the last line came, or the connection was opened, by the monotonic clock; null without a connection. */
  #heard_ms: number | null = null;
  /** How many times {@link SILENT_MS} without a line were reported. */
  #toldSilences = 0;
  #clockNotice: SourceNotice | null = null;

  /**
   * @param address `HOST:PORT`, see {@link readAddress}
   * @throws ContrailError `invalid` / `sbs-address`
   */
  constructor(address: string, components: Omit<LiveComponents, 'fetch'>, { onLine }: SbsOptions = {}) {
    this.#onLine = onLine;
    this.name = `sbs:${address}`;
    this.#address = readAddress(address);
    this.#place = shown(address);
    this.#components = components;
  }

  /** How many lines of each kind have come since the source was made. */
  get counts(): LineCounts {
    return this.#joiner.counts;
  }

  /** A poll for each second in which an aircraft was heard. Never ends by itself. */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock } = this.#components;
    const over = new AbortController();
    const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    let failure: { readonly error: unknown } | null = null;
    const following = this.#follow(until, onState).catch((error: unknown) => (failure = { error }));
    try {
      while (!until.aborted) {
        // Poll on the second, so that a poll has the lines of one second.
        const nextMs = (Math.floor(clock() / POLL_MS) + 1) * POLL_MS;
        await waitUntil(nextMs, POLL_MS, this.#components, until);
        await whenReady?.();
        if (until.aborted) return;
        if (failure !== null) throw (failure as { readonly error: unknown }).error;
        const vectors = this.#joiner.take(clock());
        const state = this.#state(vectors.length);
        if (state !== null) onState?.(state);
        if (vectors.length > 0) yield { kind: 'vectors', vectors };
      }
    } finally {
      over.abort();
      await following;
    }
  }

  /** Keeps a connection open, and reports each time that there is none. */
  async #follow(until: AbortSignal, onState: PollOptions['onState']): Promise<void> {
    const { clock, monotonic, random, timeout } = this.#components;
    for (let failures = 0; !until.aborted;) {
      // What an old connection began does not go on in a new one.
      const cutter = new LineCutter();
      let hasHeard = false;
      this.#connection = new AbortController();
      const reason = await listen(this.#address, {
        timeout,
        signal: AbortSignal.any([until, this.#connection.signal]),
        onOpen: () => (this.#heard_ms = monotonic()),
        onBytes: (bytes) => {
          const received_ms = clock();
          const lines = cutter.cut(bytes);
          if (lines.length > 0) this.#heard_ms = monotonic();
          for (const line of lines) {
            this.#onLine?.(line, received_ms);
            const message = this.#joiner.push(line, received_ms);
            if (message === null) continue;
            hasHeard = true;
            if (!message.isMlat) this.#clock.hear(message.generated_ms, received_ms);
          }
        },
      });
      this.#heard_ms = null;
      if (until.aborted) return;
      failures = hasHeard ? 1 : failures + 1;
      const waitMs = backOffMs(failures, random(), BACK_OFF);
      const nowMs = clock();
      const about = `The receiver at ${this.#place} cannot be reached: ${reason}`;
      onState?.({
        kind: 'unavailable',
        message: `${about}; next try at ${utc(nowMs + waitMs, nowMs)}.`,
        about,
        retry_at_ms: nowMs + waitMs,
      });
      await waitUntil(nowMs + waitMs, waitMs, this.#components, until);
    }
  }

  /** The report after a poll; null without a connection, because its end was reported. */
  #state(aircraft: number): SourceState | null {
    const { clock, monotonic } = this.#components;
    if (this.#heard_ms === null) return null;
    const silentMs = monotonic() - this.#heard_ms;
    if (silentMs >= DEAD_MS) this.#connection?.abort(`no line came for ${DEAD_MS / 60_000} min`);
    const silences = Math.floor(silentMs / SILENT_MS);
    if (silences > 0) {
      // Once a minute is enough.
      if (silences === this.#toldSilences) return null;
      this.#toldSilences = silences;
      const about = `The receiver at ${this.#place} is connected but sends nothing`;
      return {
        kind: 'waiting',
        message: `${about} for ${Math.floor(silentMs / 1000)} s. Maybe it receives no aircraft; if it should, check that it still runs.`,
        about,
      };
    }
    this.#toldSilences = 0;
    const notices = this.#notices();
    return {
      kind: 'ok',
      message: `The receiver at ${this.#place} sends: ${aircraft} aircraft in the last second.`,
      next_poll_at_ms: (Math.floor(clock() / POLL_MS) + 1) * POLL_MS,
      ...(notices.length > 0 && { notices }),
    };
  }

  #notices(): SourceNotice[] {
    const ahead_ms = this.#clock.take();
    if (ahead_ms !== null) this.#clockNotice = receiverClockNotice(this.#place, ahead_ms);
    const { malformed, messages, crowded } = this.#joiner.counts;
    const notices: SourceNotice[] = this.#clockNotice === null ? [] : [this.#clockNotice];
    if (malformed > 0) {
      const hint = messages > 0 ? '' : ' BaseStation lines come from port 30003 of most receivers.';
      notices.push({
        about: 'rows',
        message: `The receiver at ${this.#place} sent a line that is not BaseStation, ${JSON.stringify(shown(this.#joiner.example ?? ''))}. Such lines are counted and skipped.${hint}`,
      });
    } else if (crowded > 0) {
      notices.push({
        about: 'rows',
        message: `The receiver at ${this.#place} names more than ${MOST_AIRCRAFT} aircraft within a minute. The others are skipped.`,
      });
    }
    return notices;
  }
}
