import { type Answered, MockHttpServer } from '../../src/ingest/mock/http-server.ts';
import { type Fault, JSON_TYPE, type MockReply, reply } from '../../src/ingest/mock/reply.ts';

/** What stands at a path: a text, or what makes one for each request. */
export type Page = string | ((url: URL) => string);

/** A receiver's web server, or a service, whose pages a test writes. */
export class MockReceiver implements AsyncDisposable {
  readonly requests: Answered[] = [];
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
  #server: MockHttpServer | null = null;

  private constructor(pages: Readonly<Record<string, Page>>) {
    this.pages = new Map(Object.entries(pages));
  }

  static async start(
    pages: Readonly<Record<string, Page>>,
    clock: () => number = () => Date.now(),
  ): Promise<MockReceiver> {
    const mock = new MockReceiver(pages);
    mock.#server = await MockHttpServer.start({
      clock,
      answer: ({ path, query }) => mock.#answer(path, query),
      faultOf: (path) =>
        mock.isDown(path) ? { kind: 'status', status: 502 } : (mock.faults.shift() ?? null),
      hasDates: () => mock.hasDates,
      hasEtags: () => mock.hasEtags,
      onAnswered: (answered) => mock.requests.push(answered),
    });
    return mock;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  #answer(path: string, query: URLSearchParams): MockReply {
    const page = this.#page(path);
    if (page === undefined) return reply(404, '<html>404</html>', { 'content-type': 'text/html' });
    return reply(
      200,
      typeof page === 'string' ? page : page(new URL(`${this.origin}${path}?${query.toString()}`)),
      JSON_TYPE,
    );
  }

  #page(path: string): Page | undefined {
    const wide = [...this.pages].find(([name]) => name.endsWith('*') && path.startsWith(name.slice(0, -1)));
    return this.pages.get(path) ?? wide?.[1];
  }
}
