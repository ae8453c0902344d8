import { expect, test } from 'vitest';
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
  expect(states[0]).toMatchObject({ kind: 'ok', retry_at_ms: (nine30 + 10) * 1000 });
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
