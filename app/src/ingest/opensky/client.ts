import type { AnswerHeaders, LiveComponents } from '../components.ts';
import { readText } from '../input/capped.ts';
import { type Reply, send } from '../input/request.ts';
import { httpDateMs, retryAfterMs, wholeNumber } from '../input/retry-after.ts';
import { type Answer, readAnswer, type Reading } from './answer.ts';
import type { Box } from './box.ts';
import type { Limits, TokenKeeper } from './token.ts';

/** What one request for the state vectors gave. What the protocol foresees is a value, never thrown. */
export type StatesResult =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly remaining: number | null;
      /** When the server sent it, by its own clock; epoch ms. */
      readonly sentMs: number | null;
    }
  /** The account's credits are used up, or requests came too fast. */
  | { readonly kind: 'rate-limited'; readonly what: 'status_429'; readonly retryAfterMs: number | null }
  /** The token server does not know these credentials: a person must look. */
  | { readonly kind: 'credentials-refused'; readonly what: 'credentials_refused'; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly what: string; readonly reason: string }
  | {
      readonly kind: 'unavailable';
      /** Its name as a counter: `status_503`, `timeout`, `unreadable`, `connection`, `redirect`, `no_token`. */
      readonly what: string;
      readonly reason: string;
      readonly retryAfterMs: number | null;
    };

/** What a client needs to know. */
export interface ClientOptions {
  /** Without a slash at the end: `https://opensky-network.org/api`. */
  readonly baseUrl: string;
  readonly userAgent: string;
}

/**
 * Asks `GET /states/all?extended=1` once; with a token where there are credentials. A 401 renews the token and asks
 * once more. Source: OpenSky REST API.
 */
export async function requestStates(
  options: ClientOptions,
  { box, ...reading }: Omit<Reading, 'feed'> & { readonly box: Box | null },
  tokens: TokenKeeper | null,
  components: Pick<LiveComponents, 'clock' | 'fetch' | 'timeout'>,
  limits: Limits,
  signal?: AbortSignal,
): Promise<StatesResult> {
  for (let isRetry = false; ; isRetry = true) {
    const token = tokens === null ? null : await tokens.token(limits, signal);
    if (token?.kind === 'refused') {
      return { kind: 'credentials-refused', what: 'credentials_refused', reason: token.reason };
    }
    if (token?.kind === 'unavailable') {
      return {
        kind: 'unavailable',
        what: 'no_token',
        reason: `no access token could be had: ${token.reason}`,
        retryAfterMs: null,
      };
    }
    const reply = await send(
      {
        url: `${options.baseUrl}/states/all?${query(box).toString()}`,
        headers: { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': options.userAgent },
        ...(token !== null && { authorization: `Bearer ${token.token}` }),
        ...limits,
        read: (bytes, { status }): Promise<Body> =>
          status === 200
            ? readAnswer(bytes, { ...reading, feed: 'opensky' })
            : readText(bytes, MOST_OF_A_REFUSAL),
      },
      components,
      signal,
    );
    const isRefused = reply.kind === 'answer' && reply.status === 401;
    if (!isRefused || tokens === null || isRetry) return toResult(reply, tokens !== null, components.clock());
    tokens.forget();
  }
}

function query(box: Box | null): URLSearchParams {
  const parameters = new URLSearchParams({ extended: '1' });
  for (const [name, degrees] of Object.entries(box ?? {})) parameters.set(name, String(degrees));
  return parameters;
}

/** The answer, or the beginning of the text that came with another status. */
type Body = Answer | string;

/** A refusal is a sentence or a page. */
const MOST_OF_A_REFUSAL = 65_536;
/** No account has more credits a day; a header that says so is of no use. */
const MOST_CREDITS = 1_000_000;
const RETRY_HEADERS = ['x-rate-limit-retry-after-seconds'];

function toResult(reply: Reply<Body>, isLoggedIn: boolean, nowMs: number): StatesResult {
  if (reply.kind === 'failure') {
    return { kind: 'unavailable', what: reply.what, reason: reply.reason, retryAfterMs: null };
  }
  const { status, headers, body } = reply;
  const what = `status_${status}`;
  const toldMs = retryAfterMs(headers, nowMs, RETRY_HEADERS);
  if (typeof body !== 'string') {
    const remaining = wholeNumber(headers.get('x-rate-limit-remaining'), MOST_CREDITS);
    return { kind: 'answer', answer: body, remaining, sentMs: httpDateMs(headers.get('date')) };
  }
  switch (status) {
    case 401:
      return {
        kind: 'unauthorized',
        what,
        reason: isLoggedIn ? 'it refuses a fresh access token (401)' : 'it asks for an account (401)',
      };
    case 403:
      return {
        kind: 'unauthorized',
        what,
        reason: `it denies access to this ${isLoggedIn ? 'account' : 'address'} (403); it blocks many cloud providers`,
      };
    case 429:
      return { kind: 'rate-limited', what: 'status_429', retryAfterMs: toldMs };
    default:
      return {
        kind: 'unavailable',
        what,
        reason: `it answered ${status}${isPage(headers, body) ? ' and a web page' : ''}`,
        retryAfterMs: toldMs,
      };
  }
}

function isPage(headers: AnswerHeaders, body: string): boolean {
  return (headers.get('content-type') ?? '').includes('html') || body.trimStart().startsWith('<');
}
