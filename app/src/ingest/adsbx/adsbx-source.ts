import type { LiveComponents } from '../components.ts';
import { type BackOff, backOffMs } from '../input/back-off.ts';
import { type Answer, toPoll } from '../readsb/answer.ts';
import { type Failure, type Reading, type Validators, requestAircraft } from '../readsb/client.ts';
import { type Report, afterAnswer, afterFailure, frozenTime } from '../readsb/reaction.ts';
import { addressOf, shownAddress } from '../readsb/url.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { waitUntil } from '../wait.ts';
import { coverCircle, parseCircle } from './circles.ts';
import { mergeVectors } from './merge.ts';
import {
  AREA_SERVICES,
  type AreaForm,
  type AreaService,
  type Service,
  keyHeaders,
  serviceAt,
} from './service.ts';
import { type AllTurns, Turns, turnsOf } from './turns.ts';

/** How to ask a service. */
export interface AdsbxOptions {
  /** Of `adsbx:URL`; reveals itself only to the code that sends it. */
  readonly key?: { reveal(): string } | null;
  /** Between two requests of `adsbx:URL`, ms; default 1 s. */
  readonly intervalMs?: number;
  /** Shared by all sources of this process, so that two sources of one service share its limit. */
  readonly turns?: AllTurns;
  readonly userAgent?: string;
  /** Another place of the service, without a slash at the end. */
  readonly origin?: string;
}

/** What is asked, in turn, and how. */
interface Plan {
  readonly name: string;
  readonly service: Service;
  /** One for each circle, or one alone. */
  readonly urls: readonly string[];
  readonly authorization?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const USER_AGENT = 'Contrail/0.1';
const SECOND_MS = 1_000;
/** Pauses after a failure, and after a refusal of too many requests without a time to return. */
const WAITS: BackOff = { firstMs: 5_000, longestMs: 300_000 };
const RATE_WAITS: BackOff = { firstMs: 20_000, longestMs: 900_000 };
const FROZEN_MS = 60_000;

/**
 * A service that answers as ADSBexchange's API v2 does: `adsblol:`, `adsbfi:` and `airplaneslive:` for the aircraft round
 * a point, `adsbx:` for an address as it stands.
 *
 * Requests to a service come one after another, at most one a second. An area of more than 250 nm is asked as several
 * circles in turn; one round is a poll, with each aircraft once. When a service says that it was too often, the source
 * waits as long as told, says until when, and asks half as often for a while. It never ends by itself.
 */
export class AdsbxSource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #plan: Plan;
  readonly #turns: Turns;
  readonly #components: LiveComponents;

  private constructor(plan: Plan, turns: AllTurns | undefined, components: LiveComponents) {
    this.name = plan.name;
    this.#plan = plan;
    this.#turns = turnsOf(turns ?? new Map(), plan.service, plan.urls[0] ?? '');
    this.#components = components;
  }

  /**
   * @param area `LAT,LON,NM`
   * @throws ContrailError `invalid` / `feed-area`
   */
  static ofArea(
    form: AreaForm,
    area: string,
    options: AdsbxOptions,
    components: LiveComponents,
  ): AdsbxSource {
    const service: AreaService = AREA_SERVICES[form];
    const { origin = service.origin, userAgent = USER_AGENT, turns } = options;
    const urls = coverCircle(parseCircle(area, form)).map((circle) => origin + service.path(circle));
    const headers = { 'user-agent': userAgent };
    return new AdsbxSource({ name: `${form}:${area}`, service, urls, headers }, turns, components);
  }

  /** Null if it is not an `http:` or `https:` address. */
  static ofUrl(address: string, options: AdsbxOptions, components: LiveComponents): AdsbxSource | null {
    const { key, intervalMs = SECOND_MS, userAgent = USER_AGENT, turns } = options;
    const found = addressOf(address);
    if (found === null) return null;
    const { url, authorization } = found;
    const plan: Plan = {
      name: `adsbx:${shownAddress(address)}`,
      service: serviceAt(url, Math.max(SECOND_MS, intervalMs)),
      urls: [url],
      authorization,
      headers: { 'user-agent': userAgent, ...(key != null && keyHeaders(url, key.reveal())) },
    };
    return new AdsbxSource(plan, turns, components);
  }

