import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One thing that goes wrong, once. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** 200 with this text as body. */
  | { readonly kind: 'body'; readonly body: string; readonly type?: string }
  /** The real answer, cut off in the middle but declared whole. */
  | { readonly kind: 'truncated' }
  /** The connection breaks before an answer. */
  | { readonly kind: 'reset' }
  /** No answer ever; `reached` is called when the request is there. */
  | { readonly kind: 'hang'; reached(): void }
  /** Headers and half a body, then nothing; `reached` is called when they are sent. */
  | { readonly kind: 'stall'; reached(): void }
  /** Anything else; `body` is the real answer. */
  | { readonly kind: 'answer'; answer(response: ServerResponse, body: string): void };

export interface MockOptions {
  readonly clock: () => number;
  /** Epoch seconds by which the mock's `time` is behind its clock. */
  readonly behindSeconds?: number;
  readonly rows?: readonly (readonly unknown[])[] | null;
  readonly expiresIn?: number;
  readonly dailyCredits?: { readonly anonymous: number; readonly account: number };
  /** False leaves the X-Rate-Limit headers out. */
  readonly sendsRemaining?: boolean;
  /** False leaves the Date header out. */
  readonly sendsDate?: boolean;
}

export interface SeenRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

export const CLIENT_ID = 'someone-api-client';
export const CLIENT_SECRET = 'not-a-real-secret';

/** A row of 18 fields. */
export const ROW: readonly unknown[] = [
  'ab1644',
  'UAL421  ',
  'United States',
  1683488743,
  1683488743,
  -71.1656,
  42.5372,
  2217.42,
  false,
  137.8,
  342.17,
  13,
  null,
  2194.56,
  null,
  false,
  0,
  4,
];

/**
 * OpenSky as its documentation and recordings show it: a token endpoint, `/api/states/all` with boxes, `extended`, the
 * 5 and 10 s grid, gzip, credits per identity with their headers, and faults on demand. Time is that of `clock`.
 */
