import { describe, expect, test } from 'vitest';
import type { Poll, SourceState } from '../../../src/ingest/source.ts';
import { SimulatorSource } from '../../../src/ingest/simulator/simulator-source.ts';
import { airports } from '../airports.ts';
import { fakeWorld } from '../fake-world.ts';

const options = { airports, aircraft: 20 };

async function take(source: SimulatorSource, count: number, onState?: (state: SourceState) => void) {
  const stop = new AbortController();
  const polls: Poll[] = [];
  for await (const poll of source.polls({ signal: stop.signal, ...(onState && { onState }) })) {
    polls.push(poll);
    if (polls.length === count) stop.abort();
  }
  return polls.map((poll) => (poll.kind === 'vectors' ? poll.vectors : []));
}

test('shows a full picture at once, then one at every multiple of the interval', async () => {
  const world = fakeWorld('2026-11-23T09:30:07.250Z');
  const states: SourceState[] = [];
  const polls = await take(new SimulatorSource(options, world), 3, (state) => states.push(state));
  const nine30 = Date.parse('2026-11-23T09:30:00Z') / 1000;
  expect(polls.map((poll) => poll[0]?.snapshot_time)).toEqual([nine30, nine30 + 10, nine30 + 20]);
  expect(polls.map((poll) => poll.length)).toEqual([20, 20, 20]);
  expect(world.sleeps).toEqual([2750, 10_000]);
  expect(states[0]).toMatchObject({ kind: 'ok', next_poll_at_ms: (nine30 + 10) * 1000 });
  expect(states[0]?.message).toContain('none of them is real');
});

test('goes on with the same flights after a restart on the same day', async () => {
  const world = fakeWorld('2026-11-23T09:30:00Z');
  const [, before] = await take(new SimulatorSource(options, world), 2);
  const [after] = await take(new SimulatorSource(options, fakeWorld('2026-11-23T09:30:10Z')), 1);
  const fresh = (before ?? []).filter(
    (vector, index) => vector.time_position === after?.[index]?.time_position,
  );
  expect(fresh.length).toBeGreaterThan(10);
  expect(after?.map((vector) => vector.callsign)).toEqual(before?.map((vector) => vector.callsign));
});

test('leaves out the polls that it slept over', async () => {
  const world = fakeWorld('2026-11-23T09:30:00Z');
  const late = { ...world, sleep: async () => world.advance(3_600_000) };
  const polls = await take(new SimulatorSource(options, late), 2);
  const [first, second] = polls.map((poll) => poll[0]?.snapshot_time ?? 0);
  expect((second ?? 0) - (first ?? 0)).toBe(3600);
});

test('does not poll twice when a timer fires early', async () => {
  const world = fakeWorld('2026-11-23T09:30:00Z');
  const early = { ...world, sleep: (ms: number) => world.sleep(Math.max(1, ms - 400)) };
  const polls = await take(new SimulatorSource(options, early), 3);
  expect(new Set(polls.map((poll) => poll[0]?.snapshot_time)).size).toBe(3);
});

test('ends when the signal fires during the wait', async () => {
  const world = fakeWorld('2026-11-23T09:30:00Z');
  const stop = new AbortController();
  const source = new SimulatorSource(options, { ...world, sleep: async () => stop.abort() });
  const polls: Poll[] = [];
  for await (const poll of source.polls({ signal: stop.signal })) polls.push(poll);
  expect(polls.length).toBe(1);
});

test('does not sleep 25 h when the clock is set back 25 h, but follows it', async () => {
  const world = fakeWorld('2026-11-23T09:30:00Z');
  let polls = 0;
  const stop = new AbortController();
  const seen: (number | null | undefined)[] = [];
  for await (const poll of new SimulatorSource(options, world).polls({ signal: stop.signal })) {
    if (poll.kind === 'vectors') seen.push(poll.vectors[0]?.snapshot_time);
    polls += 1;
    if (polls === 1) world.setClock(-25 * 3_600_000);
    if (polls === 3) stop.abort();
  }
  expect(world.monotonic()).toBeLessThanOrEqual(20_000);
  const start = Date.parse('2026-11-23T09:30:00Z') / 1000;
  expect(seen).toEqual([start, start - 25 * 3600, start - 25 * 3600 + 10]);
});

describe('a poll each pace, whatever it is', () => {
  const start = Date.parse('2026-11-23T09:30:00Z');

  test.each([
    [500, [0, 0, 1, 1, 2]],
    [1_000, [0, 1, 2, 3]],
    [1_500, [0, 1, 3, 4]],
    [7_000, [0, 7, 14]],
    [86_000, [0, 86, 172]],
    [86_400, [0, 86, 172, 259]],
    [864_000, [0, 864, 1728]],
  ])('%i ms: a full picture at once, then at the times told', async (paceMs, seconds) => {
    const world = fakeWorld(
      new Date(Math.ceil(start / Math.min(paceMs, 10_000)) * Math.min(paceMs, 10_000)).toISOString(),
    );
    const begun = Math.floor(world.clock() / 1000);
    const told: number[] = [];
    const cameAt: number[] = [];
    const source = new SimulatorSource({ ...options, paceMs }, world);
    const polls = await take(source, seconds.length, (state) => {
      cameAt.push(world.clock());
      told.push(state.next_poll_at_ms ?? 0);
    });
    expect(polls.map((poll) => (poll[0]?.snapshot_time ?? 0) - begun)).toEqual(seconds);
    expect(cameAt.slice(1)).toEqual(told.slice(0, -1));
    for (const vectors of polls) expect(vectors).toHaveLength(20);
  });

  test('the first picture is of now, not of the last multiple of a long pace', async () => {
    const world = fakeWorld('2026-11-23T09:37:41.300Z');
    const polls = await take(new SimulatorSource({ ...options, paceMs: 864_000 }, world), 2);
    const now = Date.parse('2026-11-23T09:37:40Z') / 1000;
    expect(polls.map((poll) => poll[0]?.snapshot_time)).toEqual([now, now + 864]);
  });

  test('at a pace of minutes no aircraft is shown where it was a pace ago', async () => {
    const world = fakeWorld('2026-11-23T09:30:00Z');
    const source = new SimulatorSource({ airports, aircraft: 500, paceMs: 864_000 }, world);
    const [, second] = await take(source, 2);
    const ages = (second ?? []).map(
      ({ snapshot_time, time_position }) => (snapshot_time ?? 0) - (time_position ?? Infinity),
    );
    expect(Math.max(...ages)).toBeLessThanOrEqual(4);
  });

  test('two polls of one second are the same, so that tables have each position once', async () => {
    const world = fakeWorld('2026-11-23T09:30:00Z');
    const polls = await take(new SimulatorSource({ ...options, paceMs: 250 }, world), 80);
    for (let index = 0; index < 80; index += 4)
      for (const poll of polls.slice(index, index + 4)) expect(poll).toEqual(polls[index]);
  });

  test.each([1_000, 1_500, 86_400])('%i ms: no aircraft goes back in time', async (paceMs) => {
    const world = fakeWorld('2026-11-23T09:30:00Z');
    const newest = new Map<string, number>();
    for (const poll of await take(new SimulatorSource({ airports, aircraft: 200, paceMs }, world), 40)) {
      for (const { icao24, time_position, last_contact } of poll) {
        if (icao24 === null || time_position === null || last_contact === null) continue;
        const at = time_position * 1e6 + (last_contact - time_position);
        expect(at).toBeGreaterThanOrEqual(newest.get(icao24) ?? 0);
        newest.set(icao24, at);
      }
    }
  });
});
