import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { OpenSkyMock } from '../../src/ingest/mock/opensky.ts';

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

/** `OpenSkyMock` as a server on a port of its own, with gzip, and faults on demand. Time is that of `clock`. */
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
    void this.#serve(request, response);
  });
  readonly #mock: OpenSkyMock;

  private constructor(options: MockOptions) {
    this.#options = options;
    const { dailyCredits = { anonymous: 400, account: 4000 }, rows = [ROW] } = options;
    const daily = (credits: number) => ({ credits, periodMs: 86_400_000 });
    this.#mock = new OpenSkyMock({
      ...options,
      rows: () => rows,
      client: { id: CLIENT_ID, secret: CLIENT_SECRET },
      buckets: { anonymous: daily(dailyCredits.anonymous), account: daily(dailyCredits.account) },
    });
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
    return this.#mock.tokensGiven;
  }

  /** Makes every token that was given invalid. */
  revokeTokens(): void {
    this.#mock.revokeTokens();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.origin);
    this.requests.push({ path: pathname, query: searchParams, headers: request.headers });
    const isToken = pathname === '/token';
    const fault = (isToken ? this.tokenFaults : pathname.endsWith('/states/all') ? this.faults : []).shift();
    let form = '';
    for await (const chunk of request) form += String(chunk);
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? null;
    // A broken answer costs nothing here, but a token has to be right for it.
    if (fault !== undefined && isToken) return fail(response, fault, '{"access_token":"');
    const asked = { method: request.method ?? '', path: pathname, query: searchParams, token };
    const reply =
      fault === undefined
        ? this.#mock.answer({ ...asked, form: new URLSearchParams(form) })
        : this.#mock.answer({ ...asked, form: new URLSearchParams(), isFree: true });
    if (fault !== undefined && reply.status === 200) return fail(response, fault, reply.body);
    const isPacked =
      reply.status === 200 && !isToken && (request.headers['accept-encoding'] ?? '').includes('gzip');
    if (!isPacked) return end(response, reply.status, reply.headers, reply.body);
    end(response, 200, { ...reply.headers, 'content-encoding': 'gzip' }, gzipSync(reply.body));
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, headers).end(body);
}

/** Answers with a fault; `body` is the answer that would have been right. */
export function fail(response: ServerResponse, fault: Fault, body: string): void {
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
