import { count } from '../text/format.ts';
import { day, type Times } from '../text/time.ts';
import type { ReplayState } from './replay.ts';

/** What is said when a replay begins, stops or changes; not each second of one that runs. */
export function spokenReplay(
  { at, speed, isPlaying, waiting, isReturning }: ReplayState,
  aircraft: number,
  times: Times,
): string {
  if (isReturning) return 'Returning to live positions';
  if (isPlaying)
    return `Replay of ${day(at)} runs at ${speed} times the speed${waiting === null ? '' : `. ${waiting}`}`;
  const shown = waiting ?? `${count(aircraft)} aircraft`;
  return `Replay stands at ${times.instant(at)}, ${shown}`;
}
