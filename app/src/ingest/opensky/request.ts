import type { LiveComponents } from '../components.ts';

/** What came of one HTTP request: an answer of any status, or why there is none. Never thrown. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'failure'; readonly reason: string; readonly cause: unknown };

/** One request; redirects are followed by {@link send}. */
export interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent only to the host of `url` and hosts below it, never in the clear when `url` is encrypted. */
  readonly authorization?: string;
  /** Makes it a POST of a form. */
  readonly form?: URLSearchParams;
  /** How long the answer may take to begin, and to be whole, ms. */
  readonly headersMs: number;
  readonly bodyMs: number;
}

const MOST_REDIRECTS = 5;

/**
 * Sends a request and reads the answer as text. Follows up to 5 redirects of a GET by itself, because `fetch` drops the
 * Authorization header on the way from opensky-network.org to api.opensky-network.org (seen in 2024).
 *
 * When `signal` fires it answers a failure; the caller knows its own signal.
 */
export async function send(
  request: Request,
  { fetch, timeout }: Pick<LiveComponents, 'fetch' | 'timeout'>,
  signal?: AbortSignal,
): Promise<Reply> {
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
    if (typeof response === 'string') return { kind: 'failure', reason: response, cause: null };
    isBegun = true;
    const body = await response.text();
    return { kind: 'answer', status: response.status, headers: response.headers, body };
  } catch (cause) {
    return { kind: 'failure', reason: explain(cause, isBegun, request), cause };
  } finally {
    for (const release of releases) release();
  }
}

async function follow(
  request: Request,
  fetch: LiveComponents['fetch'],
  signal: AbortSignal,
): Promise<Response | string> {
  const { authorization, form } = request;
  const first = new URL(request.url);
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const isTrusted = authorization !== undefined && mayHaveCredentials(first, url);
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...request.headers, ...(isTrusted && { authorization }) },
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
    if (!URL.canParse(location, url.href)) return 'it redirected to an address that is none';
    url = new URL(location, url);
  }
}

function mayHaveCredentials(first: URL, url: URL): boolean {
  const isSameHouse = url.hostname === first.hostname || url.hostname.endsWith(`.${first.hostname}`);
  return isSameHouse && (first.protocol !== 'https:' || url.protocol === 'https:');
}

function explain(error: unknown, isBegun: boolean, { headersMs, bodyMs }: Request): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const seconds = (isBegun ? bodyMs : headersMs) / 1000;
    return isBegun ? `its answer was not whole after ${seconds} s` : `it did not answer within ${seconds} s`;
  }
  // fetch says "fetch failed" and hides what happened in the cause.
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name could not be looked up, so there may be no network';
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return 'no connection came about in time; OpenSky blocks many cloud providers';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection broke off';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
