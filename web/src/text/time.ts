import { calmAge, UNKNOWN } from './format.ts';

/**
 * The only place that makes a time of the page text: in UTC, and beside it the time where the reader is, where people chose that.
 * Axes and files have UTC alone.
 */

/** Whether a number is a time from 1970 to the end of 9999: a commit or a feed may send any number. */
function isTime(epoch_s: number | null): epoch_s is number {
  return epoch_s !== null && epoch_s >= 0 && epoch_s < 253_402_300_800;
}

/** `2026-11-23T04:49:02Z` of epoch seconds, for machines and files; a fraction of a second is left out. Null for what is no time. */
export function stamp(epoch_s: number | null): string | null {
  return isTime(epoch_s) ? `${new Date(Math.floor(epoch_s) * 1000).toISOString().slice(0, 19)}Z` : null;
}

/** 2026-11-23 of epoch seconds, UTC. */
export function day(epoch_s: number): string {
  return stamp(epoch_s)?.slice(0, 10) ?? UNKNOWN;
}

/** 04:49:02 of epoch seconds, UTC: for a clock or an axis that says so. */
export function timeOfDay(epoch_s: number | null): string {
  return stamp(epoch_s)?.slice(11, 19) ?? UNKNOWN;
}

/** 04:45 of epoch seconds, UTC: for an axis. */
export function hourMinute(epoch_s: number | null): string {
  return timeOfDay(epoch_s).slice(0, 5);
}

const PARTS = {
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
} as const;

/** How exact a time is told. */
export type Grain = keyof typeof PARTS;

/**
 * `05:49:02 CET` of epoch seconds: the time of day where the reader is, or in the zone that is named, with its name. `+1 d`
 * where it is the next day there already.
 */
export function localTime(epoch_s: number, timeZone?: string, grain: Grain = 'second'): string {
  if (!isTime(epoch_s)) return UNKNOWN;
  const zone = timeZone === undefined ? {} : { timeZone };
  const style = { ...PARTS[grain], ...zone, timeZoneName: 'short' } as const;
  const time = new Intl.DateTimeFormat('en-GB', style).format(epoch_s * 1000);
  const there = new Intl.DateTimeFormat('sv-SE', zone).format(epoch_s * 1000);
  const here = day(epoch_s);
  return there === here ? time : `${time} ${there > here ? '+1' : '−1'} d`;
}

/** How times are told to a person at a moment, as they chose. All times are epoch seconds; null is one that is not known. */
export class Times {
  /** The moment now: the day of a time is told where it is not that of now. */
  readonly now: number;
  readonly #hasLocal: boolean;
  readonly #zone: string | undefined;

  /** `timeZone` is that of the browser where it is not given. */
  constructor(now: number, hasLocal: boolean, timeZone?: string) {
    this.now = now;
    this.#hasLocal = hasLocal;
    this.#zone = timeZone;
  }

  /** `04:49:02 UTC`, `2026-11-22 04:49:02 UTC`, `04:49:02 UTC (05:49:02 CET)`. */
  at(epoch_s: number | null, grain: Grain = 'second'): string {
    return this.#told(this.#dated(epoch_s, grain), [epoch_s], grain);
  }

  /** The same of epoch milliseconds. */
  ofMs(epoch_ms: number | null): string {
    return this.at(epoch_ms === null ? null : epoch_ms / 1000);
  }

  /** As {@link at}, with its day at any time, so that nobody takes it for today's. */
  instant(epoch_s: number | null, grain: Grain = 'second'): string {
    return this.#told(instantWords(epoch_s, grain), [epoch_s], grain);
  }

  /** The same without its day, which stands beside it. */
  ofDay(epoch_s: number | null, grain: Grain = 'second'): string {
    return this.#told(grain === 'second' ? timeOfDay(epoch_s) : hourMinute(epoch_s), [epoch_s], grain);
  }

  /** `04:45 to 04:50 UTC`, with the day where it is not today's, once where both are of one day. */
  span(from: number | null, to: number | null): string {
    if (!isTime(from) || !isTime(to)) return UNKNOWN;
    const isOneDay = day(from) === day(to);
    const end = isOneDay ? hourMinute(to) : this.#dated(to, 'minute');
    return this.#told(`${this.#dated(from, 'minute')} to ${end}`, [from, to], 'minute');
  }

  /** The time where the reader is; null where they did not choose that. */
  local(epoch_s: number): string | null {
    return this.#hasLocal ? localTime(epoch_s, this.#zone) : null;
  }

  #dated(epoch_s: number | null, grain: Grain): string {
    if (isTime(epoch_s) && day(epoch_s) !== day(this.now)) return instantWords(epoch_s, grain);
    return grain === 'second' ? timeOfDay(epoch_s) : hourMinute(epoch_s);
  }

  /** `words` are of one time, or of a span, in UTC. */
  #told(words: string, times: readonly (number | null)[], grain: Grain): string {
    const known = times.filter(isTime);
    if (known.length < times.length) return UNKNOWN;
    if (!this.#hasLocal) return `${words} UTC`;
    return `${words} UTC (${spanned(known.map((time) => localTime(time, this.#zone, grain)))})`;
  }
}

/** `05:45 CET`, or `05:45 to 05:50 CET`: the zone once where it is that of both ends. */
function spanned([first = '', last]: readonly string[]): string {
  if (last === undefined) return first;
  const zone = last.slice(last.indexOf(' '));
  return `${first.endsWith(zone) ? first.slice(0, -zone.length) : first} to ${last}`;
}

/** `2026-11-30 14:05:10` of epoch seconds, UTC: always with its day. */
export function instantWords(epoch_s: number | null, grain: Grain = 'second'): string {
  if (!isTime(epoch_s)) return UNKNOWN;
  return `${day(epoch_s)} ${grain === 'second' ? timeOfDay(epoch_s) : hourMinute(epoch_s)}`;
}

/** Ages beyond this are told as a date, seconds: nobody counts 1,302 days. */
const DATED_FROM_S = 2 * 86_400;

/** `41 s ago`, or `2021-10-17` where that is days ago. Epoch seconds. */
export function since(epoch_s: number, now_s: number): string {
  const seconds = Math.max(0, now_s - epoch_s);
  return seconds < DATED_FROM_S ? `${calmAge(seconds)} ago` : day(epoch_s);
}

/** `41 s old`, or `of 2021-10-17`. Epoch seconds. */
export function oldness(epoch_s: number, now_s: number): string {
  const seconds = Math.max(0, now_s - epoch_s);
  return seconds < DATED_FROM_S ? `${calmAge(seconds)} old` : `of ${day(epoch_s)}`;
}

/** `41 s`, or `2021-10-17`: where there is room for the value alone. */
export function ageOrDay(seconds: number | null | undefined, now_s: number): string {
  if (seconds == null || !(seconds >= DATED_FROM_S)) return calmAge(seconds);
  return day(now_s - seconds);
}
