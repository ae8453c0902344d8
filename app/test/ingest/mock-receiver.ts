import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Fault, fail } from './mock-opensky.ts';

/** What stands at a path: a text, or what makes one for each request. */
export type Page = string | ((url: URL) => string);

export interface SeenRequest {
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** By the clock of the mock. */
  readonly atMs: number;
  readonly status: number;
}

/** A receiver's web server, or a service: pages by path, an ETag where wanted, gzip, and faults on demand. */
export class MockReceiver implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** Taken in order. */
  readonly faults: Fault[] = [];
  /** What is served, by path; a path that ends in `*` stands for all that begin so. */
  readonly pages: Map<string, Page>;
  /** Whether answers say when they were sent, by the clock of the mock. */
  hasDates = false;
  /** Paths that are answered with 502. */
  isDown: (path: string) => boolean = () => false;
  /** Whether answers can be recognised, and are not sent twice. */
  hasEtags = false;
  readonly #clock: () => number;
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', this.origin);
    const seen = (status: number): void => {
      this.requests.push({ url, headers: request.headers, atMs: this.#clock(), status });
    };
    // Not Node's own, which is that of this machine.
    response.sendDate = false;
    if (this.hasDates) response.setHeader('date', new Date(this.#clock()).toUTCString());
    const page = this.#page(url.pathname);
    const body = typeof page === 'function' ? page(url) : page;
    const fault = this.isDown(url.pathname)
      ? ({ kind: 'status', status: 502 } as const)
      : this.faults.shift();
    if (fault !== undefined) {
      seen(0);
      return fail(response, fault, body ?? '');
    }
    if (body === undefined) {
      seen(404);
      return void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>404</html>');
    }
    const etag = `"${body.length}-${body.slice(0, 60).replaceAll(/[^\w.]/g, '')}"`;
    const tag = this.hasEtags ? { etag } : {};
    if (this.hasEtags && request.headers['if-none-match'] === etag) {
      seen(304);
      return void response.writeHead(304, tag).end();
    }
    seen(200);
    response.writeHead(200, { ...tag, 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(body));
  });

  private constructor(pages: Readonly<Record<string, Page>>, clock: () => number) {
    this.pages = new Map(Object.entries(pages));
    this.#clock = clock;
  }

  static async start(
    pages: Readonly<Record<string, Page>>,
    clock: () => number = () => Date.now(),
  ): Promise<MockReceiver> {
    const mock = new MockReceiver(pages, clock);
    await new Promise<void>((resolve) => mock.#server.listen(0, '127.0.0.1', resolve));
    return mock;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #page(path: string): Page | undefined {
    const wide = [...this.pages].find(([name]) => name.endsWith('*') && path.startsWith(name.slice(0, -1)));
    return this.pages.get(path) ?? wide?.[1];
  }
}
