import { clockNotice } from '../input/clock-difference.ts';
import { utc } from '../input/utc.ts';
import type { SourceNotice, SourceState } from '../source.ts';
import { type Answer, oddRowsNotice } from './answer.ts';
import type { StatesResult } from './client.ts';

/** What to tell, and when to ask again, epoch ms. */
export interface Report {
  readonly state: SourceState;
  readonly atMs: number;
}

/** Without a word from the server: long enough to be no nuisance, short enough to notice a refill. */
const RATE_LIMITED_MS = 15 * 60_000;
/** Access is granted by people, not by trying. */
const DENIED_MS = 5 * 60_000;
/** Spreads programs that were told the same time; never before it. */
const SPREAD_MS = 5_000;
/** Credits come back within a day, so a later time is wrong (and timers end at 24.8 days). */
const LONGEST_MS = 24 * 3_600_000;

/** After an answer: how many aircraft, what is odd, and when the next is due. */
export function afterAnswer(
  answer: Answer,
  behindSeconds: number | null,
  credits: { readonly left: number; readonly cost: number },
  atMs: number,
  nowMs: number,
): Report {
  const { left: creditsLeft, cost } = credits;
  const heard = `OpenSky sent ${answer.vectors.length} aircraft`;
  const next = utc(atMs, nowMs);
  const rows = oddRowsNotice(answer);
  const notices: SourceNotice[] = [];
  if (behindSeconds !== null) notices.push({ about: 'clock', message: clockNotice(behindSeconds) });
  if (rows !== null) notices.push({ about: 'rows', message: `OpenSky: ${rows}` });
  const isSpent = creditsLeft < cost;
  return {
    atMs,
    state: {
      kind: isSpent ? 'waiting' : 'ok',
      message: isSpent
        ? `${heard}; the day's credits are used up, next request at ${next}.`
        : `${heard}; ${creditsLeft} credits left today, next request at ${next}.`,
      ...(isSpent && { about: 'credits' }),
      ...(notices.length > 0 && { notices }),
      ...(behindSeconds !== null && { clock_behind_s: behindSeconds }),
      retry_at_ms: atMs,
      credits_left: creditsLeft,
    },
  };
}

/**
 * After a failure: why, and when the next try is. A time that the server names is kept to, with some seconds more; else
 * the back-off counts.
 * @param random Uniform in [0, 1).
 */
export function afterFailure(
  result: Exclude<StatesResult, { kind: 'answer' }>,
  backOffMs: number,
  nowMs: number,
  random: number,
): Report {
  const report = (kind: SourceState['kind'], what: string, waitMs: number): Report => {
    const atMs = Math.ceil(nowMs + waitMs);
    return {
      atMs,
      state: {
        kind,
        message: `${what}; next try at ${utc(atMs, nowMs)}.`,
        about: what,
        retry_at_ms: atMs,
      },
    };
  };
  const asTold = (toldMs: number) => Math.max(Math.min(toldMs, LONGEST_MS) + SPREAD_MS * random, backOffMs);
  switch (result.kind) {
    case 'rate-limited': {
      const waitMs = asTold(result.retryAfterMs ?? RATE_LIMITED_MS);
      const { state, atMs } = report(
        'rate-limited',
        'OpenSky limits this address or account: its credits are used up',
        waitMs,
      );
      return { atMs, state: { ...state, credits_left: 0 } };
    }
    case 'credentials-refused':
      return report(
        'unauthorized',
        `OpenSky no longer knows our credentials (${result.reason})`,
        Math.max(DENIED_MS, backOffMs),
      );
    case 'unauthorized':
      return report(
        'unauthorized',
        `OpenSky does not let us in: ${result.reason}`,
        Math.max(DENIED_MS, backOffMs),
      );
    case 'unavailable': {
      const waitMs = result.retryAfterMs === null ? backOffMs : asTold(result.retryAfterMs);
      return report('unavailable', `OpenSky cannot be reached: ${result.reason}`, waitMs);
    }
  }
}
