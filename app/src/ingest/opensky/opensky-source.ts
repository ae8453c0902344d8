import { ContrailError } from '../../errors.ts';
import type { LiveComponents } from '../components.ts';
import { backOffMs } from '../input/back-off.ts';
import { clockBehindS } from '../input/clock-difference.ts';
import { utc } from '../input/utc.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { type Box, checkBox, creditCost } from './box.ts';
import { type StatesResult, requestStates } from './client.ts';
import {
  type Credits,
  DAILY_CREDITS,
  SHORTEST_INTERVAL_MS,
  creditsAfter,
  creditsAtStart,
  pauseMs,
} from './credits.ts';
import { type Report, afterAnswer, afterFailure } from './reaction.ts';
import { type Credentials, type Limits, TokenKeeper } from './token.ts';

/** How to reach OpenSky. */
export interface OpenSkyOptions {
  /** Anonymous when null. */
  readonly credentials?: Credentials | null;
  /** The whole world when null. */
  readonly box?: Box | null;
  /** Default `https://opensky-network.org/api`. */
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly userAgent?: string;
}

/** Whether OpenSky can be used now. */
export type Probe =
  | { readonly kind: 'reachable'; readonly vectors: number; readonly creditsLeft: number }
  /** `reason` is a sentence. `state` tells why: away, credits used up, or not let in (also with refused credentials). */
  | {
      readonly kind: 'unreachable';
      readonly state: 'unavailable' | 'rate-limited' | 'unauthorized';
      readonly reason: string;
    };

/** When a request was made and when its answer was there, epoch ms. */
interface Asked {
  readonly askedMs: number;
  readonly receivedMs: number;
}

const BASE_URL = 'https://opensky-network.org/api';
const TOKEN_URL =
  'https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token';
/** 15 s is the limit of OpenSky's own client; a slow line may take longer for the megabyte that follows. */
const LIMITS: Limits = { headersMs: 15_000, bodyMs: 45_000 };
/** All requests of one poll, with token, redirects and a second try, take no longer together. */
const POLL_MS = 60_000;
const PROBE_MS = 3_000;
const PROBE_BODY_MS = 15_000;

/**
 * OpenSky's live positions. It paces itself: the day's credits are spread evenly until the refill at 00:00 UTC, and no
 * failure ends it but credentials that were never right. Each wait is told in one sentence with the time of its end.
 *
 * Requests are strictly one after the other. Use one source per account: two would spend the same credits.
 */
export class OpenSkySource implements Source {
  readonly name = 'opensky';
  readonly simulated = false;
  readonly #options: Required<Omit<OpenSkyOptions, 'tokenUrl' | 'credentials'>>;
  readonly #components: LiveComponents;
  readonly #tokens: TokenKeeper | null;
  readonly #cost: number;
  readonly #shortestMs: number;
  #credits: Credits;
  /** What a probe already fetched and nobody has had yet. */
  #first: (StatesResult & Asked) | null = null;
  #wasLetIn = false;

  /** @throws ContrailError `invalid` / `opensky-box` */
  constructor(options: OpenSkyOptions, components: LiveComponents) {
    const { credentials = null, tokenUrl = TOKEN_URL } = options;
    const { box = null, baseUrl = BASE_URL, userAgent = 'Contrail/0.1' } = options;
    checkBox(box);
    this.#options = { box, baseUrl: baseUrl.replace(/\/+$/, ''), userAgent };
    this.#components = components;
    this.#tokens = credentials && new TokenKeeper(credentials, { url: tokenUrl, userAgent }, components);
    const account = credentials === null ? 'anonymous' : 'standard';
    this.#cost = creditCost(box);
    this.#shortestMs = SHORTEST_INTERVAL_MS[account];
    this.#credits = creditsAtStart(DAILY_CREDITS[account], components.clock());
  }