  /** Never ends by itself and throws nothing; answers without aircraft are yielded too. */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const { clock, monotonic, random } = this.#components;
    const { urls, service } = this.#plan;
    const isStopped = () => signal?.aborted === true;
    const known = urls.map((): { timeMs: number | null; validators: Validators | null } => ({
      timeMs: null,
      validators: null,
    }));
    let round: Answer[] = [];
    let [index, failures, newestMs, changedAt] = [0, 0, 0, monotonic()];
    let [isFrozen, areTermsTold] = [false, false];
    while (!isStopped()) {
      await whenReady?.();
      await this.#turn(signal);
      if (isStopped()) return;
      const circle = known[index] ?? { timeMs: null, validators: null };
      const askedMs = clock();
      const { reading, validators } = await this.#request(index, circle.validators, signal);
      if (isStopped()) return;
      const nowMs = clock();
      if (reading.kind !== 'answer' && reading.kind !== 'unchanged') {
        // What the round has so far is not kept back until the rest can be had.
        if (round.length > 0) yield toPoll(joined(round));
        [round, failures] = [[], failures + 1];
        // A place that cannot be asked about does not keep the others waiting.
        if (reading.kind === 'unavailable') index = (index + 1) % urls.length;
        const report = this.#react(reading, failures, nowMs, random());
        onState?.(report.state);
        await waitUntil(report.atMs, report.atMs - nowMs, this.#components, signal);
        continue;
      }
      [failures, circle.validators] = [0, validators];
      this.#turns.answered();
      if (reading.kind === 'answer' && reading.answer.timeMs !== circle.timeMs) {
        circle.timeMs = reading.answer.timeMs;
        newestMs = Math.max(newestMs, circle.timeMs);
        [changedAt, isFrozen] = [monotonic(), false];
        round.push(reading.answer);
      }
      index = (index + 1) % urls.length;
      if (index > 0) continue;
      const roundMs = urls.length * this.#turns.intervalMs;
      if (round.length > 0) {
        const answer = joined(round);
        round = [];
        const sentMs = reading.kind === 'answer' ? reading.sentMs : null;
        const exchange = { askedMs, sentMs, receivedMs: nowMs };
        const state = afterAnswer(service.title, answer, exchange, askedMs + roundMs, nowMs);
        const terms = areTermsTold ? [] : [{ about: 'terms' as const, message: `${service.terms}.` }];
        areTermsTold = true;
        onState?.({ ...state, notices: [...terms, ...(state.notices ?? [])] });
        yield toPoll(answer);
      } else if (!isFrozen && monotonic() - changedAt >= Math.max(FROZEN_MS, 3 * roundMs)) {
        isFrozen = true;
        onState?.(frozenTime(service.title, newestMs, nowMs));
      }
    }
  }

  /** Waits until this source may ask. */
  async #turn(signal?: AbortSignal): Promise<void> {
    const { clock, monotonic } = this.#components;
    const waitMs = this.#turns.take(monotonic());
    await waitUntil(clock() + waitMs, waitMs, this.#components, signal);
  }

  #request(
    index: number,
    known: Validators | null,
    signal?: AbortSignal,
  ): Promise<{ readonly reading: Reading; readonly validators: Validators | null }> {
    const { urls, headers, authorization } = this.#plan;
    const question = { url: urls[index] ?? '', headers, authorization, feed: 'adsbx', known } as const;
    return requestAircraft(question, this.#components, signal);
  }

  #react(failure: Failure, failures: number, nowMs: number, random: number): Report {
    const { title, refusal } = this.#plan.service;
    const isTooOften = failure.kind === 'rate-limited';
    const leastMs = backOffMs(failures, random, isTooOften ? RATE_WAITS : WAITS);
    const explained =
      failure.kind === 'unauthorized' ? { ...failure, reason: `${failure.reason}; ${refusal}` } : failure;
    const report = afterFailure(title, explained, leastMs, nowMs, random);
    if (isTooOften) this.#turns.tooOften(this.#components.monotonic(), report.atMs - nowMs);
    return report;
  }
}

/** The answers of a round as one, with each aircraft once. */
function joined(round: readonly Answer[]): Answer {
  const [first] = round;
  if (first !== undefined && round.length === 1) return first;
  const odd = round.flatMap((answer) => answer.odd ?? []);
  return {
    timeMs: Math.max(...round.map(({ timeMs }) => timeMs)),
    isDated: round.every(({ isDated }) => isDated),
    vectors: mergeVectors(round.map(({ vectors }) => vectors)),
    others: round.flatMap(({ others }) => others),
    odd:
      odd[0] === undefined
        ? null
        : { rows: odd.reduce((sum, { rows }) => sum + rows, 0), example: odd[0].example },
  };
}
