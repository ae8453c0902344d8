import { expect } from 'vitest';
import type { LiveComponents } from '../../../src/ingest/components.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import { type OpenSkyOptions, OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';
import type { Fault } from '../../../src/ingest/mock/reply.ts';
import { CLIENT_ID, CLIENT_SECRET, MockOpenSky, type MockOptions } from '../mock-opensky.ts';

export const credentials = { clientId: CLIENT_ID, clientSecret: { reveal: () => CLIENT_SECRET } };
export const NOON = '2026-11-23T12:00:00Z';
/** Between two requests of an anonymous program that begins at noon, and at most in a whole day, ms. */
export const SPREAD_OF_A_DAY = 864_000;

/** OpenSky's stand-in on a port of its own, and a world whose clock runs by itself. */
export interface Setting extends AsyncDisposable {
  readonly world: FakeWorld;
  readonly mock: MockOpenSky;
  readonly components: LiveComponents;
  source(options?: OpenSkyOptions): OpenSkySource;
}

export async function setting(options: Partial<MockOptions> = {}, start = NOON): Promise<Setting> {
  const world = fakeWorld(start);
  const mock = await MockOpenSky.start({ clock: world.clock, ...options });
  const components = { ...world, fetch: askOverHttp };
  return {
    world,
    mock,
    components,
    source: (more = {}) => new OpenSkySource({ credits: 'even', ...mock.urls, ...more }, components),
    [Symbol.asyncDispose]: () => mock[Symbol.asyncDispose](),
  };
}

/** Polls until there are so many states; the clock runs by itself. */
export async function watch(
  source: OpenSkySource,
  count: number,
): Promise<{ states: SourceState[]; polls: Poll[] }> {
  const stop = new AbortController();
  const states: SourceState[] = [];
  const polls: Poll[] = [];
  const onState = (state: SourceState) => {
    states.push(state);
    if (states.length === count) stop.abort();
  };
  for await (const poll of source.polls({ signal: stop.signal, onState })) polls.push(poll);
  return { states, polls };
}

/** What the source says of one fault, and of the answer after it. */
export async function reaction(fault: Fault, options: OpenSkyOptions = {}): Promise<SourceState> {
  await using it = await setting();
  it.mock.faults.push(fault);
  const { states, polls } = await watch(it.source(options), 2);
  expect(states[1]?.kind).toBe('ok'); // it recovers
  expect(polls.length).toBe(1);
  const [state] = states;
  expect(it.world.clock()).toBeGreaterThanOrEqual(state?.retry_at_ms ?? Infinity);
  expect(state?.message).toMatch(
    /(next try at|rate limited until) (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC( \(in .*\))?\.$/,
  );
  return state as SourceState;
}

/** How long after noon the next request is, ms. */
export const waited = (state: SourceState) =>
  (state.next_poll_at_ms ?? state.retry_at_ms ?? 0) - Date.parse(NOON);
