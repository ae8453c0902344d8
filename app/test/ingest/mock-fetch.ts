import type { OpenSkyMock } from '../../src/ingest/mock/opensky.ts';
import { type OpenSkyFault, isRefusal, withFault } from '../../src/ingest/mock/opensky-faults.ts';
import type { FakeWorld } from './fake-world.ts';

/** Where `fetchOf` answers. */
export const MOCK_URLS = { baseUrl: 'http://opensky.test/api', tokenUrl: 'http://opensky.test/token' };

/**
 * `fetch` that asks a mock in this process, so that a day takes a second. Each answer takes `latencyMs` of the fake world.
 * @param faultOf which fault the request for states has, in their order
 */
export function fetchOf(
  mock: OpenSkyMock,
  world: FakeWorld,
  faultOf: () => OpenSkyFault | null = () => null,
  latencyMs = 400,
): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    const token = new Headers(init?.headers).get('authorization')?.replace(/^Bearer /, '') ?? null;
    const form = init?.body instanceof URLSearchParams ? init.body : new URLSearchParams();
    const isStates = url.pathname.endsWith('/states/all');
    const fault = isStates ? faultOf() : null;
    world.advance(latencyMs / 2);
    const request = {
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      token,
      form,
    };
    const reply = mock.answer({ ...request, isFree: fault !== null && isRefusal(fault) });
    if (fault === 'slow') {
      world.advance(45_000);
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    }
    const date = new Date(world.clock()).toUTCString();
    world.advance(latencyMs / 2);
    const { status, headers, body } =
      fault === null || reply.status !== 200 ? reply : withFault(reply, fault);
    return new Response(body, { status, headers: { ...headers, date } });
  };
}
