import type { ServerMessage } from 'contrail/dashboard/protocol';

type Progress = NonNullable<Extract<ServerMessage, { type: 'progress' }>['progress']>;

/** What the pipeline said longer ago than this may not be so any more, seconds. */
const SAID_S = 120;

/**
 * What the pipeline says in words: why it waits or has failed, and what a person should know though it goes on, as a disk that
 * is nearly full or a clock that is wrong. Nothing of a pipeline that was stopped or is silent: the stages tell that.
 * `now` is epoch seconds.
 */
export function noticesOf(progress: Progress | null, now: number): readonly string[] {
  if (progress === null || progress.state === 'stopped' || now - progress.at_ms / 1000 > SAID_S) return [];
  const { state, message } = progress;
  const said =
    state === 'waiting' && message !== null
      ? `The pipeline waits, and goes on by itself: ${message}`
      : message;
  return [...new Set([...(said === null ? [] : [said]), ...(progress.notices ?? [])])];
}
