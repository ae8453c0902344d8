import type { IncomingMessage } from 'node:http';
import { MockHttpServer } from '../../src/ingest/mock/http-server.ts';
import { OpenSkyMock } from '../../src/ingest/mock/opensky.ts';
import type { Fault } from '../../src/ingest/mock/reply.ts';

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

/** OpenSky's mock on a port of its own, with faults on demand. Time is that of `clock`. */
export class MockOpenSky implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  /** Taken in order by requests for states. */
  readonly faults: Fault[] = [];
  /** Taken in order by requests for tokens. */
  readonly tokenFaults: Fault[] = [];
  readonly #mock: OpenSkyMock;
  #server: MockHttpServer | null = null;

  private constructor(options: MockOptions) {
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
    mock.#server = await MockHttpServer.start({
      clock: options.clock,
      answer: (request) => mock.#mock.answer(request),
      faultOf: (path) => {
        const queue = path === '/token' ? mock.tokenFaults : path.endsWith('/states/all') ? mock.faults : [];
        return queue.shift() ?? null;
      },
      hasDates: () => options.sendsDate !== false,
      onAnswered: ({ url, headers }) =>
        mock.requests.push({ path: url.pathname, query: url.searchParams, headers }),
    });
    return mock;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
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
    await this.#server?.[Symbol.asyncDispose]();
  }
}