  /**
   * Asks once, and says within about 3 s whether OpenSky answers (an answer that has begun may take longer to arrive).
   * A good answer is kept and becomes the first poll, so it costs nothing extra. Never throws.
   */
  async probe(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Probe> {
    const { clock, monotonic, timeout } = this.#components;
    // Token and data share the 3 s; what began in time may take as long as a body may.
    const deadline = monotonic() + PROBE_MS;
    const shared = timeout(PROBE_BODY_MS);
    const signal = options.signal === undefined ? shared : AbortSignal.any([options.signal, shared]);
    const limits: Limits = {
      get headersMs() {
        return Math.max(1, deadline - monotonic());
      },
      bodyMs: PROBE_BODY_MS,
    };
    const result = await this.#request(limits, signal);
    if (result.kind === 'answer') {
      this.#first = result;
      return { kind: 'reachable', vectors: result.answer.vectors.length, creditsLeft: this.#credits.left };
    }
    return { kind: 'unreachable', ...probeReason(result, clock()) };
  }

  /**
   * Never ends by itself; empty answers are yielded too.
   * @throws ContrailError `invalid` / `opensky-credentials-refused` when OpenSky does not know the credentials and has
   * not let them in before.
   */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock, random } = this.#components;
    const isStopped = () => signal?.aborted === true;
    let failures = 0;
    while (!isStopped()) {
      if (this.#first === null) await whenReady?.();
      if (isStopped()) return;
      const result = this.#first ?? (await this.#request(this.#limits(), signal));
      this.#first = null;
      if (isStopped()) return;
      const nowMs = clock();
      let report: Report;
      if (result.kind === 'answer') {
        failures = 0;
        const { answer, askedMs, receivedMs, sentMs } = result;
        // From request to request, so that a slow answer does not stretch the interval.
        const sinceMs = Math.min(nowMs, Math.max(askedMs, nowMs - POLL_MS));
        const restMs = pauseMs(this.#credits, this.#cost, sinceMs, this.#shortestMs);
        const credits = { left: this.#credits.left, cost: this.#cost };
        const behindSeconds = clockBehindS({ askedMs, receivedMs, feedMs: answer.time * 1000, sentMs });
        report = afterAnswer(answer, behindSeconds, credits, sinceMs + restMs, nowMs);
      } else {
        if (result.kind === 'credentials-refused' && !this.#wasLetIn) throw refused(result.reason);
        failures += 1;
        const leastMs = Math.max(this.#shortestMs, backOffMs(failures, random()));
        report = afterFailure(result, leastMs, nowMs, random());
      }
      onState?.(report.state);
      if (result.kind === 'answer') {
        const { vectors, others } = result.answer;
        yield { kind: 'vectors', vectors, ...(others.length > 0 && { others }) };
      }
      await waitUntil(report.atMs, report.atMs - nowMs, this.#components, signal);
    }
  }

  /** What is left of one poll's time bounds each of its requests. */
  #limits(): Limits {
    const { monotonic } = this.#components;
    const deadline = monotonic() + POLL_MS;
    const within = (ms: number): number => Math.max(1, Math.min(ms, deadline - monotonic()));
    return {
      get headersMs() {
        return within(LIMITS.headersMs);
      },
      get bodyMs() {
        return within(LIMITS.bodyMs);
      },
    };
  }

  async #request(limits: Limits, signal?: AbortSignal): Promise<StatesResult & Asked> {
    const askedMs = this.#components.clock();
    const result = await requestStates(this.#options, this.#tokens, this.#components, limits, signal);
    const nowMs = this.#components.clock();
    if (result.kind === 'answer') {
      this.#wasLetIn = true;
      this.#credits = creditsAfter(this.#credits, this.#cost, result.remaining, nowMs);
    }
    if (result.kind === 'rate-limited') this.#credits = creditsAfter(this.#credits, this.#cost, 0, nowMs);
    return { ...result, askedMs, receivedMs: nowMs };
  }
}

function probeReason(
  result: Exclude<StatesResult, { kind: 'answer' }>,
  nowMs: number,
): { readonly state: 'unavailable' | 'rate-limited' | 'unauthorized'; readonly reason: string } {
  switch (result.kind) {
    case 'rate-limited': {
      const until = result.retryAfterMs === null ? '' : ` until ${utc(nowMs + result.retryAfterMs, nowMs)}`;
      return { state: 'rate-limited', reason: `OpenSky limits this address or account${until}.` };
    }
    case 'credentials-refused':
      return { state: 'unauthorized', reason: refused(result.reason).message };
    case 'unauthorized':
      return { state: 'unauthorized', reason: `OpenSky does not let us in: ${result.reason}.` };
    case 'unavailable':
      return { state: 'unavailable', reason: `OpenSky cannot be reached: ${result.reason}.` };
  }
}

function refused(reason: string): ContrailError {
  return new ContrailError(
    'opensky-credentials-refused',
    `OpenSky does not know these credentials (${reason}). Set OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET as your ` +
      `account page shows them, or unset both to ask anonymously.`,
  );
}
