import type { LiveComponents } from '../components.ts';
import { readText } from '../input/capped.ts';
import { send } from '../input/request.ts';

/** OAuth2 client credentials of an OpenSky account. */
export interface Credentials {
  readonly clientId: string;
  /** Reveals itself only to the code that sends it, so that it never lands in a log. */
  readonly clientSecret: { reveal(): string };
}

/** A token, or why there is none: refused credentials need a person, anything else may succeed later. */
export type TokenResult =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A token is renewed this long before its end. Source: OpenSky's Python client. */
export const RENEW_BEFORE_MS = 30_000;

/** An answer with a token has 2 kB; of a longer one the beginning is looked at, and is no JSON. */
const MOST_OF_AN_ANSWER = 65_536;
/** Longer than any token lasts. */
const LONGEST_SECONDS = 86_400;

/** Time limits of one request, as {@link send} takes them. */
export interface Limits {
  readonly headersMs: number;
  readonly bodyMs: number;
}

/**
 * Keeps an access token of OpenSky's Keycloak: asks for one when there is none or its end is 30 s away. The client
 * credentials flow has no refresh token; a new one is asked for with the credentials.
 * Source: OpenSky REST API, "Authentication"; RFC 6749 sections 4.4 and 5.
 */
export class TokenKeeper {
  readonly #credentials: Credentials;
  readonly #url: string;
  readonly #userAgent: string;
  readonly #components: Pick<LiveComponents, 'monotonic' | 'fetch' | 'timeout'>;
  /** `renewAtMs` is by the monotonic clock, because the life of a token is given in seconds. */
  #token: { readonly text: string; readonly renewAtMs: number } | null = null;
  /** Tokens that were given, and those that were refused before their end. */
  readonly counts = { tokens: 0, tokens_refused: 0 };

  constructor(
    credentials: Credentials,
    options: { readonly url: string; readonly userAgent: string },
    components: Pick<LiveComponents, 'monotonic' | 'fetch' | 'timeout'>,
  ) {
    this.#credentials = credentials;
    this.#url = options.url;
    this.#userAgent = options.userAgent;
    this.#components = components;
  }

  /** The token in use, or a new one. */
  async token(limits: Limits, signal?: AbortSignal): Promise<TokenResult> {
    const { monotonic } = this.#components;
    if (this.#token !== null && monotonic() < this.#token.renewAtMs) {
      return { kind: 'token', token: this.#token.text };
    }
    this.#token = null;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: this.#credentials.clientId,
      client_secret: this.#credentials.clientSecret.reveal(),
    });
    const headers = { accept: 'application/json', 'user-agent': this.#userAgent };
    const askedMs = monotonic();
    const read = (bytes: AsyncIterable<Uint8Array>): Promise<string> => readText(bytes, MOST_OF_AN_ANSWER);
    const reply = await send({ url: this.#url, headers, form, ...limits, read }, this.#components, signal);
    if (reply.kind === 'failure') return { kind: 'unavailable', reason: reply.reason };
    if (reply.status === 400 || reply.status === 401) return refusalOrTrouble(reply.status, reply.body);
    const { access_token, expires_in } = parse(reply.body);
    // A header can hold it, so nothing that would show it in a message of its own.
    if (reply.status !== 200 || typeof access_token !== 'string' || !/^[\x21-\x7e]+$/.test(access_token)) {
      return { kind: 'unavailable', reason: `it answered ${reply.status} without a token` };
    }
    const seconds =
      typeof expires_in === 'number' && expires_in > 0 ? Math.min(expires_in, LONGEST_SECONDS) : 0;
    this.#token = { text: access_token, renewAtMs: askedMs + seconds * 1000 - RENEW_BEFORE_MS };
    this.counts.tokens += 1;
    return { kind: 'token', token: access_token };
  }

  /** Forgets the token in use, because it was refused. */
  forget(): void {
    this.counts.tokens_refused += 1;
    this.#token = null;
  }
}

/** Only the errors of RFC 6749 about the client mean that the credentials are wrong; a proxy says 401 too. */
function refusalOrTrouble(status: number, body: string): TokenResult {
  const { error } = parse(body);
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return { kind: 'refused', reason: `${status} ${error}` };
  }
  return { kind: 'unavailable', reason: `it answered ${status}` };
}

function parse(body: string): Readonly<Record<'access_token' | 'expires_in' | 'error', unknown>> {
  const none = { access_token: null, expires_in: null, error: null };
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? { ...none, ...json } : none;
  } catch {
    return none; // A web page: the caller names the status.
  }
}
