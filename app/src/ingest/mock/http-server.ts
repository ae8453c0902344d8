import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Fault, fail, isFree, type MockReply, type MockRequest } from './reply.ts';

/** A request that was answered. */
export interface Answered {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** By the clock of the mock. */
  readonly atMs: number;
  /** 0: a fault. */
  readonly status: number;
  readonly fault: Fault | null;
}

/** How a mock is served. */
export interface MockHttpOptions {
  readonly clock: () => number;
  /** What is answered. */
  readonly answer: (request: MockRequest) => MockReply;
  /** Which fault a request has; asked once for each. */
  readonly faultOf?: (path: string) => Fault | null;
  readonly onAnswered?: (answered: Answered) => void;
  /** Whether answers say when they were sent, by the clock of the mock. */
  readonly hasDates?: () => boolean;
  /** Whether answers can be recognised, and are not sent twice. */
  readonly hasEtags?: () => boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** Boxes and circles that are asked for in turn. */
const MOST_PATHS = 100;
/** A form is a line; nothing else has a body. */
const MOST_OF_A_FORM = 65_536;

/** A server that answers as a mock says, with gzip, ETags where wanted, and faults on demand. */
export class MockHttpServer implements AsyncDisposable {
  readonly #options: MockHttpOptions;
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(error.message);
    });
  });
  /** The last answer without a fault, by path. */
  readonly #before = new Map<string, MockReply>();

  private constructor(options: MockHttpOptions) {
    this.#options = options;
  }

  /** Rejects with the system's error where it cannot listen. */
  static async start(options: MockHttpOptions): Promise<MockHttpServer> {
    const mock = new MockHttpServer(options);
    mock.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(mock.#server, 'listening');
    return mock;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    const { host = '127.0.0.1' } = this.#options;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, answer, faultOf, onAnswered, hasDates, hasEtags } = this.#options;
    const url = new URL(request.url ?? '/', 'http://mock');
    // Node's own would be that of this machine.
    response.sendDate = false;
    if (hasDates?.() === true) response.setHeader('date', new Date(clock()).toUTCString());
    const { headers } = request;
    const fault = faultOf?.(url.pathname) ?? null;
    const right = answer({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers,
      token: headers.authorization?.replace(/^Bearer /, '') ?? null,
      form: new URLSearchParams(await formOf(request)),
      isFree: fault !== null && isFree(fault),
    });
    // Who is not let in sees no fault either.
    const isSpoilt = fault !== null && right.status !== 401;
    const etag = hasEtags?.() === true ? etagOf(right.body) : null;
    const isKnown = !isSpoilt && etag !== null && headers['if-none-match'] === etag;
    const status = isSpoilt ? 0 : isKnown ? 304 : right.status;
    onAnswered?.({ url, headers, atMs: clock(), status, fault: isSpoilt ? fault : null });
    const before = this.#before.get(url.pathname);
    if (right.status === 200 && (!isSpoilt || before === undefined)) this.#keep(url.pathname, right);
    if (isSpoilt) return fail(response, fault, right, before);
    if (etag !== null) response.setHeader('etag', etag);
    if (isKnown) return void response.writeHead(304).end();
    const isPacked = status === 200 && (headers['accept-encoding'] ?? '').includes('gzip');
    if (!isPacked) return void response.writeHead(status, right.headers).end(right.body);
    response.writeHead(200, { ...right.headers, 'content-encoding': 'gzip' }).end(gzipSync(right.body));
  }

  #keep(path: string, right: MockReply): void {
    if (this.#before.size < MOST_PATHS || this.#before.has(path)) this.#before.set(path, right);
  }
}

async function formOf(request: IncomingMessage): Promise<string> {
  let form = '';
  for await (const chunk of request) if (form.length < MOST_OF_A_FORM) form += String(chunk);
  return form;
}

const etagOf = (body: string): string => `"${createHash('sha1').update(body).digest('base64url')}"`;
