import { messageOf } from '../../errors.ts';
import type { AnswerHeaders, AskAnswer, LiveComponents } from '../components.ts';
import { networkReason } from './network-reason.ts';
import { shown } from './shown.ts';
import { UnusableInputError } from './unusable-input.ts';

/** The result of one HTTP request: an answer of any status, or why there is none. Never thrown. */
export type Reply<T> =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: AnswerHeaders; readonly body: T }
  | {
      readonly kind: 'failure';
      readonly what: FailureKind;
      readonly reason: string;
      readonly cause: unknown;
    };

/** Why there is no answer, for counters: the network, a time limit, an unusable answer, a redirect elsewhere. */
export type FailureKind = 'connection' | 'timeout' | 'unreadable' | 'redirect';

/** One request; redirects are followed by {@link send}. */
export interface Request<T> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Goes where `url` goes, and along redirects within its house (see {@link send}). */
  readonly authorization?: string;
  /** Makes it a POST of a form. */
  readonly form?: URLSearchParams;
  /** How long the answer may take to begin, and to be whole, ms. */
  readonly headersMs: number;
  readonly bodyMs: number;
  /**
   * Makes something of the body, which comes unpacked; within bounds (see `capped.ts`), since an answer may have no end.
   * What it leaves unread is let go.
   */
  readonly read: (
    bytes: AsyncIterable<Uint8Array>,
    head: { readonly status: number; readonly headers: AnswerHeaders },
  ) => Promise<T>;
}

const MOST_REDIRECTS = 5;

/**
 * Sends a request and reads the answer. Follows up to 5 redirects of a GET by itself, because `fetch` drops the
 * Authorization header on the way from opensky-network.org to api.opensky-network.org (seen in 2024).
 *
 * Redirects stay in the house: the same host or one below it, the same port, never from encrypted to clear. Any other is
 * refused, so neither a token nor the question leaves the host that was asked; a form, which may hold a password, is not
 * carried on at all.
 *
 * Nothing that an answer may be is thrown: without end, slow, torn, packed too well, not what it says; all of it is a
 * failure with its reason. When `signal` fires it answers a failure too; the caller knows its own signal.
 */
export async function send<T>(
  request: Request<T>,
  { fetch, timeout }: Pick<LiveComponents, 'fetch' | 'timeout'>,
  signal?: AbortSignal,
): Promise<Reply<T>> {
  const controller = new AbortController();
  let isBegun = false;
  const stopWith = (source: AbortSignal, isInTime: () => boolean) => {
    const stop = () => {
      if (!isInTime()) controller.abort(source.reason);
    };
    if (source.aborted) stop();
    source.addEventListener('abort', stop, { once: true });
    return () => source.removeEventListener('abort', stop);
  };
  const releases = [
    stopWith(timeout(request.headersMs), () => isBegun),
    stopWith(timeout(request.bodyMs), () => false),
    ...(signal === undefined ? [] : [stopWith(signal, () => false)]),
  ];
  try {
    const response = await follow(request, fetch, controller.signal);
    if (typeof response === 'string')
      return { kind: 'failure', what: 'redirect', reason: response, cause: null };
    isBegun = true;
    const { status, headers } = response;
    const packings = (headers.get('content-encoding') ?? '').split(',');
    if (packings.length > 1) {
      const reason = 'its answer is packed several times';
      return { kind: 'failure', what: 'unreadable', reason, cause: null };
    }
    const body = await request.read(bytesOf(response), { status, headers });
    return { kind: 'answer', status, headers, body };
  } catch (cause) {
    return { kind: 'failure', what: kindOfFailure(cause), reason: explain(cause, isBegun, request), cause };
  } finally {
    for (const release of releases) release();
    // Whatever was not read is not waited for.
    controller.abort();
  }
}

async function* bytesOf(response: AskAnswer): AsyncGenerator<Uint8Array> {
  if (response.body !== null) yield* response.body;
}

async function follow(
  request: Request<unknown>,
  fetch: LiveComponents['fetch'],
  signal: AbortSignal,
): Promise<AskAnswer | string> {
  const { authorization, form } = request;
  const first = new URL(request.url);
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
      ...(form !== undefined && { body: form }),
      redirect: 'manual',
      signal,
    });
    const location = response.headers.get('location');
    const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
    // A form holds credentials: it is not carried to another place.
    if (!isRedirect || form !== undefined) return response;
    await response.body?.cancel();
    if (redirects === MOST_REDIRECTS) return `it redirected more than ${MOST_REDIRECTS} times`;
    if (!URL.canParse(location, url.href)) return 'it redirected to an address that is not valid';
    const next = new URL(location, url);
    if (!isSameHouse(first, next)) {
      return `it redirected to another place, ${shown(next.origin)}, which is not followed`;
    }
    url = next;
  }
}

function isSameHouse(first: URL, next: URL): boolean {
  const isHost = next.hostname === first.hostname || next.hostname.endsWith(`.${first.hostname}`);
  const isProtocol =
    next.protocol === first.protocol || (first.protocol === 'http:' && next.protocol === 'https:');
  return isHost && isProtocol && next.port === first.port;
}

function kindOfFailure(error: unknown): FailureKind {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  const isUnreadable = error instanceof UnusableInputError || /^(Z_|.*HEADER)/.test(String(codeOf(error)));
  return isUnreadable ? 'unreadable' : 'connection';
}

/** fetch says "fetch failed" and hides what happened in the cause, or in that one's. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;

function codeOf(error: unknown): unknown {
  const cause = causeOf(error);
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}

function explain(error: unknown, isBegun: boolean, request: Request<unknown>): string {
  const { headersMs, bodyMs, url } = request;
  if (error instanceof Error && error.name === 'TimeoutError') {
    const seconds = (isBegun ? bodyMs : headersMs) / 1000;
    return isBegun ? `its answer was not whole after ${seconds} s` : `it did not answer within ${seconds} s`;
  }
  if (error instanceof UnusableInputError) return `its answer is of no use: ${error.reason}`;
  const cause = causeOf(error);
  switch (codeOf(error)) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `no connection came about in time${url.includes('opensky-network.org') ? '; OpenSky blocks many cloud providers' : ''}`;
    case 'UND_ERR_SOCKET':
      return 'the connection broke off';
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'HPE_HEADER_OVERFLOW':
      return 'its headers are larger than 16 KiB';
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return 'its answer is packed wrongly or cut off';
    default:
      return networkReason(codeOf(error)) ?? proxyReason(cause) ?? shown(messageOf(cause));
  }
}

/** The answer of a proxy that did not open the connection; null without a proxy. undici has no code for it. */
function proxyReason(cause: unknown): string | null {
  const status = cause instanceof Error && /^Proxy response \((\d+)\)/.exec(cause.message)?.[1];
  if (typeof status !== 'string') return null;
  return status === '407'
    ? 'the proxy needs a login (407): give user and password as http://user:password@host:port'
    : `the proxy answered ${status}`;
}
