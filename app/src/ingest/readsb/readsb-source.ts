import type { LiveComponents } from '../components.ts';
import { type BackOff, backOffMs } from '../input/back-off.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { toPoll } from './answer.ts';
import type { Reading } from './client.ts';
import { ReceiverFile } from './file.ts';
import { type Pace, frozenAfterMs, paceAfter, paceMs, waitMs } from './pace.ts';
import { afterAnswer, afterFailure, frozenTime } from './reaction.ts';
import { ReceiverUrl, addressOf, shownAddress } from './url.ts';

/** A file or an address, looked at again and again. */
interface Receiver {
  /** For sentences. */
  readonly place: string;
  /** Time between two reads, if it does not depend on the receiver's pace. */
  readonly lookMs?: number;
  read(signal?: AbortSignal): Promise<Reading>;
}

const SECOND_MS = 1_000;
/** A timer is this late at most on a machine that is not overloaded. */
const LATE_MS = 250;
/** A receiver is at home: it may be asked often, and is soon back. */
const WAITS: BackOff = { firstMs: 1_000, longestMs: 30_000 };
/** A file that is being written is whole in a moment. Until then nothing is said. */
const MOMENT_MS = 3_000;
const PASSING_WAITS = { firstMs: 100, longestMs: 2_000 } as const;
/** An address whose time stands still is polled less and less often. */
const SLOWEST_MS = 10_000;

/**
 * A receiver's `aircraft.json`: of readsb, dump1090-fa, dump1090-mutability, tar1090, or the list of the first dump1090.
 *
 * A file is read when it has changed; an address is asked once a second, or as seldom as its answers change. An answer
 * with the same time as the one before is no poll. Nothing ends the source: a file that is cut off or gone, or a server
 * that is away, is tried again, and the last good answer stays the last one.
 */
export class ReadsbSource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #receiver: Receiver;
  readonly #components: LiveComponents;

  /** @param place A path, or an `http:` or `https:` address of the data or of the page that shows them. */
  constructor(place: string, components: LiveComponents, userAgent = 'Contrail/0.1') {
    const address = addressOf(place);
    this.name = `readsb:${address === null ? place : shownAddress(place)}`;
    this.#receiver =
      address === null ? new ReceiverFile(place) : new ReceiverUrl(address, userAgent, components);
    this.#components = components;
  }

  /** Never ends by itself and throws nothing; answers without aircraft are yielded too. */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock, monotonic, random } = this.#components;
    const { place, lookMs } = this.#receiver;
    const isStopped = () => signal?.aborted === true;
    let pace: Pace | null = null;
    let [changedAt, failures, failingSince, isFrozen] = [monotonic(), 0, 0, false];
    let atMs = clock();
    while (!isStopped()) {
      await whenReady?.();
      if (isStopped()) return;
      const askedMs = clock();
      // Timers are late by a millisecond or two, which would add up until an answer is missed.
      const dueMs = Math.abs(askedMs - atMs) < LATE_MS ? atMs : askedMs;
      const reading = await this.#receiver.read(signal);
      if (isStopped()) return;
      const nowMs = clock();
      if (reading.kind === 'answer' && reading.answer.timeMs !== pace?.newestMs) {
        const { answer, sentMs } = reading;
        pace = paceAfter(pace, answer.timeMs);
        [changedAt, failures, isFrozen] = [monotonic(), 0, false];
        atMs = dueMs + (lookMs ?? waitMs(pace));
        // The first one may be from a file that is no longer written.
        const exchange = pace.gapsMs.length === 0 ? null : { askedMs, sentMs, receivedMs: nowMs };
        onState?.(afterAnswer(place, answer, exchange, dueMs + paceMs(pace), nowMs));
        yield toPoll(answer);
      } else if (reading.kind === 'answer' || reading.kind === 'unchanged') {
        const stillMs = monotonic() - changedAt;
        if (pace !== null && !isFrozen && stillMs >= frozenAfterMs(pace)) {
          isFrozen = true;
          onState?.(frozenTime(place, pace.newestMs, nowMs));
        }
        failures = 0;
        atMs = dueMs + (lookMs ?? Math.min(SLOWEST_MS, Math.max(SECOND_MS, stillMs / 10)));
      } else {
        if (failures === 0) failingSince = monotonic();
        [failures, isFrozen] = [failures + 1, false];
        const isPassing = reading.kind === 'unavailable' && reading.isPassing === true;
        const leastMs = backOffMs(failures, random(), isPassing ? PASSING_WAITS : WAITS);
        const report = afterFailure(place, reading, leastMs, nowMs, random());
        atMs = report.atMs;
        const isMoment = isPassing && pace !== null && monotonic() - failingSince < MOMENT_MS;
        if (!isMoment) onState?.(report.state);
      }
      await waitUntil(atMs, atMs - nowMs, this.#components, signal);
    }
  }
}
