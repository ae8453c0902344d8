import { ContrailError } from '../errors.ts';

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A time of a flag in epoch seconds: a date, a date and a time (UTC unless it says otherwise), or epoch seconds.
 * @param flag names the flag, for messages
 * @throws ContrailError `invalid` / `range-unreadable`
 */
export function eventTime(flag: string, text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const zone = ISO.exec(text);
  const instant = zone !== null && text.length > 10 && zone[1] === undefined ? `${text}Z` : text;
  const ms = zone === null ? Number.NaN : Date.parse(instant.replace(' ', 'T'));
  if (!Number.isNaN(ms)) return ms / 1000;
  throw new ContrailError(
    'range-unreadable',
    `Could not read ${flag} "${text}". Write a date (2026-03-01), a time in UTC (2026-03-01T06:30) or seconds since 1970.`,
  );
}

/** An instant as the commands print it: `2026-03-01T06:30Z`, with seconds where there are some. */
export const eventTimeText = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(/(?::00)?\.000Z$/, 'Z');
