import { count, day, timeOfDay } from '../text/format.ts';
import type { ReplayState } from './replay.ts';

/** `2026-11-30 14:05:10` of epoch seconds, UTC: always with its day, so that nobody takes it for today's. */
export function instantWords(at: number): string {
  return `${day(at * 1000)} ${timeOfDay(at * 1000)}`;
}

/** What is said when a replay begins, stops or changes; not each second of one that runs. */
export function spokenReplay(
  { at, speed, isPlaying, waiting, isReturning }: ReplayState,
  aircraft: number,
): string {
  if (isReturning) return 'Returning to live positions';
  if (isPlaying)
    return `Replay of ${day(at * 1000)} runs at ${speed} times the speed${waiting === null ? '' : `. ${waiting}`}`;
  const shown = waiting ?? `${count(aircraft)} aircraft`;
  return `Replay stands at ${instantWords(at)} UTC, ${shown}`;
}
