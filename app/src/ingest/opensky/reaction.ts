import { clockNotice } from '../input/clock-difference.ts';
import { untilWords, utc } from '../input/utc.ts';
import type { SourceNotice, SourceState } from '../source.ts';
import { type Answer, PECULIARITIES, type Peculiarity, oddRowsNotice } from './answer.ts';
import type { StatesResult } from './client.ts';
import { type Condition, OVER } from './condition.ts';
import { type Credits, isDaily } from './credits.ts';

/** What to tell, and when to ask again, epoch ms. */
export interface Report {
  readonly state: SourceState;
  readonly atMs: number;
}

/** Without a word from the server: long enough to be no nuisance, short enough to notice a refill. */
const RATE_LIMITED_MS = 15 * 60_000;
/** Access is granted by people, not by trying. */
const DENIED_MS = 5 * 60_000;
/** Spreads programs that were given the same time; never before that time. */
const SPREAD_MS = 5_000;
/** Credits return within a day, so a later time is wrong (and timers end at 24.8 days). */
const LONGEST_MS = 24 * 3_600_000;

/** The report of a successful poll. */
export interface Told {
  readonly answer: Answer;
  readonly behindSeconds: number | null;
  /** What is odd about it as a whole; null: nothing. */
  readonly condition: { readonly condition: Condition; readonly words: string } | null;
  /** What was odd until now, and is over. */
  readonly over: Condition | null;
  readonly credits: Credits;
  /** Of one poll. */
  readonly cost: number;
  /** What is wrong with the file of credits; null: nothing. */
  readonly fileProblem: string | null;
}

/** After an answer: how many aircraft, what is odd, and when the next is due. */
export function afterAnswer(told: Told, atMs: number, nowMs: number): SourceState {
  const { answer, behindSeconds, condition, over, credits, cost } = told;
  const heard = [
    `OpenSky sent ${answer.vectors} aircraft`,
    ...(condition === null ? [] : [condition.words]),
    ...(condition === null && over !== null ? [OVER[over]] : []),
  ].join('; ');
  const next = utc(atMs, nowMs);
  const isSpent = credits.left < cost;
  const period = isDaily(credits.bucket) ? 'day' : 'hour';
  const notices = noticesOf(told);
  const about = isSpent ? 'credits' : condition?.condition;
  return {
    kind: 'ok',
    message: isSpent
      ? `${heard}; the ${period}'s credits are used up, next request at ${next}.`
      : `${heard}; ${credits.left} credits left ${period === 'day' ? 'today' : 'this hour'}, next request at ${next}.`,
    ...(about !== undefined && { about }),
    ...(notices.length > 0 && { notices }),
    ...(behindSeconds !== null && { clock_behind_s: behindSeconds }),
    next_poll_at_ms: atMs,
    credits_left: credits.left,
  };
}

const PECULIAR: Readonly<Record<Peculiarity, string>> = {
  rows_without_category: 'have 17 fields: the category of these aircraft is not known',
  rows_longer: 'have more than 18 fields: what comes after the category is not read',
  rows_doubled:
    'are of an aircraft that the same answer had already: all are sent on, and the pipeline keeps one',
  rows_odd_category: 'have a category that OpenSky does not describe: it is kept as it came',
};

function noticesOf({ answer, behindSeconds, condition, fileProblem }: Told): readonly SourceNotice[] {
  const notices: SourceNotice[] = [];
  if (condition !== null) {
    notices.push({ about: condition.condition, message: `OpenSky: ${condition.words}.` });
  }
  if (behindSeconds !== null) notices.push({ about: 'clock', message: clockNotice(behindSeconds) });
  const rows = oddRowsNotice(answer);
  if (rows !== null) notices.push({ about: 'rows', message: `OpenSky: ${rows}` });
  for (const name of PECULIARITIES) {
    const count = answer.peculiar[name];
    const message = `OpenSky: ${count} of ${answer.vectors} rows ${PECULIAR[name]}.`;
    if (count > 0) notices.push({ about: name, message });
  }
  if (fileProblem !== null) notices.push({ about: 'credits-file', message: fileProblem });
  return notices;
}

/** Before the first poll, when the last run leaves no credits for one now. */
export function beforeTurn(
  credits: Credits,
  polledAtMs: number | null,
  atMs: number,
  nowMs: number,
): SourceState {
  const last = polledAtMs === null ? '' : ` It was asked at ${utc(polledAtMs, nowMs)}.`;
  return {
    kind: 'waiting',
    message: `The next request to OpenSky is at ${utc(atMs, nowMs)}, so that the ${credits.left} remaining credits last.${last}`,
    about: NOT_DUE,
    next_poll_at_ms: atMs,
    credits_left: credits.left,
  };
}

/** What {@link beforeTurn} is about: who wants one poll and no other need not wait for it. */
export const NOT_DUE = 'not-due';

/** While the server wants no request, from the last run on. */
export function whileLimited(untilMs: number, nowMs: number): SourceState {
  return {
    kind: 'rate-limited',
    message: `${LIMITED}; rate limited until ${untilWords(untilMs, nowMs)}.`,
    about: LIMITED,
    retry_at_ms: untilMs,
    credits_left: 0,
  };
}

const LIMITED = 'OpenSky limits this address or account: its credits are used up';

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
      const atMs = Math.ceil(nowMs + asTold(result.retryAfterMs ?? RATE_LIMITED_MS));
      return { atMs, state: whileLimited(atMs, nowMs) };
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
