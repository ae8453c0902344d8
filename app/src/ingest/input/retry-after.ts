import type { AnswerHeaders } from '../components.ts';

/** A longer wait than a day is not meant seriously: credits return at midnight. */
const LONGEST_MS = 24 * 3_600_000;
/** Source: RFC 9110 section 5.6.7, IMF-fixdate, the only form that may be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a server asks us to wait, ms: by the first of `names` (seconds), else by `Retry-After` (seconds or a date,
 * RFC 9110 section 10.2.3). A date counts from the answer's own `Date` where it has one, so our clock need not be right.
 * Null without a header, and for one that makes no sense: negative, no number, years.
 */
export function retryAfterMs(
  headers: AnswerHeaders,
  nowMs: number,
  names: readonly string[] = [],
): number | null {
  for (const name of [...names, 'retry-after']) {
    const seconds = wholeNumber(headers.get(name));
    if (seconds !== null && seconds * 1000 <= LONGEST_MS) return seconds * 1000;
  }
  const untilMs = httpDateMs(headers.get('retry-after'));
  if (untilMs === null) return null;
  const waitMs = untilMs - (httpDateMs(headers.get('date')) ?? nowMs);
  return waitMs >= 0 && waitMs <= LONGEST_MS ? waitMs : null;
}

/** Epoch ms of an HTTP date; null if it is not one. */
export function httpDateMs(text: string | null): number | null {
  const value = text?.trim() ?? '';
  const epochMs = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(epochMs) ? null : epochMs;
}

/** A header with a count; null if it has no possible count. */
export function wholeNumber(text: string | null, most = 1_000_000_000): number | null {
  const value = text !== null && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : null;
}
