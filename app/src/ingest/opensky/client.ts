import type { LiveComponents } from '../components.ts';
import { type Answer, toAnswer } from './answer.ts';
import type { Box } from './box.ts';
import { type Reply, send } from './request.ts';
import type { Limits, TokenKeeper } from './token.ts';

/** What one request for the state vectors gave. What the protocol foresees is a value, never thrown. */
export type StatesResult =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly remaining: number | null }
  /** The account's credits are used up, or requests came too fast. */
  | { readonly kind: 'rate-limited'; readonly retryAfter_ms: number | null }
  /** The token server does not know these credentials: a person must look. */
  | { readonly kind: 'credentials-refused'; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfter_ms: number | null };

/** What a client needs to know. */
export interface ClientOptions {
  /** Without a slash at the end: `https://opensky-network.org/api`. */
  readonly baseUrl: string;
  readonly box: Box | null;
  readonly userAgent: string;
}

/**
 * Asks `GET /states/all?extended=1` once; with a token where there are credentials. A 401 renews the token and asks
 * once more. Source: OpenSky REST API.
 */
export async function requestStates(
  options: ClientOptions,
  tokens: TokenKeeper | null,
  components: Pick<LiveComponents, 'clock' | 'fetch' | 'timeout'>,
  limits: Limits,
  signal?: AbortSignal,
): Promise<StatesResult> {
  for (let isRetry = false; ; isRetry = true) {
    const token = tokens === null ? null : await tokens.token(limits, signal);
    if (token?.kind === 'refused') return { kind: 'credentials-refused', reason: token.reason };
    if (token?.kind === 'unavailable') {
      return {
        kind: 'unavailable',
        reason: `no access token could be had: ${token.reason}`,
        retryAfter_ms: null,
      };
    }
    const reply = await send(
      {
        url: `${options.baseUrl}/states/all?${query(options.box).toString()}`,
        headers: { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': options.userAgent },
        ...(token !== null && { authorization: `Bearer ${token.token}` }),
        ...limits,
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

function toResult(reply: Reply, isLoggedIn: boolean, now_ms: number): StatesResult {
  if (reply.kind === 'failure') return { kind: 'unavailable', reason: reply.reason, retryAfter_ms: null };
  const { status, headers, body } = reply;
  const retryAfter_ms = retryAfterMs(headers, now_ms);
  switch (status) {
    case 200:
      return readAnswer(headers, body);
    case 401:
      return {
        kind: 'unauthorized',
        reason: isLoggedIn ? 'it refuses a fresh access token (401)' : 'it asks for an account (401)',
      };
    case 403:
      return {
        kind: 'unauthorized',
        reason: `it denies access to this ${isLoggedIn ? 'account' : 'address'} (403); it blocks many cloud providers`,
      };
    case 429:
      return { kind: 'rate-limited', retryAfter_ms };
    default:
      return {
        kind: 'unavailable',
        reason: `it answered ${status}${isPage(headers, body) ? ' and a web page' : ''}`,
        retryAfter_ms,
      };
  }
}

function readAnswer(headers: Headers, body: string): StatesResult {
  const unusable = (reason: string): StatesResult => ({ kind: 'unavailable', reason, retryAfter_ms: null });
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    if (isPage(headers, body))
      return unusable('it sent a web page instead of data; is a proxy or a log-in page between?');
    return unusable(`its answer of ${body.length} characters is cut off or no JSON`);
  }
  const answer = toAnswer(json, 'opensky');
  if (answer === null) return unusable('its answer holds no time and state vectors');
  return { kind: 'answer', answer, remaining: wholeNumber(headers.get('x-rate-limit-remaining')) };
}

function isPage(headers: Headers, body: string): boolean {
  return (headers.get('content-type') ?? '').includes('html') || body.trimStart().startsWith('<');
}

/** OpenSky's own header, else the standard one (seconds or a date, RFC 9110 section 10.2.3). */
function retryAfterMs(headers: Headers, now_ms: number): number | null {
  const standard = headers.get('retry-after');
  const seconds = wholeNumber(headers.get('x-rate-limit-retry-after-seconds')) ?? wholeNumber(standard);
  if (seconds !== null) return seconds * 1000;
  const date = Date.parse(standard ?? '');
  return Number.isNaN(date) ? null : Math.max(0, date - now_ms);
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
