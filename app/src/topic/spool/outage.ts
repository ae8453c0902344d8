import type { SourceWord } from '../../flight/source-word.ts';

/** A topic that was away for a while, and is back. Epoch ms. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  /** How many polls waited; all of them are in the topic. */
  readonly polls: number;
}

/** Polls that neither topic nor spool had room for. */
export interface Dropped {
  readonly polls: number;
  readonly messages: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How a topic with a spool before it stands. */
export interface SpoolState {
  /** Null: the topic takes polls. */
  readonly awayFromMs: number | null;
  /** What waits on the disk. */
  readonly polls: number;
  readonly bytes: number;
  readonly dropped: Dropped;
  /** The last outage that is over. */
  readonly last: Outage | null;
}

/** So long a page tells why positions came late. */
const TOLD_MS = 3_600_000;

/** The state in a sentence; null where the topic takes polls. */
export const awayWords = ({ awayFromMs, polls, bytes }: SpoolState): string | null =>
  awayFromMs === null
    ? null
    : `The topic is away since ${utc(awayFromMs)}: ${polls} polls (${megabytes(bytes)} MB) wait on the disk.`;

export const waitingWords = ({ polls, bytes }: SpoolState): string =>
  `${polls} polls (${megabytes(bytes)} MB) wait on the disk`;

export const droppedWords = ({ polls, messages, firstMs, lastMs }: Dropped): string =>
  `${polls} polls with ${messages} messages were lost between ${utc(firstMs)} and ${utc(lastMs)}, because the spool had no room.`;

/**
 * A source's word with what is true of the topic: one that works waits while the topic is away, and afterwards says what was
 * kept and what was lost.
 */
export function withSpool(word: SourceWord, state: SpoolState, nowMs: number): SourceWord {
  const { last, dropped } = state;
  const away = awayWords(state);
  const isWell = word.state === 'ok';
  const notices = [
    ...(away !== null && !isWell ? [away] : []),
    ...(away === null && last !== null && nowMs - last.toMs < TOLD_MS
      ? [
          `The topic was away from ${utc(last.fromMs)} to ${utc(last.toMs)}: ${last.polls} polls waited on the disk, and are in it.`,
        ]
      : []),
    ...(dropped.polls > 0 ? [droppedWords(dropped)] : []),
  ];
  return {
    ...word,
    ...(away !== null && isWell && { state: 'waiting' as const, message: away }),
    notices: [...word.notices, ...notices],
    counters: {
      ...word.counters,
      spool_polls: state.polls,
      spool_dropped_polls: dropped.polls,
      spool_dropped_messages: dropped.messages,
    },
  };
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 0);

export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