export class MockOpenSky implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** Taken in order by requests for states. */
  readonly faults: Fault[] = [];
  /** Taken in order by requests for tokens. */
  readonly tokenFaults: Fault[] = [];
  readonly #options: MockOptions;
  readonly #server = createServer((request, response) => {
    // Not Node's own, which is that of this machine.
    response.sendDate = false;
    if (this.#options.sendsDate !== false)
      response.setHeader('date', new Date(this.#options.clock()).toUTCString());
    this.#serve(request, response);
  });
  readonly #tokens = new Map<string, number>();
  readonly #spent = new Map<string, number>();

  private constructor(options: MockOptions) {
    this.#options = options;
  }

  static async start(options: MockOptions): Promise<MockOpenSky> {
    const mock = new MockOpenSky(options);
    await new Promise<void>((resolve) => mock.#server.listen(0, '127.0.0.1', resolve));
    return mock;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get urls(): { readonly baseUrl: string; readonly tokenUrl: string } {
    return { baseUrl: `${this.origin}/api`, tokenUrl: `${this.origin}/token` };
  }

  /** Requests for states. */
  get asked(): readonly SeenRequest[] {
    return this.requests.filter(({ path }) => path.endsWith('/states/all'));
  }

  get tokensGiven(): number {
    return this.#tokens.size;
  }

  /** Makes every token that was given invalid. */
  revokeTokens(): void {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.origin);
    this.requests.push({ path: pathname, query: searchParams, headers: request.headers });
    const fault = (pathname === '/token' ? this.tokenFaults : this.faults).shift();
    if (pathname === '/token') void this.#token(request, response, fault);
    else if (pathname.endsWith('/states/all')) this.#states(request, searchParams, response, fault);
    else end(response, 404, {}, '');
  }

  async #token(request: IncomingMessage, response: ServerResponse, fault?: Fault): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (fault !== undefined) return fail(response, fault, '{"access_token":"');
    const form = new URLSearchParams(body);
    const isKnown = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
    if (request.method !== 'POST' || form.get('grant_type') !== 'client_credentials' || !isKnown) {
      return end(
        response,
        401,
        JSON_TYPE,
        '{"error":"invalid_client","error_description":"Invalid client credentials"}',
      );
    }
    const { expiresIn = 1800, clock } = this.#options;
    const access_token = `token-${this.#tokens.size + 1}`;
    this.#tokens.set(access_token, clock() + expiresIn * 1000);
    end(
      response,
      200,
      JSON_TYPE,
      JSON.stringify({ access_token, expires_in: expiresIn, token_type: 'Bearer' }),
    );
  }

  #states(request: IncomingMessage, query: URLSearchParams, response: ServerResponse, fault?: Fault): void {
    const { clock, dailyCredits = { anonymous: 400, account: 4000 }, sendsRemaining = true } = this.#options;
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    if (token !== undefined && (this.#tokens.get(token) ?? 0) <= clock()) return end(response, 401, {}, '');
    const body = this.#answer(query, token === undefined ? 10 : 5);
    if (fault !== undefined) return fail(response, fault, body);
    const identity = `${token === undefined ? 'anonymous' : 'account'} ${new Date(clock()).toISOString().slice(0, 10)}`;
    const daily = token === undefined ? dailyCredits.anonymous : dailyCredits.account;
    const spent = (this.#spent.get(identity) ?? 0) + costOf(query);
    if (spent > daily) {
      const seconds = Math.ceil((86_400_000 - (clock() % 86_400_000)) / 1000);
      return end(response, 429, { 'X-Rate-Limit-Retry-After-Seconds': String(seconds) }, 'Too many requests');
    }
    this.#spent.set(identity, spent);
    const headers = {
      ...JSON_TYPE,
      ...(sendsRemaining && { 'X-Rate-Limit-Remaining': String(daily - spent) }),
    };
    if (!(request.headers['accept-encoding'] ?? '').includes('gzip'))
      return end(response, 200, headers, body);
    end(response, 200, { ...headers, 'content-encoding': 'gzip' }, gzipSync(body));
  }

  #answer(query: URLSearchParams, grid: number): string {
    const { clock, behindSeconds = 0, rows = [ROW] } = this.#options;
    const now = Math.floor(clock() / 1000) - behindSeconds;
    const [lamin, lomin, lamax, lomax] = ['lamin', 'lomin', 'lamax', 'lomax'].map((name) =>
      Number(query.get(name)),
    );
    const isInside = (row: readonly unknown[]) =>
      !query.has('lamin') ||
      (Number(row[6]) >= (lamin ?? 0) &&
        Number(row[6]) <= (lamax ?? 0) &&
        Number(row[5]) >= (lomin ?? 0) &&
        Number(row[5]) <= (lomax ?? 0));
    const states = rows?.filter((row) => !Array.isArray(row) || isInside(row));
    const cut = query.get('extended') === '1' ? states : states?.map((row) => row.slice(0, 17));
    return JSON.stringify({ time: now - (now % grid), states: cut ?? null });
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

function costOf(query: URLSearchParams): number {
  if (!query.has('lamin')) return 4;
  const side = (least: string, most: string) => Number(query.get(most)) - Number(query.get(least));
  const area = side('lamin', 'lamax') * side('lomin', 'lomax');
  return area <= 25 ? 1 : area <= 100 ? 2 : area <= 400 ? 3 : 4;
}

function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, headers).end(body);
}

function fail(response: ServerResponse, fault: Fault, body: string): void {
  switch (fault.kind) {
    case 'status':
      return end(response, fault.status, fault.headers ?? {}, fault.body ?? '');
    case 'body':
      return end(response, 200, { 'content-type': fault.type ?? 'application/json' }, fault.body);
    case 'truncated':
      return end(response, 200, JSON_TYPE, body.slice(0, body.length / 2));
    case 'reset':
      response.destroy();
      return;
    case 'hang':
      fault.reached();
      return;
    case 'stall':
      response.writeHead(200, JSON_TYPE);
      response.write(body.slice(0, body.length / 2), () => fault.reached());
      return;
    case 'answer':
      fault.answer(response, body);
  }
}
