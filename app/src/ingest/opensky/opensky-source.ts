import { ContrailError } from '../../errors.ts';
import type { LiveComponents } from '../components.ts';
import { backOffMs } from '../input/back-off.ts';
import { clockBehindS } from '../input/clock-difference.ts';
import { send } from '../input/request.ts';
import { untilWords } from '../input/utc.ts';
import type { Poll, PollOptions, Source, SourceState } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { PECULIARITIES } from './answer.ts';
import { type Box, checkBox, creditCost } from './box.ts';
import { type StatesResult, requestStates } from './client.ts';
import { type Condition, Conditions } from './condition.ts';
import { Counters } from './counters.ts';
import { type Cover, coverOf } from './cover.ts';
import { GRID_MS } from './credits.ts';
import { type CreditMode, slowMs } from './governor.ts';
import { Purse } from './purse.ts';
import { type Told, afterAnswer, afterFailure, beforeTurn, whileLimited } from './reaction.ts';
import { Round } from './round.ts';
import { type Credentials, type Limits, TokenKeeper } from './token.ts';

/** How to reach OpenSky. */
export interface OpenSkyOptions {
  /** Anonymous when null. */
  readonly credentials?: Credentials | null;
  /** Areas to ask for; none is the whole world. Those that reach over the date line are asked for as two. */
  readonly areas?: readonly Box[];
  /** Default `watch`. */
  readonly credits?: CreditMode;
  /** A file that tells a restart which credits were spent; default none. */
  readonly creditFile?: string | null;
  /** Default `https://opensky-network.org/api`. */
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly userAgent?: string;
}

/** Whether OpenSky can be used now. */
export type Probe =
  /** `vectors` is null if nothing was requested, because the credits do not allow a poll yet. */
  | { readonly kind: 'reachable'; readonly vectors: number | null; readonly creditsLeft: number }
  /**
   * `reason` is a sentence. `state` says why: unreachable, credits used up, or no access (also with refused
   * credentials).
   */
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
/** All tries of one request, with token, redirects and a second try, take no longer together. */
const REQUEST_MS = 60_000;
const PROBE_MS = 3_000;
const PROBE_BODY_MS = 15_000;
/** How soon it is noticed that somebody opens the page. */
const NOTICE_MS = 3_000;
const SLICE_MS = 60_000;

/**
 * OpenSky's live positions. It paces itself by the account's credits (see `governor.ts`), and no failure ends it but
 * credentials that were never right. Each wait is told in one sentence with the time of its end.
 *
 * Requests are strictly one after the other. Use one source per account: two would spend the same credits.
 */
export class OpenSkySource implements Source {
  readonly name = 'opensky';
  readonly simulated = false;
  readonly #client: { readonly baseUrl: string; readonly userAgent: string };
  readonly #components: LiveComponents;
  readonly #tokens: TokenKeeper | null;
  readonly #cover: Cover;
  readonly #mode: CreditMode;
  readonly #gridMs: number;
  readonly #purse: Purse;
  readonly #conditions: Conditions;
  readonly #counters = new Counters();
  /** An answer that a probe fetched and that was not delivered yet, and the poll that it begins. */
  #first: { readonly result: StatesResult & Asked; readonly round: Round } | null = null;
  #wasLetIn = false;
  #condition: Condition | null = null;
  /** When the last request was made, by the monotonic clock. */
  #askedAt = -Infinity;
  /** Since when somebody looks. */
  #watchedSinceMs: number | null = null;

