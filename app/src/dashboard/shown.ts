import { createHash } from 'node:crypto';

/** The greatest length of names from the feed (country, feed, phase) on the wire. */
export const MAX_NAME = 64;
/** The greatest length of sentences of the pipeline and of services. */
export const MAX_SENTENCE = 600;

/** Controls and marks that change how other text is read: C0, C1, bidirectional and other format characters, line ends. */
const NOT_SHOWN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A name from the data, fit for the wire and a page: without control characters, well-formed, at most {@link MAX_NAME}
 * long. A changed name ends in a hash of the whole text, so that different names stay different. The lake keeps the
 * original text.
 */
export function shownName(text: string): string {
  const clean = cleaned(text);
  if (clean === text && text.length <= MAX_NAME) return text;
  const mark = ` #${createHash('sha256').update(text).digest('hex').slice(0, 6)}`;
  return cut(clean, MAX_NAME - mark.length) + mark;
}

/** A sentence, fit for the wire and a page; one that is too long ends in dots. */
export function shownSentence(text: string): string {
  return cut(cleaned(text.replace(/\s+/g, ' ')), MAX_SENTENCE);
}

function cleaned(text: string): string {
  return text.toWellFormed().replace(NOT_SHOWN, '\uFFFD');
}

/** Cuts to at most `max` UTF-16 units, without splitting a character. */
function cut(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}
