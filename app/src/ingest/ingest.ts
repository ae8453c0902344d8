import { kindOf, messageOf } from '../errors.ts';
import { kindDiffers } from '../flight/kind.ts';
import type { PackedMessages } from '../topic/packed-messages.ts';
import type { Stoppable, Topic } from '../topic/topic.ts';
import type { Sleep } from './components.ts';
import type { Source, SourceState } from './source.ts';
import { toMessages } from './to-messages.ts';
import { Voice } from './voice.ts';

/** Where polls go: a topic, or one with a spool before it (`topic/spool/`), which may drop a poll when both are full. */
export interface Sink extends Pick<Topic, 'say'> {
  append(messages: PackedMessages, options?: Stoppable): Promise<'dropped' | void>;
}

/** What {@link ingest} needs, and its callbacks. */
export interface IngestOptions {
  /** Epoch milliseconds; its answer at receipt of a poll is the timestamp of the poll's messages. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each poll is durable in the topic, with the sums so far. */
  readonly onPoll?: (counts: IngestCounts) => void;
  readonly onState?: (state: SourceState) => void;
  /** When given, a source that holds nothing but the other kind of positions is not let in. */
  readonly expectSimulated?: boolean | undefined;
  /** If several sources share a topic: the name in each vector of this source, so that its rows can be told apart. */
  readonly label?: string | undefined;
  /** Whether a person looks at the page now; absent: unknown. */
  readonly isWatched?: (() => boolean) | undefined;
  /** Stops after so many polls; a live source never ends by itself. */
  readonly maxPolls?: number | undefined;
  /**
   * One sentence while the disk is too full to go on, else null. Asked before each poll and each append; no poll is taken
   * meanwhile. Needs `sleep`.
   */
  readonly shortage?: () => string | null;
  /** With it, a topic that is `unavailable` is tried again until it takes the poll; else its error passes through. */
  readonly sleep?: Sleep;
}

const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** Between two looks at the disk. */
const ROOM_MS = 1_000;

/** Sums over all polls that are durable: in the topic, or in the spool before it. */
export interface IngestCounts {
  readonly polls: number;
  readonly messages: number;
  /** Messages whose feed is `simulator`. */
  readonly simulated: number;
  /** Well-formed messages of any other feed, or of none. */
  readonly real: number;
  /** Whether the first position is simulated; null before the first. */
  readonly firstSimulated: boolean | null;
  /** Lines that are malformed by the contract; sent as they stand, for the quarantine. Neither simulated nor real. */
  readonly malformed: number;
  /** Bytes of the input that are done, and all bytes, if the source knows. */
  readonly done?: number;
  readonly total?: number;
}

/**
 * Moves what a source yields into the topic, poll by poll and in order, until the source ends, `maxPolls` is
 * reached or the signal fires. A poll is appended whole before the next one is asked for.
 *
 * The key is the lower-case icao24 where it is text, else null. Running it again appends the same positions again,
 * which Silver's key makes harmless.
 *
 * @throws ContrailError `invalid` / `lake-kind-differs` when the first poll with positions holds none of the kind that
 * `expectSimulated` says; nothing of it is appended. Positions of the other kind among those of the right one are sent as
 * they stand: the pipeline quarantines them. Errors of source and topic pass through.
 */
export async function ingest(source: Source, topic: Sink, options: IngestOptions): Promise<IngestCounts> {
  const { clock, signal, onPoll, expectSimulated, maxPolls = Infinity, isWatched } = options;
  let counts: IngestCounts = {
    polls: 0,
    messages: 0,
    simulated: 0,
    real: 0,
    firstSimulated: null,
    malformed: 0,
  };
  if (maxPolls <= 0) return counts;
  let polls = 0;
  const voice = new Voice(topic, source.name, clock);
  const onState = (state: SourceState): void => {
    voice.heard(state);
    options.onState?.(state);
  };
  const heard = { ...options, onState };
  if (source.simulated !== null) refuseOtherKind(expectSimulated, source.simulated, source.name);

  try {
    const asked = source.polls({
      signal,
      onState,
      whenReady: () => untilRoom(heard),
      label: options.label,
      ...(isWatched && { isWatched }),
    });
    for await (const poll of asked) {
      polls += 1;
      const receivedAtMs = clock();
      const received = toMessages(poll, receivedAtMs, source.simulated, options.label);
      if (counts.simulated + counts.real === 0) {
        if (received.simulated > 0 && received.real === 0)
          refuseOtherKind(expectSimulated, true, source.name);
        if (received.real > 0 && received.simulated === 0)
          refuseOtherKind(expectSimulated, false, source.name);
      }
      const { length } = received.messages;
      if (length > 0) {
        try {
          const outcome = await append(topic, received.messages, heard);
          received.messages.release();
          if (outcome === 'dropped') {
            if (polls >= maxPolls || signal?.aborted === true) break;
            continue;
          }
        } catch (error) {
          // An abort that the user asked for is not reported as an error, and the poll does not count.
          if (signal?.aborted === true && isAbort(error, signal)) break;
          throw error;
        }
      }
      counts = {
        polls: counts.polls + 1,
        messages: counts.messages + length,
        simulated: counts.simulated + received.simulated,
        real: counts.real + received.real,
        firstSimulated: counts.firstSimulated ?? received.firstSimulated,
        malformed: counts.malformed + received.malformed,
        ...(poll.done !== undefined && { done: poll.done }),
        ...(poll.total !== undefined && { total: poll.total }),
      };
      voice.polled(receivedAtMs);
      onPoll?.(counts);
      if (polls >= maxPolls || signal?.aborted === true) break;
    }
  } catch (error) {
    await voice.ended(error instanceof Error ? error : new Error('It has failed.'));
    throw error;
  }
  await voice.ended();
  return counts;
}

/** Waits while the disk is too full. Reports once that it waits, and once that it goes on. */
async function untilRoom({ shortage, sleep, signal, onState }: IngestOptions): Promise<void> {
  let said: string | null = null;
  while (shortage !== undefined && sleep !== undefined && signal?.aborted !== true) {
    const message = shortage();
    if (message === null) break;
    if (said === null) onState?.({ kind: 'waiting', message, about: 'disk' });
    said = message;
    await sleep(ROOM_MS, signal);
  }
  if (said !== null && signal?.aborted !== true) {
    onState?.({ kind: 'ok', message: 'There is space on the disk again: positions are accepted.' });
  }
}

/** Appends a poll; tries again while the topic cannot take it now, so that a full disk costs time and no message. */
async function append(
  topic: Sink,
  messages: PackedMessages,
  options: IngestOptions,
): Promise<'dropped' | void> {
  const { signal, sleep, onState } = options;
  for (let failures = 0; ; failures += 1) {
    await untilRoom(options);
    signal?.throwIfAborted();
    try {
      const outcome = await topic.append(messages, { signal });
      if (failures > 0) onState?.({ kind: 'ok', message: 'The topic accepts positions again.' });
      return outcome;
    } catch (error) {
      if (sleep === undefined || kindOf(error) !== 'unavailable' || signal?.aborted === true) throw error;
      const message = messageOf(error);
      onState?.({ kind: 'waiting', message: `${message} Trying again until it works.`, about: 'topic' });
      await sleep(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number, signal);
    }
  }
}

function refuseOtherKind(expectSimulated: boolean | undefined, simulated: boolean, name: string): void {
  if (expectSimulated === undefined || expectSimulated === simulated) return;
  throw kindDiffers(
    'The lake',
    expectSimulated,
    (came) =>
      `The source ${name} sends ${came} positions: choose another data folder (--data DIR) or bucket for them.`,
  );
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
