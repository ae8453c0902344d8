import { BUCKETS } from '../opensky/credits.ts';
import { creditCost } from '../opensky/box.ts';
import { JSON_TYPE, type MockReply, type MockRequest, reply } from './reply.ts';

/** Credits per period, and its length in ms. */
export interface MockBucket {
  readonly credits: number;
  readonly periodMs: number;
}

/** What the mock is like. */
export interface OpenSkyMockOptions {
  readonly clock: () => number;
  /**
   * State vectors of a time (epoch ms) as lists of 18 fields, asked for at each request; null as OpenSky sends it when
   * there are none.
   */
  readonly rows: (atMs: number) => readonly unknown[] | null;
  /** Steps of `time`, ms, where they are longer than OpenSky's. */
  readonly leastGridMs?: number;
  /** The only account; without it no client gets a token. */
  readonly client?: { readonly id: string; readonly secret: string };
  readonly buckets?: { readonly anonymous: MockBucket; readonly account: MockBucket };
  /** How long a token lasts, s. */
  readonly expiresIn?: number;
  /** By which its `time` is behind its clock, s. */
  readonly behindSeconds?: number;
  /** False leaves the X-Rate-Limit headers out. */
  readonly sendsRemaining?: boolean;
}

const BOX = ['lamin', 'lomin', 'lamax', 'lomax'] as const;
/** With an account, `time` may be so far back. */
const HISTORY_S = 3_600;

/**
 * OpenSky's REST API without a network: the token endpoint (a path that ends in `/token`), `/states/all` with boxes,
 * `icao24`, `extended`, the grid of 5 and 10 s, and credits by identity with their headers. One request at a time.
 * Source: OpenSky REST API; what it does when credits are used up is as several programs recorded it.
 */
export class OpenSkyMock {
  readonly #options: OpenSkyMockOptions;
  /** End of each token, epoch ms. */
  readonly #tokens = new Map<string, number>();
  /** Credits spent, by identity and period. */
  readonly #spent = new Map<string, number>();
  /** How often it answered 429. */
  limited = 0;

  constructor(options: OpenSkyMockOptions) {
    this.#options = options;
  }

  get tokensGiven(): number {
    return this.#tokens.size;
  }

  /** Makes every token that was given invalid. */
  revokeTokens(): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, 0);
  }

  /** Credits that are spent of the bucket that an identity has now. */
  spent(identity: 'anonymous' | 'account'): number {
    return this.#spent.get(this.#period(identity)) ?? 0;
  }

  answer(request: MockRequest): MockReply {
    if (request.path.endsWith('/token')) return this.#token(request);
    if (request.path.endsWith('/states/all')) return this.#states(request);
    if (request.path.endsWith('/states/own')) {
      return request.token === null ? reply(403) : reply(200, this.#body(request, 5), JSON_TYPE);
    }
    return reply(404);
  }

  #token({ method, form }: MockRequest): MockReply {
    const { expiresIn = 1_800, clock, client } = this.#options;
    const isKnown =
      client !== undefined &&
      form.get('client_id') === client.id &&
      form.get('client_secret') === client.secret;
    if (method !== 'POST' || form.get('grant_type') !== 'client_credentials' || !isKnown) {
      const words = '{"error":"invalid_client","error_description":"Invalid client credentials"}';
      return reply(401, words, JSON_TYPE);
    }
    const access_token = `token-${this.#tokens.size + 1}`;
    this.#tokens.set(access_token, clock() + expiresIn * 1000);
    const body = JSON.stringify({ access_token, expires_in: expiresIn, token_type: 'Bearer' });
    return reply(200, body, JSON_TYPE);
  }

  #states(request: MockRequest): MockReply {
    const { clock, sendsRemaining = true } = this.#options;
    const { token, query } = request;
    if (token !== null && (this.#tokens.get(token) ?? 0) <= clock()) return reply(401);
    const wantedS = Number(query.get('time') ?? 0);
    if (token !== null && wantedS > 0 && clock() / 1000 - wantedS > HISTORY_S) return reply(400);
    const identity = token === null ? 'anonymous' : 'account';
    const { credits, periodMs } = this.#bucket(identity);
    const spent = this.spent(identity) + (request.isFree === true ? 0 : costOf(query));
    if (spent > credits) {
      this.limited += 1;
      const seconds = Math.ceil((periodMs - (clock() % periodMs)) / 1000);
      return reply(429, 'Too many requests', { 'x-rate-limit-retry-after-seconds': String(seconds) });
    }
    this.#spent.set(this.#period(identity), spent);
    const left = sendsRemaining ? { 'x-rate-limit-remaining': String(credits - spent) } : {};
    return reply(200, this.#body(request, token === null ? 10 : 5), { ...JSON_TYPE, ...left });
  }

  #body({ query }: MockRequest, gridS: number): string {
    const { clock, behindSeconds = 0, rows, leastGridMs = 0 } = this.#options;
    const nowMs = clock() - behindSeconds * 1000;
    const atMs = nowMs - (nowMs % Math.max(gridS * 1000, leastGridMs));
    const time = Math.floor(atMs / 1000);
    const [lamin = 0, lomin = 0, lamax = 0, lomax = 0] = BOX.map((name) => Number(query.get(name)));
    const wanted = new Set(query.getAll('icao24'));
    const isAsked = (row: unknown): boolean => {
      if (!Array.isArray(row)) return true;
      const [longitude, latitude] = [Number(row[5]), Number(row[6])];
      const isIn =
        !query.has('lamin') ||
        (row[5] !== null &&
          latitude >= lamin &&
          latitude <= lamax &&
          longitude >= lomin &&
          longitude <= lomax);
      return isIn && (wanted.size === 0 || wanted.has(String(row[0])));
    };
    const states = rows(atMs)?.filter(isAsked) ?? null;
    const isExtended = query.get('extended') === '1';
    const cut = isExtended ? states : states?.map((row) => (Array.isArray(row) ? row.slice(0, 17) : row));
    return JSON.stringify({ time, states: cut ?? null });
  }

  #bucket(identity: 'anonymous' | 'account'): MockBucket {
    return (this.#options.buckets ?? { anonymous: BUCKETS.anonymous, account: BUCKETS.standard })[identity];
  }

  #period(identity: 'anonymous' | 'account'): string {
    return `${identity} ${Math.floor(this.#options.clock() / this.#bucket(identity).periodMs)}`;
  }
}

function costOf(query: URLSearchParams): number {
  if (!query.has('lamin')) return 4;
  const [lamin = 0, lomin = 0, lamax = 0, lomax = 0] = BOX.map((name) => Number(query.get(name)));
  return creditCost({ lamin, lomin, lamax, lomax });
}
