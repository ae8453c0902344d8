/** What is odd about answers that are well-formed: something behind OpenSky is not well, or the area changed. */
export type Condition = 'empty' | 'frozen' | 'late' | 'few';

/** One poll's answer, as far as it matters here. */
export interface Heard {
  /** Epoch ms, the newest `time` of the answer. */
  readonly feedMs: number;
  readonly aircraft: number;
  /** When it was sent, by the server's clock or else ours. */
  readonly sentMs: number;
}

/** Polls by whose median the usual count is known. */
const USUAL_POLLS = 15;
const FEWEST_POLLS = 5;
/** Below this number, a change by half means nothing: a few aircraft come and go. */
const FEWEST_AIRCRAFT = 20;
/** Two steps of the grid without an account. */
const FROZEN_MS = 20_000;
/** The grid and the way of the answer are 15 s. */
const LATE_MS = 45_000;

/**
 * Follows the answers of a source, and judges each by those before it. Half the usual count becomes usual by itself when
 * it lasts, because the usual one is the median of the last 15 polls.
 */
export class Conditions {
  readonly #isWorld: boolean;
  readonly #counts: number[] = [];
  #last: Heard | null = null;
  /** Since when the time of the answers has not moved. */
  #stillSinceMs = 0;

  constructor(isWorld: boolean) {
    this.#isWorld = isWorld;
  }

  judge(heard: Heard): { readonly condition: Condition; readonly words: string } | null {
    const usual = this.#usual();
    const { feedMs, aircraft, sentMs } = heard;
    if (this.#last === null || feedMs > this.#last.feedMs) this.#stillSinceMs = sentMs;
    this.#last = heard;
    if (aircraft > 0) this.#counts.push(aircraft);
    if (this.#counts.length > USUAL_POLLS) this.#counts.shift();

    if (aircraft === 0 && (this.#isWorld || (usual !== null && usual >= FEWEST_AIRCRAFT))) {
      return { condition: 'empty', words: 'the answer is empty, so OpenSky has no data now' };
    }
    if (sentMs - this.#stillSinceMs >= FROZEN_MS) {
      const since = new Date(feedMs).toISOString().slice(11, 19);
      return {
        condition: 'frozen',
        words: `the time of its answers has not changed since ${since} UTC, so there is nothing new`,
      };
    }
    if (sentMs - feedMs > LATE_MS) {
      const seconds = Math.round((sentMs - feedMs) / 1000);
      return { condition: 'late', words: `its positions are ${seconds} s late` };
    }
    if (usual !== null && usual >= FEWEST_AIRCRAFT && aircraft < usual / 2) {
      return { condition: 'few', words: `that is fewer than half of the usual ${usual}` };
    }
    return null;
  }

  #usual(): number | null {
    if (this.#counts.length < FEWEST_POLLS) return null;
    return this.#counts.toSorted((a, b) => a - b)[this.#counts.length >> 1] ?? null;
  }
}

/** What is said when it is over. */
export const OVER: Readonly<Record<Condition, string>> = {
  empty: 'its answers hold aircraft again',
  frozen: 'its time goes on again',
  late: 'its positions are in time again',
  few: 'the usual number of aircraft is back',
};
