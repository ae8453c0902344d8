/** Milliseconds since 1970, both ends included. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A silence that is longer counts as nothing: it is a computer that was off, or a clock that jumped, and data and clock
 * cannot tell which. Long enough for a pipeline that runs once a day.
 */
export const LONGEST_SILENCE_MS = 36 * 3_600_000;

/**
 * The time that data cover between two instants: spans of rows, and the silences between them that are short. Rows behind
 * `toMs` do not count, nor the time after the last row.
 * @param spans in any order; they may overlap
 */
export function countedMs(spans: readonly Span[], fromMs: number, toMs: number): number {
  let counted = 0;
  let reachedMs = fromMs;
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (span.fromMs > toMs) break;
    if (span.toMs <= reachedMs) continue;
    const silenceMs = Math.max(0, span.fromMs - reachedMs);
    const beginMs = Math.max(reachedMs, span.fromMs);
    const endMs = Math.min(span.toMs, toMs);
    counted += Math.max(0, endMs - beginMs) + (silenceMs <= LONGEST_SILENCE_MS ? silenceMs : 0);
    reachedMs = Math.max(reachedMs, endMs);
  }
  return counted;
}
