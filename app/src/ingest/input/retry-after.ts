/** Nobody who means it asks for more than a day: credits come back at midnight. */
const LONGEST_MS = 24 * 3_600_000;
/** Source: RFC 9110 section 5.6.7, IMF-fixdate, the only form that may be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a server asks us to wait, ms: by the first of `names` (seconds), else by `Retry-After` (seconds or a date,
 * RFC 9110 section 10.2.3). A date counts from the answer's own `Date` where it has one, so our clock need not be right.
 * Null without a header, and for one that makes no sense: negative, no number, years.
 */
export function retryAfterMs(headers: Headers, now_ms: number, names: readonly string[] = []): number | null {
  for (const name of [...names, 'retry-after']) {
    const seconds = wholeNumber(headers.get(name));
    if (seconds !== null && seconds * 1000 <= LONGEST_MS) return seconds * 1000;
  }
  const until_ms = httpDateMs(headers.get('retry-after'));
  if (until_ms === null) return null;
  const wait_ms = until_ms - (httpDateMs(headers.get('date')) ?? now_ms);
  return wait_ms >= 0 && wait_ms <= LONGEST_MS ? wait_ms : null;
}

/** Epoch ms of a date as HTTP writes it; null when it is none. */
export function httpDateMs(text: string | null): number | null {
  const value = text?.trim() ?? '';
  const epoch_ms = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(epoch_ms) ? null : epoch_ms;
}

/** A header that counts something; null when it does not, or counts what cannot be. */
export function wholeNumber(text: string | null, most = 1_000_000_000): number | null {
  const value = text !== null && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : null;
}