  /** @throws ContrailError `invalid` / `opensky-box` */
  constructor(options: OpenSkyOptions, components: LiveComponents) {
    const { credentials = null, tokenUrl = TOKEN_URL, areas = [], credits = 'watch' } = options;
    const { baseUrl = BASE_URL, userAgent = 'Contrail/0.1', creditFile = null } = options;
    for (const area of areas) checkBox(area);
    this.#client = { baseUrl: baseUrl.replace(/\/+$/, ''), userAgent };
    this.#components = components;
    this.#tokens = credentials && new TokenKeeper(credentials, { url: tokenUrl, userAgent }, components);
    const bucket = credentials === null ? 'anonymous' : 'standard';
    this.#cover = coverOf(areas);
    this.#mode = credits;
    this.#gridMs = GRID_MS[bucket];
    this.#conditions = new Conditions(areas.length === 0);
    this.#purse = new Purse(
      {
        account: credentials?.clientId ?? 'anonymous',
        bucket,
        mode: credits,
        cost: this.#cover.cost,
        gridMs: this.#gridMs * this.#cover.requests.length,
        file: creditFile,
      },
      components.clock,
    );
  }

  /**
   * Says within about 3 s whether OpenSky answers (an answer that has begun may take longer to arrive). A good answer is
   * kept and becomes the first poll, so it costs nothing extra. Where the last run leaves no credits for a poll now, it
   * asks for nothing that costs some. Never throws.
   */
  async probe(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Probe> {
    const { clock, monotonic, timeout } = this.#components;
    // Token and data share the 3 s; a body that began in time may take its usual time.
    const deadline = monotonic() + PROBE_MS;
    const shared = timeout(PROBE_BODY_MS);
    const signal = options.signal === undefined ? shared : AbortSignal.any([options.signal, shared]);
    const limits: Limits = {
      get headersMs() {
        return Math.max(1, deadline - monotonic());
      },
      bodyMs: PROBE_BODY_MS,
    };
    await this.#purse.open();
    const { limitedUntilMs } = this.#purse;
    if (limitedUntilMs !== null) return unreachable('rate-limited', limitedUntilMs, clock());
    if (this.#purse.nextPollMs(null) > clock()) return this.#reach(limits, signal);
    const round = new Round(this.#cover);
    const result = await this.#request(
      { box: this.#cover.requests[0] ?? null, wants: round.begin() },
      limits,
      { isPoll: true, makesFolder: false },
      signal,
    );
    if (result.kind === 'answer') {
      this.#first = { result, round };
      const { vectors } = result.answer;
      return { kind: 'reachable', vectors, creditsLeft: this.#purse.credits.left };
    }
    if (result.kind === 'rate-limited' && result.retryAfterMs !== null) {
      await this.#purse.limited(clock() + result.retryAfterMs);
    }
    return probeReason(result, clock());
  }

  /**
   * Never ends by itself; empty answers are yielded too. A poll whose later requests fail gives what came, and asks for
   * the rest alone.
   * @throws ContrailError `invalid` / `opensky-credentials-refused` when OpenSky does not know the credentials and has
   * not let them in before.
   */
  async *polls(options: PollOptions): AsyncGenerator<Poll> {
    const { signal, onState, whenReady, label } = options;
    const { clock, random } = this.#components;
    const isStopped = () => signal?.aborted === true;
    const tell = (state: SourceState) =>
      onState?.({ ...state, counters: this.#counters.values(this.#tokens) });
    let failures = 0;
    let round = new Round(this.#cover);
    let pending: (Box | null)[] = [];
    let inWords: (atMs: number) => SourceState = (atMs) =>
      beforeTurn(this.#purse.credits, this.#purse.polledAtMs, atMs, clock());
    await this.#untilAllowed(options, tell);
    for (let isFirst = true; !isStopped(); isFirst = false) {
      if (pending.length === 0) {
        if (this.#first === null) await this.#turn(options, isFirst, (atMs) => tell(inWords(atMs)));
        pending = [...this.#cover.requests];
        round = this.#first?.round ?? new Round(this.#cover);
      }
      if (isStopped()) return;
      if (this.#first === null) await this.#untilNextStep(signal);
      if (this.#first === null) await whenReady?.();
      if (isStopped()) return;
      const box = pending[0] ?? null;
      const isPoll = pending.length === this.#cover.requests.length;
      const ask = () =>
        this.#request(
          { box, label, wants: round.begin() },
          this.#limits(),
          { isPoll, makesFolder: true },
          signal,
        );
      const result = this.#first?.result ?? (await ask());
      this.#first = null;
      if (isStopped()) return;
      const nowMs = clock();
      if (result.kind === 'answer') {
        failures = 0;
        round.add(result.answer);
        pending.shift();
        if (pending.length > 0) continue;
        const told = this.#judge(round, result);
        inWords = (atMs) => afterAnswer(told, atMs, clock());
        tell(inWords(this.#purse.nextPollMs(this.#lookingSince(options))));
        yield pollOf(round);
      } else {
        if (result.kind === 'credentials-refused' && !this.#wasLetIn) throw refused(result.reason);
        failures += 1;
        const report = afterFailure(result, this.#leastMs(failures), nowMs, random());
        if (result.kind === 'rate-limited') await this.#purse.limited(report.atMs);
        tell(report.state);
        if (!round.isEmpty) yield pollOf(round);
        round = new Round(this.#cover);
        await waitUntil(report.atMs, report.atMs - nowMs, this.#components, signal);
      }
    }
  }

  /** Waits if a refusal from the last run still applies. */
  async #untilAllowed({ signal }: PollOptions, tell: (state: SourceState) => void): Promise<void> {
    const { clock } = this.#components;
    await this.#purse.open();
    const untilMs = this.#purse.limitedUntilMs;
    if (untilMs === null || this.#first !== null) return;
    tell(whileLimited(untilMs, clock()));
    await waitUntil(untilMs, untilMs - clock(), this.#components, signal);
  }

  /** Waits until the next poll is due, which is sooner if somebody opens the page. */
  async #turn(options: PollOptions, isFirst: boolean, tell: (atMs: number) => void): Promise<void> {
    const { clock, monotonic, sleep } = this.#components;
    const { signal, isWatched } = options;
    const wasWatched = this.#watchedSinceMs !== null;
    let told = isFirst ? null : wasWatched;
    // By the monotonic clock.
    const endMs = monotonic() + this.#purse.nextPollMs(null) - clock();
    while (signal?.aborted !== true) {
      const sinceMs = this.#lookingSince(options);
      const atMs = this.#purse.nextPollMs(sinceMs);
      // Timers may fire early: only the clocks say that it is time.
      const leftMs = Math.min(atMs - clock(), endMs - monotonic());
      if (leftMs <= 0) return;
      if (told !== (sinceMs !== null)) tell(atMs);
      told = sinceMs !== null;
      const sliceMs = isWatched === undefined || this.#mode === 'even' ? SLICE_MS : NOTICE_MS;
      await sleep(Math.max(1, Math.min(leftMs, sliceMs)), signal);
    }
  }

  /** Two questions in one step of the grid have the same answer. */
  async #untilNextStep(signal: AbortSignal | undefined): Promise<void> {
    const { clock, monotonic } = this.#components;
    const leftMs = this.#askedAt + this.#gridMs - monotonic();
    await waitUntil(clock() + leftMs, leftMs, this.#components, signal);
  }

  #lookingSince({ isWatched }: PollOptions): number | null {
    this.#watchedSinceMs = isWatched?.() === true ? (this.#watchedSinceMs ?? this.#components.clock()) : null;
    return this.#watchedSinceMs;
  }

  /** The shortest wait after a failure. By our own count nothing may be left, which only the server knows for sure. */
  #leastMs(failures: number): number {
    const { cost } = this.#cover;
    const { credits } = this.#purse;
    const spentMs = credits.left < cost ? slowMs('even', credits, cost) : 0;
    return Math.max(this.#gridMs, spentMs, backOffMs(failures, this.#components.random()));
  }

  /** The report of a poll, for when it is clear that it succeeded. */
  #judge(round: Round, { askedMs, receivedMs, sentMs }: Asked & { readonly sentMs: number | null }): Told {
    const { answer } = round;
    const feedMs = answer.time * 1000;
    const aircraft = answer.vectors;
    const condition = this.#conditions.judge({ feedMs, aircraft, sentMs: sentMs ?? receivedMs });
    const over = this.#condition !== null && condition === null ? this.#condition : null;
    this.#condition = condition?.condition ?? null;
    this.#counters.add('polls');
    this.#counters.add('vectors', aircraft);
    this.#counters.add('vectors_outside', round.outside);
    this.#counters.add('rows_odd', answer.odd?.rows ?? 0);
    for (const name of PECULIARITIES) this.#counters.add(name, answer.peculiar[name] ?? 0);
    if (condition !== null) this.#counters.add(`polls_${condition.condition}`);
    const behindSeconds = clockBehindS({ askedMs, receivedMs, feedMs, sentMs });
    if (behindSeconds !== null) this.#counters.add('polls_clock');
    const { credits, problem: fileProblem } = this.#purse;
    return { answer, behindSeconds, condition, over, credits, cost: this.#cover.cost, fileProblem };
  }

  /** What is left of one request's time bounds each of its tries. */
  #limits(): Limits {
    const { monotonic } = this.#components;
    const deadline = monotonic() + REQUEST_MS;
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

  /** Whether OpenSky's address answers; costs no credit. */
  async #reach(limits: Limits, signal: AbortSignal): Promise<Probe> {
    const { baseUrl, userAgent } = this.#client;
    const headers = { 'user-agent': userAgent };
    const read = async (): Promise<null> => null;
    const url = new URL(baseUrl).origin;
    const reply = await send({ url, headers, ...limits, read }, this.#components, signal);
    return reply.kind === 'answer' || reply.what === 'redirect'
      ? { kind: 'reachable', vectors: null, creditsLeft: this.#purse.credits.left }
      : {
          kind: 'unreachable',
          state: 'unavailable',
          reason: `OpenSky cannot be reached: ${reply.reason}.`,
        };
  }

  async #request(
    asked: Parameters<typeof requestStates>[1],
    limits: Limits,
    kind: { readonly isPoll: boolean; readonly makesFolder: boolean },
    signal?: AbortSignal,
  ): Promise<StatesResult & Asked> {
    const { clock, monotonic } = this.#components;
    const cost = creditCost(asked.box);
    await this.#purse.asking(cost, kind);
    const askedMs = clock();
    this.#askedAt = monotonic();
    this.#counters.add('requests');
    const result = await requestStates(this.#client, asked, this.#tokens, this.#components, limits, signal);
    const receivedMs = clock();
    if (result.kind === 'answer') {
      this.#wasLetIn = true;
      this.#counters.add('answers');
      this.#purse.setServerClock(result.sentMs, receivedMs);
      await this.#purse.answered(cost, result.remaining);
    } else if (signal?.aborted !== true) {
      this.#counters.add(result.what);
      await this.#purse.failed(['unreadable', 'timeout'].includes(result.what) ? cost : 0);
    }
    return { ...result, askedMs, receivedMs };
  }
}

function pollOf(round: Round): Poll {
  const { messages, vectors, others } = round.answer;
  return { kind: 'packed', messages, vectors, others };
}

function unreachable(state: 'rate-limited', untilMs: number, nowMs: number): Probe {
  return {
    kind: 'unreachable',
    state,
    reason: `OpenSky limits this address or account until ${untilWords(untilMs, nowMs)}.`,
  };
}

function probeReason(result: Exclude<StatesResult, { kind: 'answer' }>, nowMs: number): Probe {
  const kind = 'unreachable';
  switch (result.kind) {
    case 'rate-limited':
      return result.retryAfterMs === null
        ? { kind, state: 'rate-limited', reason: 'OpenSky limits this address or account.' }
        : unreachable('rate-limited', nowMs + result.retryAfterMs, nowMs);
    case 'credentials-refused':
      return { kind, state: 'unauthorized', reason: refused(result.reason).message };
    case 'unauthorized':
      return { kind, state: 'unauthorized', reason: `OpenSky does not let us in: ${result.reason}.` };
    case 'unavailable':
      return { kind, state: 'unavailable', reason: `OpenSky cannot be reached: ${result.reason}.` };
  }
}

function refused(reason: string): ContrailError {
  return new ContrailError(
    'opensky-credentials-refused',
    `OpenSky refused these credentials (${reason}). Set OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET as your ` +
      `account page shows them (or OPENSKY_CREDENTIALS), or unset them to ask anonymously.`,
  );
}
