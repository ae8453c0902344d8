import { describe, expect, test } from 'vitest';
import { LineServer } from '../../../src/ingest/mock/line-server.ts';
import { sendLines } from '../../../src/ingest/mock/sbs.ts';
import { SBS_FAULTS, type SbsFault } from '../../../src/ingest/mock/sbs-faults.ts';
import { asHeard, simulatedTraffic } from '../../../src/ingest/mock/traffic.ts';
import { SbsSource } from '../../../src/ingest/sbs/sbs-source.ts';
import type { SourceState } from '../../../src/ingest/source.ts';
import { airports } from '../airports.ts';
import { turn } from '../manual-world.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.ts';

const NOON = '2026-11-23T12:00:00Z';
const traffic = asHeard(simulatedTraffic({ airports, aircraft: 40, seed: 1, paceMs: 1_000 }));

/** A world whose time passes in steps of 10 ms, in which sockets have turns. */
function slowWorld(): FakeWorld {
  const world = fakeWorld(NOON);
  const sleep: FakeWorld['sleep'] = async (ms, signal) => {
    const until = world.monotonic() + ms;
    while (world.monotonic() < until && signal?.aborted !== true) await turn();
  };
  return { ...world, sleep };
}

/** Listens while a fault happens and after it, until lines of later seconds have come. */
async function hear(name: SbsFault | null) {
  const world = slowWorld();
  await using server = await LineServer.start();
  const stop = new AbortController();
  const source = new SbsSource(`127.0.0.1:${server.port}`, world);
  const states: SourceState[] = [];
  let [asked, vectors] = [0, 0];
  const sending = sendLines(
    server,
    {
      traffic,
      rate: 80,
      signal: stop.signal,
      faultOf: () => ((asked += 1) === 2 && name !== null ? SBS_FAULTS[name][1] : null),
    },
    // Its own sleeps let the time of both pass.
    { ...world, sleep: async (ms) => (world.advance(ms > 1_000 ? ms : 10), turn()) },
  );
  const onState = (state: SourceState): void => void states.push(state);
  let afterFault = 0;
  for await (const poll of source.polls({ signal: stop.signal, onState })) {
    vectors += poll.kind === 'vectors' ? poll.vectors.length : 0;
    if (asked > 3 && poll.kind === 'vectors' && poll.vectors.length > 10) afterFault += 1;
    if (afterFault > 2) stop.abort();
  }
  await sending;
  return { counts: source.counts, states, vectors, connections: server.connections };
}

describe('lines of the mock', () => {
  test('are all read where there is no fault', async () => {
    const { counts, states, connections } = await hear(null);
    expect(counts.messages).toBeGreaterThan(200);
    expect(counts.malformed).toBe(0);
    expect(states.every(({ kind }) => kind === 'ok' || kind === 'waiting')).toBe(true);
    expect(connections).toBe(1);
  });

  test.each(Object.keys(SBS_FAULTS) as SbsFault[])('are read on after the fault %s', async (name) => {
    const { counts, vectors, connections } = await hear(name);
    expect(vectors).toBeGreaterThan(30);
    if (name === 'dropped' || name === 'cut-line') expect(connections).toBe(2);
    if (name === 'other-kinds') expect(counts.others).toBe(4);
    if (['garbled', 'impossible', 'lost-bytes'].includes(name)) expect(counts.malformed).toBeGreaterThan(0);
    if (name === 'too-long') expect(counts.tooLong).toBe(1);
  });
});
