import { clockBehindS, clockNotice } from '../input/clock-difference.ts';
import { utc } from '../input/utc.ts';
import type { SourceNotice, SourceState } from '../source.ts';
import { type Answer, oddEntriesNotice } from './answer.ts';
import type { Failure } from './client.ts';

/** What to tell, and when to ask again, epoch ms. */
export interface Report {
  readonly state: SourceState;
  readonly atMs: number;
}

/** Without a word from the server. */
const RATE_LIMITED_MS = 10_000;
/** Access is granted by people, not by trying. */
const DENIED_MS = 5 * 60_000;
/** Spreads programs that were given the same time; never before that time. */
const SPREAD_MS = 2_000;
/** A later time is wrong (and timers end at 24.8 days). */
const LONGEST_MS = 24 * 3_600_000;
/** A clock may be wrong by hours; a time that is days old means an old file. */
const DAY_MS = 86_400_000;

/** When an answer was asked for, sent by the server's own clock (null: it does not say) and there, epoch ms. */
export interface Exchange {
  readonly askedMs: number;
  readonly sentMs: number | null;
  readonly receivedMs: number;
}

/**
 * After an answer: how many aircraft, and what is odd.
 * @param exchange null: the answer tells nothing of clocks, as a file that nobody may write any more
 */
export function afterAnswer(
  place: string,
  answer: Answer,
  exchange: Exchange | null,
  nextMs: number,
  nowMs: number,
): SourceState {
  const rows = oddEntriesNotice(answer);
  const notices: SourceNotice[] = [];
  const isOld = answer.isDated && Math.abs(nowMs - answer.timeMs) > DAY_MS;
  const isJudged = exchange !== null && answer.isDated && !isOld;
  const behindSeconds = isJudged ? clockBehindS({ ...exchange, feedMs: answer.timeMs }) : null;
  if (isOld) notices.push({ about: 'clock', message: oldNotice(place, answer.timeMs) });
  else if (behindSeconds !== null) notices.push({ about: 'clock', message: clockNotice(behindSeconds) });
  if (rows !== null) notices.push({ about: 'rows', message: `${place}: ${rows}` });
  const located = answer.vectors.filter(({ latitude }) => latitude !== null).length;
  const about = oddityOf(place, answer.vectors.length, located);
  return {
    kind: 'ok',
    message:
      about === null
        ? `${place} sent ${answer.vectors.length} aircraft, ${located} with a position.`
        : `${about}.`,
    ...(about !== null && { about }),
    ...(notices.length > 0 && { notices }),
    ...(behindSeconds !== null && { clock_behind_s: behindSeconds }),
    next_poll_at_ms: nextMs,
  };
}

/** Fewer may be on the ground, or too far away. */
const FEWEST = 5;

/** What is odd about an answer that is well-formed: nothing of it can be shown. Null: it can. */
function oddityOf(place: string, aircraft: number, located: number): string | null {
  if (aircraft === 0) return `${place} answers, but has no aircraft now`;
  if (located > 0 || aircraft < FEWEST) return null;
  return `${place} has aircraft, but none with a position, so they cannot be shown`;
}

const oldNotice = (place: string, timeMs: number): string =>
  `${place} says that it is ${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC: it is an old recording, ` +
  `or the clock there or here is wrong.`;

/** The receiver says the same time again and again. */
export function frozenTime(place: string, timeMs: number, nowMs: number): SourceState {
  const about = `${place} says the same time again and again`;
  return {
    kind: 'waiting',
    message: `${about}, ${utc(timeMs, nowMs)}: its program may have stopped. No positions are sent until its time advances.`,
    about,
  };
}

/**
 * After a failure: why, and when the next try is. A time that the server names is kept to, with some seconds more; else
 * the back-off counts.
 * @param place what failed, as the subject of a sentence
 * @param random Uniform in [0, 1).
 */
export function afterFailure(
  place: string,
  failure: Failure,
  backOffMs: number,
  nowMs: number,
  random: number,
): Report {
  const asTold = (toldMs: number) => Math.max(Math.min(toldMs, LONGEST_MS) + SPREAD_MS * random, backOffMs);
  const report = (kind: SourceState['kind'], about: string, waitMs: number): Report => {
    const atMs = Math.ceil(nowMs + waitMs);
    const message = `${about}; next try at ${utc(atMs, nowMs)}.`;
    return { atMs, state: { kind, message, about, retry_at_ms: atMs } };
  };
  switch (failure.kind) {
    case 'rate-limited':
      return report(
        'rate-limited',
        `${place} refuses requests that come too often (429)`,
        failure.retryAfterMs === null ? Math.max(RATE_LIMITED_MS, backOffMs) : asTold(failure.retryAfterMs),
      );
    case 'unauthorized':
      return report(
        'unauthorized',
        `${place} does not let us in: ${failure.reason}`,
        Math.max(DENIED_MS, backOffMs),
      );
    case 'unavailable':
      return report(
        'unavailable',
        `${place} gives no aircraft: ${failure.reason}`,
        failure.retryAfterMs === null ? backOffMs : asTold(failure.retryAfterMs),
      );
  }
}
