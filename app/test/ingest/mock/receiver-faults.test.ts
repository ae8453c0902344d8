import { describe, expect, test } from 'vitest';
import { AdsbxSource } from '../../../src/ingest/adsbx/adsbx-source.ts';
import { MockHttpServer } from '../../../src/ingest/mock/http-server.ts';
import { ADSBX_FAULTS, READSB_FAULTS } from '../../../src/ingest/mock/receiver-faults.ts';
import { aircraftJson, areaServiceAnswer, receiverAnswer } from '../../../src/ingest/mock/receiver.ts';
import type { Fault } from '../../../src/ingest/mock/reply.ts';
import { simulatedTraffic, type Traffic, within } from '../../../src/ingest/mock/traffic.ts';
import { ReadsbSource } from '../../../src/ingest/readsb/readsb-source.ts';
import type { Poll, Source, SourceState } from '../../../src/ingest/source.ts';
import { airports } from '../airports.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';

const NOON = '2026-11-23T12:00:00Z';
const LONDON = { latitude: 51.5, longitude: -0.1, radiusNm: 250 };
const all = within(LONDON, simulatedTraffic({ airports, aircraft: 500, seed: 1, paceMs: 1_000 }));
const { vectors } = all(Date.parse(NOON));
/** They stand still, so that no test has to fly them. */
const traffic: Traffic = (nowMs) => ({ time: Math.floor(nowMs / 1000), vectors });

interface Outcome {
  readonly polls: readonly Poll[];
  readonly states: readonly SourceState[];
}

/** A good answer, the fault, and good answers until one is a poll. */
async function liveThrough(fault: Fault, kind: 'readsb' | 'adsbx'): Promise<Outcome> {
  const world = fakeWorld(NOON);
  let asked = 0;
  await using server = await MockHttpServer.start({
    clock: world.clock,
    answer:
      kind === 'readsb'
        ? receiverAnswer(() => aircraftJson(traffic(world.clock())))
        : areaServiceAnswer(traffic, world.clock),
    faultOf: () => ((asked += 1) === 2 ? fault : null),
    hasDates: () => true,
  });
  const components: FakeWorld & { fetch: typeof fetch } = {
    ...world,
    fetch,
    // What only a limit ends need not take so long here.
    timeout: (ms) => AbortSignal.timeout(fault.kind === 'hang' || fault.kind === 'stall' ? ms / 100 : ms),
  };
  const source: Source =
    kind === 'readsb'
      ? new ReadsbSource(`${server.origin}/data/aircraft.json`, components)
      : (AdsbxSource.ofUrl(`${server.origin}/v2/point/51.5/-0.1/250`, {}, components) as AdsbxSource);
  const [polls, states]: [Poll[], SourceState[]] = [[], []];
  const stop = new AbortController();
  const onState = (state: SourceState): void => void states.push(state);
  for await (const poll of source.polls({ signal: stop.signal, onState })) {
    polls.push(poll);
    if (asked >= 3) stop.abort();
  }
  return { polls, states };
}

describe.each([
  ['readsb', READSB_FAULTS],
  ['adsbx', ADSBX_FAULTS],
] as const)('%s goes on after each fault of the mock', (kind, faults) => {
  test.each(Object.entries(faults))('%s', async (name, [, fault]) => {
    const { polls, states } = await liveThrough(fault, kind);
    const [first, last] = [polls[0], polls.at(-1)];
    if (first?.kind !== 'vectors' || last?.kind !== 'vectors') throw new Error('No poll came.');
    expect(first.vectors.length).toBeGreaterThan(10);
    expect(last.vectors.length).toBeGreaterThan(10);
    // Whatever is wrong with them, no entry is lost.
    const middle = polls.length > 2 ? polls[1] : undefined;
    if (middle?.kind === 'vectors' && name !== 'no-aircraft')
      expect(middle.vectors.length + (middle.others?.length ?? 0)).toBeGreaterThan(10);
    expect(states.at(-1)?.kind).toBe('ok');
    expect(states.some(({ kind: state }) => state !== 'ok')).toBe(
      fault.kind !== 'changed' && fault.kind !== 'repeated',
    );
  });
});

test('a service that is asked too often says so, and one that is not told who asks refuses', async () => {
  const world = fakeWorld(NOON);
  const answer = areaServiceAnswer(traffic, world.clock);
  const request = (path: string, agent?: string) =>
    answer({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: agent === undefined ? {} : { 'user-agent': agent },
      token: null,
      form: new URLSearchParams(),
    });
  const path = '/v2/point/51.5/-0.1/250';
  expect(request(path).status).toBe(403);
  expect(request('/v2/nothing', 'me').status).toBe(404);
  expect(request('/api/v2/lat/51.5/lon/-0.1/dist/10', 'me').status).toBe(200);
  const whole = JSON.parse(request(path, 'me').body) as { ac: unknown[]; total: number };
  const some = JSON.parse(request('/v2/point/51.5/-0.1/50', 'me').body) as { ac: unknown[] };
  expect(whole.total).toBe(whole.ac.length);
  expect(some.ac.length).toBeLessThan(whole.ac.length);
  const statuses = Array.from({ length: 20 }, () => request(path, 'me').status);
  expect(statuses).toContain(429);
  world.advance(10_000);
  expect(request(path, 'me').status).toBe(200);
});
