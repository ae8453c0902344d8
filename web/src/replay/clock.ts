/**
 * The clock of a replay: an instant of the past, since when it is shown, and how fast it goes. Pure values; `now_ms` is a clock
 * that never goes back.
 */
import { stamp } from '../text/time.ts';

/** How fast a replay can run, times the speed of time. */
export const SPEEDS = [1, 10, 60, 300] as const;
export type Speed = (typeof SPEEDS)[number];

/** The speed that a first replay has: a flight of an hour takes a minute. */
export const FIRST_SPEED: Speed = 60;

export interface ReplayClock {
  /** The instant at `since_ms`, epoch seconds. */
  readonly at: number;
  readonly since_ms: number;
  readonly speed: Speed;
  readonly isPlaying: boolean;
  /** It does not run although it is to: what it shows next has not come. */
  readonly isHeld: boolean;
}

/** A clock that stands at a whole second, so that its address says exactly what it shows. */
export function standing(at: number, speed: Speed): ReplayClock {
  return { at: Math.floor(at), since_ms: 0, speed, isPlaying: false, isHeld: false };
}

/** The instant that it shows, epoch seconds. */
export function instantOf(clock: ReplayClock, now_ms: number): number {
  const runs = clock.isPlaying && !clock.isHeld;
  return runs ? clock.at + ((now_ms - clock.since_ms) / 1000) * clock.speed : clock.at;
}

/** The same instant with another state; a clock that pauses stands at a whole second. */
export function changed(
  clock: ReplayClock,
  now_ms: number,
  change: Partial<Pick<ReplayClock, 'at' | 'speed' | 'isPlaying' | 'isHeld'>>,
): ReplayClock {
  const next = { ...clock, at: instantOf(clock, now_ms), ...change, since_ms: now_ms };
  return next.isPlaying ? next : { ...next, at: Math.floor(next.at), isHeld: false };
}

/** Seconds of the past that pass in one second now: 0 while it stands. */
export function rateOf({ isPlaying, isHeld, speed }: ReplayClock): number {
  return isPlaying && !isHeld ? speed : 0;
}

/** `2026-11-30T14:05:10Z`: an instant as the address has it, in whole seconds. */
export function formatInstant(at: number): string {
  return stamp(at) ?? '';
}

/** The reverse; null where the text is none: seconds may be left out, and it is always UTC. */
export function parseInstant(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z?$/.test(text)) return null;
  const ms = Date.parse(text.endsWith('Z') ? text : `${text}Z`);
  return Number.isFinite(ms) && ms >= 0 ? ms / 1000 : null;
}

/** A speed as the address has it; the first one where it is none of ours. */
export function parseSpeed(text: string | null): Speed {
  return SPEEDS.find((speed) => String(speed) === text) ?? FIRST_SPEED;
}
