import type { SourceNotice, SourceState } from '../ingest/source.ts';

/**
 * Says what a source tells of itself: each trouble once, however often it is tried, that it is over, and each oddity once.
 * What is well is not said. A clock that was right in between is named again.
 */
export function sourceWords(say: (text: string) => void): (state: SourceState) => void {
  let trouble: string | null = null;
  const noticed = new Set<SourceNotice['about']>();
  return (state) => {
    const about = state.about ?? (state.kind === 'ok' ? null : state.message);
    if (about !== trouble) say(state.message);
    trouble = about;
    for (const notice of state.notices ?? []) {
      // The message has said it.
      if (notice.about === state.about) continue;
      if (!noticed.has(notice.about)) say(notice.message);
      noticed.add(notice.about);
    }
    const isClockWell = state.kind === 'ok' && !state.notices?.some((notice) => notice.about === 'clock');
    if (isClockWell) noticed.delete('clock');
  };
}

/** Tries of a live source that is asked for one poll alone. */
const TRIES = 3;
/** Nobody waits longer than this for the next try of one poll. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Judges, state by state, whether one poll of a live source is hopeless for now: it failed three times, or the next try
 * is more than a minute away. Answers the last message then, else null.
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
