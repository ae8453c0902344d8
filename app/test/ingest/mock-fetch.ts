import type { OpenSkyMock } from '../../src/ingest/mock/opensky.ts';
import { OPENSKY_FAULTS, type OpenSkyFault } from '../../src/ingest/mock/opensky-faults.ts';
import { isFree, spoilt } from '../../src/ingest/mock/reply.ts';
import type { FakeWorld } from './fake-world.ts';

/** Where `fetchOf` answers. */
export const MOCK_URLS = { baseUrl: 'http://opensky.test/api', tokenUrl: 'http://opensky.test/token' };

/** How the way to the mock is. */
export interface WayOptions {
  /** Which fault the request for states has, in their order. */
  readonly faultOf?: () => OpenSkyFault | null;
  /** What the server's clock says; default: what ours says. */
  readonly serverClock?: () => number;
  /** Told the body of each answer for states with status 200, as it arrives. */
  readonly onStates?: (body: string) => void;
}

const LATENCY_MS = 400;

/** `fetch` that asks a mock in this process, so that a day takes a second. Each answer takes 0.4 s of the fake world. */
export function fetchOf(
  mock: OpenSkyMock,
  world: Pick<FakeWorld, 'clock' | 'advance'>,
  { faultOf = () => null, serverClock = world.clock, onStates }: WayOptions = {},
): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    const token = new Headers(init?.headers).get('authorization')?.replace(/^Bearer /, '') ?? null;
    const form = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams();
    const isStates = url.pathname.endsWith('/states/all');
    const name = isStates ? faultOf() : null;
    const fault = name === null ? null : OPENSKY_FAULTS[name][1];
    world.advance(LATENCY_MS / 2);
    const request = {
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      token,
      form,
    };
    const reply = mock.answer({ ...request, isFree: fault !== null && isFree(fault) });
    if (fault?.kind === 'late') world.advance(fault.ms);
    if (fault?.kind === 'stall') {
      world.advance(45_000);
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    }
    const date = new Date(serverClock()).toUTCString();
    world.advance(LATENCY_MS / 2);
    const { status, headers, body } =
      fault === null || reply.status !== 200 ? reply : (spoilt(fault, reply) ?? reply);
    if (isStates && status === 200) onStates?.(body);
    return new Response(body, { status, headers: { date, ...headers } });
  };
}
