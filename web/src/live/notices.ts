import type { ServerMessage } from 'contrail/dashboard/protocol';

type Progress = NonNullable<Extract<ServerMessage, { type: 'progress' }>['progress']>;

/** A message of the pipeline older than this may be out of date, seconds. */
const SAID_S = 120;

/**
 * Messages of the pipeline: why it waits or has failed, and warnings while it goes on, such as a disk that is nearly
 * full or a clock that is wrong. Empty for a pipeline that was stopped or is silent: the stages show that. `now` is
 * epoch seconds.
 */
export function noticesOf(progress: Progress | null, now: number): readonly string[] {
  if (progress === null || progress.state === 'stopped' || now - progress.at_ms / 1000 > SAID_S) return [];
  const { state, message } = progress;
  const said =
    state === 'waiting' && message !== null
      ? `The pipeline is waiting and will continue by itself: ${message}`
      : message;
  return [...new Set([...(said === null ? [] : [said]), ...(progress.notices ?? [])])];
}
