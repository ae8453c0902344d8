import type { SourceNotice, SourceState } from '../ingest/source.ts';

/**
 * Prints the reports of a source: each problem once, however often it is tried, its end, and each oddity once. Normal
 * operation is not printed. A wrong clock is reported again if it was right in between.
 */
export function sourceWords(say: (text: string) => void): (state: SourceState) => void {
  let trouble: string | null = null;
  const noticed = new Set<SourceNotice['about']>();
  return (state) => {
    const about = state.about ?? (state.kind === 'ok' ? null : state.message);
    if (about !== trouble) say(state.message);
    trouble = about;
    for (const notice of state.notices ?? []) {
      // The message says it already.
      if (notice.about === state.about) continue;
      if (!noticed.has(notice.about)) say(notice.message);
      noticed.add(notice.about);
    }
    const isClockWell = state.kind === 'ok' && !state.notices?.some((notice) => notice.about === 'clock');
    if (isClockWell) noticed.delete('clock');
  };
}

/** Attempts of a live source with `--once`. */
const TRIES = 3;
/** The longest wait for the next attempt with `--once`. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Decides, state by state, whether to give up a single poll of a live source: it failed three times, or the next
 * attempt is more than a minute away. Answers the last message then, else null.
 */
export function hopelessness(clock: () => number): (state: SourceState) => string | null {
  let failures = 0;
  return ({ kind, message, retry_at_ms, about }) => {
    if (kind === 'ok' || kind === 'waiting' || retry_at_ms === undefined) return null;
    failures += 1;
    const isFar = retry_at_ms - clock() > LONGEST_WAIT_MS;
    return failures >= TRIES || isFar ? (about ?? message) : null;
  };
}

/** The sentence of a source that keeps a pace and whose next poll is more than a minute away, before it gave one; else null. */
export function notDue(clock: () => number): (state: SourceState) => string | null {
  return ({ kind, about, message, next_poll_at_ms }) => {
    if (kind !== 'waiting' || about !== 'not-due' || next_poll_at_ms === undefined) return null;
    return next_poll_at_ms - clock() > LONGEST_WAIT_MS ? message : null;
  };
}
